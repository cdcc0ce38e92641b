"""Which gradients are wrong themselves, and which only repeat an earlier mistake?

The backward part runs again with the true value put in place of every gradient as soon as it is assigned.
What is still wrong then is wrong itself. A factor that intermediates carry on purpose (1/m applied
last) is kept: several factors are tried, and the one that leaves right gradients right is taken.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from whygrad.checking import experiments, injection, listing
from whygrad.checking.comparison import compare, facts, mismatch
from whygrad.checking.correcting import (
    Corrected,
    Wanted,
    corrected_run,
    equal,
    final_value,
    still_wrong,
    true_values,
)
from whygrad.checking.evidence import Claim, Failure, Mismatch, Value
from whygrad.checking.intermediates import Intermediate, Key, attach_truth, find, ratio, scaled
from whygrad.checking.observing import Observation
from whygrad.checking.programs import Program
from whygrad.checking.roles import Roles
from whygrad.checking.trust import doubt, misread, vain
from whygrad.checking.values import is_numeric
from whygrad.checking.variables import base_name, dependencies
from whygrad.checking.watching import RETURNED

if TYPE_CHECKING:
    from whygrad.checking.measured import Measured


DIFFERENCED_POINTS = 3
"""Points at which intermediates are differentiated by differences where tracing failed."""


@dataclass(eq=False)
class Blame:
    """The claims about intermediates, and the corrected runs that placed the blame."""

    claims: list[Claim] = field(default_factory=list)
    order: dict[str, int] = field(default_factory=dict)
    """Position of the last assignment of each claim."""
    corrected: list[Observation | None] = field(default_factory=list)
    wanted: list[dict[tuple[int, int, str], Value]] = field(default_factory=list)
    """Per point: (statement, instance, name) -> true value after that execution."""


def place(program: Program, finals: list[Claim], roles: Roles, measured: Sequence[Measured]) -> Blame:
    """Judge the intermediates and divide the wrong finals into wrong and inherited."""
    items = _intermediates(program, finals, roles, measured)
    blame = Blame(corrected=[None] * len(measured), wanted=[{} for _ in measured])
    blame.order = {c.name: _position(program, measured[0].observation, c) for c in finals}
    wanted = [true_values(program, finals, items, m, k) for k, m in enumerate(measured)]
    factor = 1.0
    if any(c.verdict == "wrong" for c in finals):
        items, misnamed = _understood(program, finals, items, measured)
        wanted = [true_values(program, finals, items, m, k) for k, m in enumerate(measured)]
        factor, runs = _corrected_runs(program, finals, items, measured, wanted)
        _divide(program, finals, items, measured, wanted, runs, factor, blame)
        doubt(program, finals, blame.claims, measured[0])
        named = {item.name for item in items}
        blame.claims += [_misread_claim(item, measured) for item in misnamed if item.name not in named]
        blame.corrected = [None if isinstance(r.observation, Failure) else r.observation for r in runs]
    else:
        blame.claims = [_right_claim(item, measured) for item in items]
        if all(c.verdict == "right" for c in finals):
            used = _used(program, finals, measured[0].observation)
            for claim in blame.claims:
                if used is None or claim.name in used:
                    _absolve(claim)
        misnamed = []
    blame.wanted = [_scaled_wanted(w, items, factor) for w in wanted]
    blame.order.update({item.name: item.last for item in (*items, *misnamed)})
    return blame


def _used(program: Program, finals: list[Claim], observation: Observation) -> set[str] | None:
    """What the final gradients of a script are computed from; None where that is not told by the text."""
    if program.form != "script":
        return None
    needs = dependencies(observation)
    return {name for claim in finals for name in needs.get(base_name(claim.name), ())}


def _understood(
    program: Program, finals: list[Claim], items: list[Intermediate], measured: Sequence[Measured]
) -> tuple[list[Intermediate], list[Intermediate]]:
    """The intermediates with the meanings that experiments confirm; those whose names were read wrongly."""
    misnamed = misread(program, finals, items, measured, _factors(items, finals))
    items = [item for item in items if item not in misnamed]
    doubted = vain(program, finals, items, measured, _factors(items, finals))
    plain = [item for item in items if item not in doubted]
    wanted = [true_values(program, finals, plain, m, k) for k, m in enumerate(measured)]
    found = experiments.discover(program, finals, plain, measured, wanted)
    shown = {item.name for item in found}
    kept = [item for item in plain if any(item.truths)]
    items = [*(item for item in items if item in kept or item.name not in shown), *found]
    if found and len(items) > len(plain) + len(found):
        again = misread(program, finals, items, measured, _factors(items, finals))
        misnamed += again
        items = [item for item in items if item not in again]
    return sorted(items, key=lambda item: item.last), misnamed


def _position(program: Program, observation: Observation, claim: Claim) -> int:
    place_ = listing.last_execution(program, observation, claim.name)
    return place_.sequence if place_ else 1 << 60


def _intermediates(
    program: Program, finals: list[Claim], roles: Roles, measured: Sequence[Measured]
) -> list[Intermediate]:
    scope = program.backward_function
    first = measured[0]
    local = {item.name for item in program.returned}
    claimed = {base_name(c.name) for c in finals} | local | {u for _, u in roles.objective if u}
    forward_scope = program.forward_function
    names = list(
        dict.fromkeys(
            n
            for s in first.observation.statements
            if s.function in (forward_scope, "")
            for n in s.names
            if not n.startswith("__whygrad")
        )
    )
    bound = {f.name for f in first.forward_values}
    names = [n for n in names if not bound or n in bound]
    items = find(first.observation, scope, names, claimed, first.limit)
    for place_, m in enumerate(measured):
        if not m.forward_values and not m.truth.misled and place_ < DIFFERENCED_POINTS:
            m.forward_values = injection.forward_values(program, m, {item.of for item in items})
        for item in items:
            attach_truth(item, m.observation, m.forward_values)
    return items


def _scaled_wanted(wanted: Wanted, items: list[Intermediate], factor: float) -> Wanted:
    names = {item.name for item in items if item.named}
    return {key: scaled(value, factor) if key[2] in names else value for key, value in wanted.items()}


def _factors(items: list[Intermediate], finals: list[Claim]) -> list[float]:
    """Factors that intermediates carry, or should carry, 1 first.

    Where every wrong final gradient is off by one ratio, what leads to them may be off by it too.
    """
    ratios = [c.mismatch.facts.get("constant_ratio") for c in finals if c.verdict == "wrong" and c.mismatch]
    shared = ratios[0] if ratios and all(_is(r, ratios[0] or 0.0) for r in ratios) else None
    found = [1.0]
    for item in items:
        if not item.named or item.factor is None:
            continue
        # One that is right as it stands is not to blame for what a later line does.
        other = item.factor / shared if shared and not _is(item.factor, 1.0) else item.factor
        for factor in (item.factor, other):
            if not any(np.isclose(factor, f, rtol=1e-6) for f in found):
                found.append(factor)
    return found[:6]


def _corrected_runs(
    program: Program,
    finals: list[Claim],
    items: list[Intermediate],
    measured: Sequence[Measured],
    wanted: list[Wanted],
) -> tuple[float, list[Corrected]]:
    best: tuple[tuple[int, int, int], float, list[Corrected]] | None = None
    informed = [any(item.truths[k] for item in items) for k in range(len(measured))]
    right_before = {c.name for c in finals if c.verdict == "right"}
    factors = _factors(items, finals)
    for factor in factors:
        runs = [corrected_run(program, items, m, wanted[k], factor) for k, m in enumerate(measured)]
        right = {c.name for c in finals if not still_wrong(program, c, runs, measured, informed)}
        # Nothing carries a minus on purpose: only what it makes right speaks for it.
        carried = sum(item.named and _is(item.factor, factor) for item in items) if factor > 0 else 0
        score = (len(right & right_before), len(right), carried)
        if best is None or score > best[0]:
            best = (score, factor, runs)
        late = _late_factor(program, finals, items, measured, runs) if len(factors) == 1 else 1.0
        if factor == 1.0 and late != 1.0:
            factors.append(late)
    assert best is not None
    return best[1], best[2]


def _late_factor(
    program: Program,
    finals: list[Claim],
    items: list[Intermediate],
    measured: Sequence[Measured],
    runs: list[Corrected],
) -> float:
    """How often a later line divides by a count what is wrong above it; 1 where none does.

    With the true gradient of the mean put in place, all that follows is smaller by that count.
    """
    if not any(item.named and item.factor is None and item.ratios for item in items):
        return 1.0
    found = []
    for claim in finals:
        for k, m in enumerate(measured):
            got = final_value(program, claim, runs[k], m)
            if claim.verdict != "wrong" or claim.truth[k] is None or equal(got, claim.truth[k]):
                continue
            found.append(1 / ratio(got, claim.truth[k]))
    count = round(found[0]) if found and np.isfinite(found[0]) else 1
    return float(count) if count > 1 and all(_is(f, count) for f in found) else 1.0


def _divide(
    program: Program,
    finals: list[Claim],
    items: list[Intermediate],
    measured: Sequence[Measured],
    wanted: list[Wanted],
    runs: list[Corrected],
    factor: float,
    blame: Blame,
) -> None:
    for place_, item in enumerate(items):
        plain = not any(_is(other.factor, factor) for other in items[:place_] if other.named)
        blame.claims.append(_judged(item, measured, wanted, runs, factor, plain))
    _clear_used_factors(program, finals, items, measured, blame)
    root = [c for c in blame.claims if c.verdict == "wrong"]
    # Points where some intermediate's truth is known; elsewhere nothing was put in place.
    informed = [any(item.truths[k] for item in items) for k in range(len(measured))]
    for claim in finals:
        if claim.verdict == "wrong" and root and not still_wrong(program, claim, runs, measured, informed):
            claim.verdict = "inherited"
            claim.reason = "it would be right if every gradient above it were"


def _clear_used_factors(
    program: Program,
    finals: list[Claim],
    items: list[Intermediate],
    measured: Sequence[Measured],
    blame: Blame,
) -> None:
    """`ds = ... * scale` of scores that hold the scale: a factor is meant where a right gradient needs it."""
    needs = dependencies(measured[0].observation, program.backward_function)
    right = [c.name for c in (*blame.claims, *finals) if c.verdict == "right"]
    for item, claim in zip(items, blame.claims, strict=True):
        carried = claim.verdict == "wrong" and item.factor is not None and item.factor > 0
        if carried and any(item.name in needs.get(base_name(name), ()) for name in right):
            claim.verdict, claim.reason, claim.mismatch = "right", "", None


def _judged(
    item: Intermediate,
    measured: Sequence[Measured],
    wanted: list[Wanted],
    runs: list[Corrected],
    factor: float,
    plain: bool,
) -> Claim:
    """`plain`: nothing before it carries the factor, which a later line may bring in."""
    claim = _right_claim(item, measured)
    carries = item.named and not (plain and _is(item.factor, 1.0))
    if _is(item.factor, factor if carries else 1.0):
        claim.verdict = "right"
        if not item.named and item.unknown:
            claim.verdict, claim.reason = "undecided", "it is not known what it should be in every round"
        return claim
    if not item.ratios:
        claim.verdict, claim.reason = "undecided", "it is not known which quantity this is the gradient of"
        return claim
    wrong_itself, wrong_first = False, False
    for k, m in enumerate(measured):
        for key, truth in item.truths[k].items():
            want = scaled(truth, factor) if item.named else truth
            first = _value_at(m.observation, key, item.name)
            now = runs[k].computed.get((*key, item.name))
            off = first is None or not compare(first, want).agrees
            wrong_first |= off
            if off and (now is None or not compare(now, want).agrees):
                wrong_itself = True
                if claim.mismatch is None and first is not None:
                    claim.mismatch = _mismatch(item, k, first, want)
    claim.verdict = "wrong" if wrong_itself else "inherited" if wrong_first else "right"
    claim.reason = "it would be right if every gradient above it were" if claim.verdict == "inherited" else ""
    return claim


def _is(factor: float | None, other: float) -> bool:
    return factor is not None and bool(np.isclose(factor, other, rtol=1e-6))


def _mismatch(item: Intermediate, point: int, got: Value, want: Value) -> Mismatch:
    found = mismatch(point, got, want, compare(got, want))
    return Mismatch(
        found.point,
        found.entry,
        found.got,
        found.want,
        found.got_shape,
        found.want_shape,
        found.wrong_entries,
        found.entries,
        facts([(got, want)]),
    )


def _value_at(observation: Observation, key: Key, name: str) -> Value:
    for execution in observation.executions:
        if (execution.index, execution.instance) == key:
            return execution.results.get(name)
    return None


def _right_claim(item: Intermediate, measured: Sequence[Measured]) -> Claim:
    """A claim about an intermediate of a program whose final gradients are right: never wrong."""
    claim = Claim(item.name, item.of, "intermediate", item.line)
    for k, m in enumerate(measured):
        keys = list(item.truths[k]) if k < len(item.truths) else []
        claim.values.append(_last_value(m.observation, item))
        claim.truth.append(item.truths[k][keys[-1]] if keys else None)
        value = claim.values[-1]
        claim.agreements.append(equal(value, claim.truth[-1]) if claim.truth[-1] is not None else None)
    statement = measured[0].observation.statements[item.indices[-1]]
    claim.span = statement.span
    factor = item.factor
    claim.right_at_given_inputs = bool(claim.agreements and claim.agreements[0])
    if factor is None:
        claim.verdict = "undecided"
        claim.reason = (
            "it is not known which quantity this is the gradient of"
            if not item.ratios
            else ("it is not the gradient of that variable, yet the gradients that use it are right")
        )
    else:
        claim.verdict = "right"
        if not np.isclose(factor, 1.0, rtol=1e-6):
            claim.note = f"carries the factor {factor:.6g}, which later lines undo"
            claim.right_at_given_inputs = True
    return claim


def _misread_claim(item: Intermediate, measured: Sequence[Measured]) -> Claim:
    """A claim about an intermediate that is not the gradient of the variable in its name, and need not be."""
    claim = _right_claim(item, measured)
    claim.verdict = "undecided"
    claim.reason = f"it is not the gradient of `{item.of}` itself, and need not be"
    return claim


def _absolve(claim: Claim) -> None:
    """Where every final gradient is right, so is what leads to it, whatever its name suggests."""
    if claim.verdict != "right":
        named = (
            f"not the gradient of `{claim.of}` itself, but " if claim.of and claim.mismatch is None else ""
        )
        claim.note = f"{named}every gradient that it leads to is right"
        claim.verdict, claim.reason, claim.right_at_given_inputs = "right", "", True


def _last_value(observation: Observation, item: Intermediate) -> Value:
    runs = [e for e in observation.executions if e.index in item.indices and item.name in e.results]
    value = max(runs, key=lambda e: e.sequence).results[item.name] if runs else None
    return value if is_numeric(value) else None


__all__ = ["RETURNED", "Blame", "place", "ratio"]
