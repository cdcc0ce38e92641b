"""Backward passes of forward passes that round: the derivative is zero, and another is taken on purpose."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from whygrad.checking.evidence import Claim
from whygrad.checking.measured import Measured
from whygrad.checking.truth import flat_rows, output_rows
from whygrad.checking.values import vector
from whygrad.checking.variables import base_name

_ROUNDING = frozenset({"sign", "floor", "ceil", "round"})
_CHOOSING = frozenset({"less", "less_equal", "greater", "greater_equal"})
_SPOKEN_OF = re.compile(
    r"(?i)binar(?!y_?cross|y_?class)|quanti[sz]|straight.?through|surrogate|\bste\b|heaviside|spik|\bsign|threshold"
)


def doubt_surrogates(claims: Sequence[Claim], measured: Sequence[Measured], text: str) -> None:
    """Leave open what goes through a rounding as if it were none (the straight-through estimator).

    A comparison, whose choice of 1 or 0 is a step as well, counts where the derivative is zero throughout and
    the text speaks of steps: else it is likelier a ReLU that gives its mask in place of its value.
    """
    chosen = _CHOOSING if _SPOKEN_OF.search(text) else frozenset[str]()
    for claim in claims:
        if claim.verdict != "wrong":
            continue
        zeros = min((_zeros(claim, place) for place in range(len(claim.truth))), default=0.0)
        steps = _ROUNDING | (chosen if zeros == 1.0 else frozenset())
        name = _step_on_the_way(claim.of, measured, steps) if zeros >= 0.5 else ""
        if name:
            claim.verdict, claim.mismatch = "undecided", None
            claim.reason = (
                f"the forward pass makes steps of `{claim.of}` ({name}), so its derivative is zero nearly "
                "everywhere; what a backward pass takes in its place (1, straight through) is a choice"
            )


def _zeros(claim: Claim, place: int) -> float:
    """Which share of the true entries is zero, none of them claimed to be; 0 where that is not known."""
    got, true = vector(claim.values[place]), vector(claim.truth[place])
    if got is None or true is None or got.shape != true.shape or not true.size:
        return 0.0
    zero = true == 0
    return float(np.mean(zero)) if (got[zero] != 0).any() else 0.0


def _step_on_the_way(of: str, measured: Sequence[Measured], steps: frozenset[str]) -> str:
    """The operation that makes steps on the way from a variable to what is differentiated."""
    for m in measured[:1]:
        recording = m.truth.recording
        if recording is None or base_name(of) not in recording.inputs:
            return ""
        graph = recording.graph
        from_it = set(flat_rows(recording.inputs[base_name(of)]))
        behind = set[int]()
        for row in range(len(graph)):
            if row not in from_it and from_it & set(graph.args(row)):
                from_it.add(row)
            if row in from_it and (graph.op(row).name in steps or behind & set(graph.args(row))):
                behind.add(row)
        if behind & set(output_rows(m.forward.program, recording, m.truth.weights)[0]):
            return next(str(graph.op(row).name) for row in sorted(behind) if graph.op(row).name in steps)
    return ""
