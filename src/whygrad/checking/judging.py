"""Verdict of one gradient variable from its values and the truth at the points."""

from __future__ import annotations

import ast
from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from whygrad.checking import kinks
from whygrad.checking.comparison import (
    NARROW,
    Comparison,
    Tolerance,
    compare,
    facts,
    mismatch,
    same_layout,
    tolerance_for,
)
from whygrad.checking.evidence import Claim, Hints, Mismatch, Value
from whygrad.checking.naming import STEP_WORDS
from whygrad.checking.strays import is_delta_of_unnamed
from whygrad.checking.truth import is_cut_off, is_narrow_within
from whygrad.checking.values import is_narrow, rebuild, vector
from whygrad.checking.variables import base_name
from whygrad.source import tree_of

if TYPE_CHECKING:
    from whygrad.checking.measured import Measured
    from whygrad.checking.programs import Program

ROUNDING = 1e-13
"""Of the largest gradient of all: below it lies what rounding leaves of a gradient that cancels to zero."""
ENOUGH = 2
"""Points at which a gradient is wrong, and not for a kink, after which kinks are not looked for."""


def agrees(got: Value, want: Value) -> bool:
    """Is a value the truth, up to rounding?"""
    return compare(got, want).agrees


def largest(m: Measured) -> float:
    """The size of the largest entry of all true gradients at a point, those that arrive included."""
    arriving = [vector(m.observation.namespace.get(u)) for _, u in m.forward.program.objective if u]
    numbers = [*m.truth.gradients.values(), *(g for g in arriving if g is not None)]
    sizes = [np.abs(g[np.isfinite(g)]).max(initial=0.0) for g in numbers]
    return float(max(sizes, default=0.0))


def is_zero(claim: Claim) -> bool:
    """Is the true gradient nothing but what rounding leaves of zero?"""
    numbers = [vector(value) for value in claim.truth]
    return all(n is not None and bool((np.abs(n) <= ROUNDING).all()) for n in numbers)


def both_below(got: Value, want: Value, size: float) -> bool:
    """Are a value and the truth, of one shape, both of no size worth the name?"""
    ours, true = vector(got), vector(want)
    if ours is None or true is None or not same_layout(got, want):
        return False
    return bool((np.abs(ours) <= size).all() and (np.abs(true) <= size).all())


def clipped(got: Value, want: Value) -> Value:
    """The truth, or the truth between two bounds where the code plainly cuts its gradients off there."""
    ours, true = vector(got), vector(want)
    if ours is None or true is None or ours.shape != true.shape or not ours.size:
        return want
    bound = float(np.max(np.abs(ours)))
    cut = np.abs(true) > bound * (1 + 1e-9)
    if bound < 0.5 or not cut.any() or not np.array_equal(ours[cut], np.sign(true[cut]) * bound):
        return want
    return rebuild(want, np.clip(true, -bound, bound))


def judge(
    claim: Claim,
    measured: Sequence[Measured],
    errors: Sequence[Value],
    program: Program,
    seek_kinks: bool = True,
) -> None:
    """Set verdict, agreements and mismatch of a claim whose values and truths are filled in.

    Unless `seek_kinks`, a gradient that only a kink leaves open is wrong.
    """
    base = Tolerance()
    comparisons: list[Comparison | None] = []
    for place, m in enumerate(measured):
        certain = not seek_kinks or claim.agreements.count(False) >= ENOUGH
        compared = _at(claim, place, m, errors[place], base, certain)
        comparisons.append(compared)
        claim.agreements.append(None if compared is None else compared.agrees)
    _as_step(claim, measured, program, errors, base)
    known = [a for a in claim.agreements if a is not None]
    claim.right_at_given_inputs = bool(claim.agreements and claim.agreements[0])
    if not known:
        claim.verdict, claim.reason = "undecided", "the true gradient is not known at any point"
    elif all(known):
        claim.verdict = "right"
        if claim.agreements[0] is None and len(known) < 2:
            claim.verdict, claim.reason = "undecided", "too few points could be decided"
    else:
        claim.verdict = "wrong"
        claim.mismatch = _clearest(claim, comparisons)


