"""What a group of rows sends back to what it reads, from its own rows: formulas, numbers, and a proof."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from whygrad.differentiation import differentiate
from whygrad.execution.interpreter import execute
from whygrad.explanation.ledger import LONGEST, Ledger
from whygrad.explanation.locals import UPSTREAM, flow_formula
from whygrad.explanation.telling import g, tell
from whygrad.gates.truth import between, cut_out
from whygrad.graph import Graph
from whygrad.report import Block

STEP, TOLERABLE = 1e-6, 1e-4
"""Of central differences; what differs by more is at a kink, and proves nothing."""
POINTS = 10


def sent_back(
    ledger: Ledger, inputs: Sequence[int], outputs: Sequence[int], members: Sequence[int]
) -> Iterator[Block]:
    """The gradient by each input, as a formula over `G` (`G_h`, `G_c` of several results) and as a number."""
    piece = cut_out(ledger.graph, inputs, outputs[0], more=outputs[1:])
    derivative = differentiate(piece, seeds=[None] * len(outputs))
    upstream = [arriving(ledger, row, members) for row in outputs]
    run = execute(derivative.graph, [*[ledger.run[row] for row in inputs], *upstream], keep=True)
    rows = [*inputs, *between(ledger.graph, inputs, outputs)]
    names = {new: ledger.label(row) for new, row in enumerate(rows)}
    many = len(outputs) > 1
    seeds = {
        seed: f"{UPSTREAM}_{ledger.label(row)}" if many else UPSTREAM
        for seed, row in zip(derivative.seeds, outputs, strict=True)
    }
    for row, cotangent in zip(inputs, derivative.graph.outputs, strict=True):
        forward = len(piece)
        text = flow_formula(derivative.graph, run, cotangent, seeds, forward, names, 2 * LONGEST)
        shown = f"`{text}` = " if text else ""
        yield tell(f"It sends back to `{ledger.label(row)}`: {shown}{g(run[cotangent])}.")
    worst = difference(piece, [ledger.run[row] for row in inputs])
    if worst < TOLERABLE:
        yield tell(
            f"At {POINTS} random points near here, what it sends back and central differences of its rows "
            f"differ by at most {worst:.1g} (relative)."
        )


def arriving(ledger: Ledger, row: int, members: Sequence[int]) -> Any:
    """The part of the gradient of a row that comes from outside of a group."""
    inside = set(members)
    own = [edge.contribution for edge in ledger.uses(row) if edge.row in inside]
    return ledger.gradient(row) - sum(own) if own else ledger.gradient(row)


def difference(piece: Graph, here: Sequence[Any], points: int = POINTS) -> float:
    """The worst difference between what a graph sends back and central differences of it.

    Relative, over random points near one, each in a random direction; large where it is not smooth.
    """
    derivative = differentiate(piece, seeds=[None] * len(piece.outputs))
    random, worst = np.random.default_rng(5), 0.0
    for _ in range(points):
        at = [_near(value, random) for value in here]
        upstream = [random.normal(size=piece.abstract(row).shape)[()] for row in piece.outputs]
        ways = [random.normal(size=np.shape(v))[()] if _is_real(v) else np.zeros(np.shape(v)) for v in at]
        sent = execute(derivative.graph, [*at, *upstream]).outputs
        slope = float(sum(np.sum(np.asarray(s, float) * w) for s, w in zip(sent, ways, strict=True)))
        ahead, back = (_weighted(piece, at, ways, side * STEP, upstream) for side in (1, -1))
        measured = (ahead - back) / (2 * STEP)
        worst = max(worst, abs(slope - measured) / max(abs(slope), abs(measured), 1e-300))
    return worst


def _weighted(
    piece: Graph, at: Sequence[Any], ways: Sequence[Any], step: float, upstream: Sequence[Any]
) -> float:
    moved = [v + step * w if _is_real(v) else v for v, w in zip(at, ways, strict=True)]
    results = execute(piece, moved).outputs
    return float(sum(np.sum(value * weight) for value, weight in zip(results, upstream, strict=True)))


def _is_real(value: Any) -> bool:
    return np.asarray(value).dtype.kind == "f"


def _near(value: Any, random: np.random.Generator) -> Any:
    if not _is_real(value):
        return value
    return (np.asarray(value) * (1 + 0.1 * random.normal(size=np.shape(value))) + 0.01 * random.normal())[()]