def _at(
    claim: Claim, place: int, m: Measured, error: Value, base: Tolerance, certain: bool = False
) -> Comparison | None:
    """Comparison at one point; None where it is not decidable.

    Of a claim that is wrong for `certain`, no kink at a further point is looked for.
    """
    got, want = claim.values[place], claim.truth[place]
    if got is None:
        return None if want is None else Comparison(False, False)
    if want is None:
        return None
    numbers, wanted, errors = vector(got), vector(want), vector(error)
    assert wanted is not None
    tolerance = tolerance_for(got, base=base)
    if any(is_narrow(value) for value in m.inputs.values()) or _narrow_forward(m):
        tolerance = NARROW
    allowed = np.where(np.isfinite(errors), errors, 0.0) if errors is not None else 0.0
    compared = compare(got, want, tolerance, allowed)
    if compared.agrees:
        return compared
    if both_below(got, want, ROUNDING * largest(m)):
        return Comparison(True, True)
    if tolerance is not NARROW and is_narrow_within(m.truth):
        compared = compare(got, want, NARROW, allowed)
        if compared.agrees:
            return compared
    unknown = ~np.isfinite(wanted)
    if compared.same_shape and not (compared.wrong & (wanted != 0)).any() and is_cut_off(m.truth):
        # Below the bound of `log(maximum(p, 1e-9))` lies what is no probability.
        return Comparison(True, True) if (wanted != 0).any() else None
    if compared.same_shape and numbers is not None:
        at_kink = None if certain else _kink(claim, m, numbers, compared)
        if at_kink is not None:
            claim.at_kink |= at_kink and place == 0
            return Comparison(True, True) if at_kink else compared
        if not (compared.wrong & ~unknown).any():
            return None
    return compared


def _narrow_forward(m: Measured) -> bool:
    return any(
        is_narrow(value)
        for e in m.observation.executions[:200]
        if e.sequence <= m.limit
        for value in e.results.values()
    )


def _kink(claim: Claim, m: Measured, numbers: Any, compared: Comparison) -> bool | None:
    """Does a kink at this point leave the claimed value open? None: no kink here."""
    if not _is_root(claim.of) or m.truth.misled:
        return None
    function, start = m.forward.of([claim.of])
    if compared.wrong.size != start.size:
        return None
    return kinks.allowed(function, start, numbers, compared.wrong)


def _is_root(of: str) -> bool:
    return base_name(of) == of


def _as_step(
    claim: Claim, measured: Sequence[Measured], program: Program, errors: Sequence[Value], base: Tolerance
) -> None:
    """A right gradient that a last line turned into a step (`dW = -lr * dW`) or clipped stays right."""
    if all(a is not False for a in claim.agreements) or program.returned:
        return
    name = base_name(claim.name)
    earlier: list[bool] = []
    for place, m in enumerate(measured):
        runs = [
            e
            for e in sorted(m.observation.executions, key=lambda e: e.sequence)
            if name in e.results and not m.observation.statements[e.index].function
        ]
        if len(runs) < 2 or not STEP_WORDS.search(m.observation.statements[runs[-1].index].text):
            return
        value = runs[-2].results.get(name)
        want = claim.truth[place]
        earlier.append(want is not None and value is not None and compare(value, want, base).agrees)
    if earlier and all(earlier):
        claim.agreements = [True] * len(earlier)
        claim.note = "right before its last line makes a step of it"


@lru_cache(maxsize=256)
def added(text: str) -> frozenset[str]:
    """Names that a statement adds to another variable: `W += lr * dW` takes `dW` for a direction of descent.

    Not `W += -lr * dW`, and no sums of a gradient's own parts.
    """
    found: set[str] = set()
    for node in ast.walk(tree_of(text)):
        if isinstance(node, ast.AugAssign) and isinstance(node.op, ast.Add):
            value = node.value
        elif isinstance(node, ast.Assign) and isinstance(node.value, ast.BinOp):
            value = node.value.right
            if not isinstance(node.value.op, ast.Add) or ast.dump(node.value.left) != _loaded(
                node.targets[0]
            ):
                continue
        else:
            continue
        parts = list(ast.walk(value))
        if not any(isinstance(n, ast.USub) for n in parts):
            found |= {n.id for n in parts if isinstance(n, ast.Name)} - {"self"}
            found |= {ast.unparse(n) for n in parts if isinstance(n, ast.Attribute)}
    return frozenset(found)


def _loaded(target: ast.expr) -> str:
    return ast.dump(target).replace("Store()", "Load()")


def without_steps(claims: list[Claim], needs: Mapping[str, set[str]], hints: Hints) -> list[Claim]:
    """Claims without the steps that an optimiser makes of a right gradient (`dw = -lr * m / sqrt(v)`).

    A right gradient times a positive constant stays a claim: `dw = grad_w / m` divides twice.
    """
    right = [c for c in claims if c.verdict == "right"]

    def is_step(claim: Claim) -> bool:
        if claim.verdict != "wrong" or claim.mismatch is None or claim.name in hints.gradients:
            return False
        facts_ = claim.mismatch.facts
        kept = facts_.get("constant_ratio", -1.0) > 0 or not facts_.get("same_shape", True)
        read = needs.get(base_name(claim.name), set())
        made = any(c.of == claim.of and c.line < claim.line and base_name(c.name) in read for c in right)
        return made and not kept

    return [claim for claim in claims if not is_step(claim)]


def doubt_deltas(claims: Sequence[Claim], text: str) -> None:
    """Leave open what is wrong as the gradient of an activation, and may be that of what it is taken of."""
    for claim in claims:
        if claim.verdict == "wrong" and is_delta_of_unnamed(claim.name, claim.of, text):
            claim.verdict, claim.mismatch = "undecided", None
            claim.reason = (
                f"it is not the gradient of `{claim.of}`; a delta is often that of what the activation is "
                "taken of, which has no name here"
            )


def doubt_often(claims: Sequence[Claim], often: Collection[str]) -> None:
    """Call nothing wrong where an input is given numbers in several places: which counts is not known."""
    names = {base_name(claim.of) for claim in claims} & set(often)
    for claim in claims:
        if claim.verdict == "wrong" and names:
            claim.verdict, claim.mismatch = "undecided", None
            claim.reason = (
                f"`{min(names)}` is given numbers in several places of the script; put each example into a "
                "function, or into a file of its own"
            )


def doubt_output(claims: Sequence[Claim], output: str) -> None:
    """Call nothing wrong where what was taken for the output depends on none of several variables.

    Then it is likelier that something else was differentiated than that all gradients are made in vain.
    """
    wrong = [claim for claim in claims if claim.verdict == "wrong"]
    if len(wrong) > 1 and all(is_zero(claim) for claim in claims):
        for claim in wrong:
            claim.verdict, claim.mismatch = "undecided", None
            claim.reason = (
                f"`{output}`, which was taken for the output, depends on none of the variables; "
                "say what is differentiated: --output NAME"
            )


def _clearest(claim: Claim, comparisons: Sequence[Comparison | None]) -> Mismatch:
    """The mismatch at the given point if it is wrong there, else at the first point where it is."""
    wrong = [k for k, c in enumerate(comparisons) if c is not None and not c.agrees]
    place = wrong[0]
    compared = comparisons[place]
    assert compared is not None
    found = mismatch(place, claim.values[place], claim.truth[place], compared)
    pairs = [
        (claim.values[k], claim.truth[k])
        for k, c in enumerate(comparisons)
        if c is not None and claim.truth[k] is not None
    ]
    return Mismatch(
        found.point,
        found.entry,
        found.got,
        found.want,
        found.got_shape,
        found.want_shape,
        found.wrong_entries,
        found.entries,
        facts(pairs),
    )
