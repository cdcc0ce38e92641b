"""Measure a program: roles, points, truth, and the agreement of every gradient variable with it.

The pipeline stands in `measure`. Nothing here has an opinion about causes; `blame` decides only which values
are wrong themselves and which repeat an earlier one.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from whygrad.checking import averaging, blame, judging, listing
from whygrad.checking.charity import charitable
from whygrad.checking.dated import DatedError
from whygrad.checking.evidence import Claim, Evidence, Failure, Hints, Point, TooLargeError, Value
from whygrad.checking.forms import arrangements
from whygrad.checking.fused import doubt_fused, doubt_fused_loss
from whygrad.checking.intended import intended
from whygrad.checking.measured import Measured, error_of, in_layout, signed, truth_of
from whygrad.checking.observing import Observation
from whygrad.checking.pairing import Pairing
from whygrad.checking.plain import steady
from whygrad.checking.programs import GIVEN, Program
from whygrad.checking.raising import RaisedError
from whygrad.checking.roles import Roles, recognise
from whygrad.checking.rounds import first_round
from whygrad.checking.rows import accept_rows
from whygrad.checking.sampling import MANY_ENTRIES, at_points, points_of
from whygrad.checking.settling import presumed, settle_unsure
from whygrad.checking.superseded import given_often
from whygrad.checking.supposing import by_supposed_loss
from whygrad.checking.surrogates import doubt_surrogates
from whygrad.checking.truth import tiny_in, without_tiny_constants
from whygrad.checking.turned import allow_turned
from whygrad.checking.values import as_floats, count, is_numeric, rebuild, vector
from whygrad.checking.variables import base_name, dependencies, first_values, variables
from whygrad.customary import taken_for
from whygrad.errors import NoGradientError, UsageError
from whygrad.source import Source
from whygrad.tracing.scripts import SUPPLIED, unbound_names

BUDGET = 12.0
"""Seconds after which no further point is measured (three are in any case)."""
MANY_TIMES = 10.0
"""A tiny constant moves a gradient by so many times itself at most, next to the largest of the gradients."""
MORE_POINTS, MORE_SEED, MORE_SECONDS = 20, 20251127, 1.0
"""Further points, what they are drawn from, and seconds after which no more are measured."""
MOST_DATED = 4
"""Statements of one text that are read as they once ran."""
FEW_POINTS = 3
"""Points at which a rival may show itself wrong."""


def measure(program: Program | Source, hints: Hints | None = None, budget: float = BUDGET) -> Evidence:
    """Measure a file against the truth.

    A text that does not run gives Evidence with a `failure`. Raises UsageError for hints that name nothing,
    NoGradientError where no gradient, no output or no example input is found.
    """
    with steady():
        return _measure(program, hints or Hints(), budget)


def _measure(program: Program | Source, hints: Hints, budget: float, again: int = 0) -> Evidence:
    until = time.perf_counter() + budget
    if isinstance(program, Program):
        return _measured(program, until)
    try:
        return _arranged(program, hints, until)
    except RaisedError as error:
        return error.evidence(program, hints)
    except DatedError as error:
        if again >= MOST_DATED:
            raise
        renewed = Source(program.filename, error.text)
        evidence = _measure(renewed, hints, until - time.perf_counter(), again + 1)
        evidence.notes.append(error.note)
        return evidence


def _arranged(program: Source, hints: Hints, until: float) -> Evidence:
    refused: NoGradientError | None = None
    for arranged in arrangements(program, hints):
        if isinstance(arranged, Failure):
            return Evidence(Program(program, hints=hints), failure=arranged)
        judged = charitable if arranged.supposed is None else by_supposed_loss
        try:
            return judged(arranged, _measured, until)
        except NoGradientError as error:
            refused = refused or error
    assert refused is not None
    raise refused


def _measured(program: Program, until: float, only_right: bool = False) -> Evidence:
    """The evidence of a program; with `only_right` no blame is placed where a gradient is not right."""
    evidence = Evidence(program)
    evidence.supplied = [(name, SUPPLIED[name]) for name in unbound_names(program.text)]
    first = program.observe(GIVEN)
    if isinstance(first, Failure):
        evidence.failure = first
        return evidence
    if first.failure is not None:
        _refuse_large(program, first.failure.namespace, first.failure)
        evidence.failure = first.failure
        evidence.statements = listing.statements(program, [first], [None], [{}], [])
        return evidence
    rows = accept_rows(program, first)
    evidence.notes.extend([rows] if rows else [])
    roles = recognise(program, first)
    program.objective = roles.objective
    evidence.output, evidence.upstream = roles.objective[0]
    found = variables(first)
    evidence.output_line = found[evidence.output].line if evidence.output in found else 0
    given = _inputs_at(first, roles, program)
    _refuse_large(program, given)
    once = program.hints.large == "once"
    random = not once and not _is_repeatable(program, first, evidence)
    points = [GIVEN] if once else points_of(program, roles, given)
    tried = only_right and not program.hints.formula
    if tried and (wrong := _plainly_wrong(program, roles, points, given, first)):
        evidence.claims = wrong
        return evidence
    measured = at_points(program, roles, points, given, until, first)
    evidence.has_tiny = any(tiny_in(m.truth) for m in measured)
    evidence.outputs = [m.forward.program.objective_of(m.observation.namespace) for m in measured]
    evidence.first_round = program.form == "script" and first_round(program.text) != program.text
    if program.hints.formula:
        evidence.intended = [
            _intend(program.hints.formula, m, evidence.outputs[k]) for k, m in enumerate(measured)
        ]
    settle_unsure(roles, measured)
    roles.finals += presumed(program, roles, measured)
    evidence.points = [m.point for m in measured]
    evidence.recordings = [m.truth.recording for m in measured]
    evidence.derivatives = [m.truth.derivative for m in measured]
    evidence.runs = [m.truth.run for m in measured]
    _note_truth(measured, evidence)
    judged, note = _judged(program, roles, measured, first)
    evidence.notes.extend([note] if note else [])
    if random:
        _doubt_all(judged)
    if only_right and any(claim.verdict != "right" for claim in judged):
        evidence.claims = judged
        return evidence
    blamed = blame.place(program, judged, roles, measured)
    evidence.claims = sorted([*judged, *blamed.claims], key=lambda c: blamed.order.get(c.name, 0))
    evidence.statements = listing.statements(
        program, [m.observation for m in measured], blamed.corrected, blamed.wanted, evidence.claims
    )
    evidence.quantities = listing.quantities(measured)
    evidence.unused = listing.unused(program, first, evidence.claims)
    evidence.backward_line = listing.backward_line(
        evidence.statements, program.forward_function if program.form == "single" else ""
    )
    outputs, claimed = {base_name(o) for o, _ in roles.objective}, {base_name(c.name) for c in judged}
    evidence.interleaved = listing.interleaved(evidence.statements, outputs, claimed)
    evidence.notes.extend(listing.unreached(program, [m.observation for m in measured]))
    evidence.notes.extend([*listing.unjudged(roles.unmatched, evidence.claims), *taken_for()])
    return evidence


def elsewhere(evidence: Evidence) -> Evidence:
    """The final gradients at further points, which no edit was chosen by."""
    program, found = evidence.program, Evidence(evidence.program)
    first = program.observe(GIVEN)
    if isinstance(first, Failure) or first.failure is not None:
        return found
    roles = recognise(program, first)
    given = _inputs_at(first, roles, program)
    points = points_of(program, roles, given, MORE_POINTS, MORE_SEED)[1:]
    until = time.perf_counter() + MORE_SECONDS
    measured = at_points(program, roles, points, given, until, first, guard=False)
    found.points = [m.point for m in measured]
    shares = {(claim.name, claim.of): claim.share for claim in evidence.finals}
    pairings = [p for p in roles.finals if (p.name, p.of) in shares] if measured else []
    found.claims = [_claim(program, pairing, measured, roles, seek_kinks=False) for pairing in pairings]
    for claim in found.claims:  # what was cut off because one gradient seemed to be tells nothing of another
        plain = [signed(truth_of(m, claim.of), claim.sign) for m in measured]
        claim.truth = [w if _is_same(t, w) else None for t, w in zip(claim.truth, plain, strict=True)]
        averaging.take_share(claim, shares[claim.name, claim.of])
    return found


def _is_same(first: Value, second: Value) -> bool:
    one, other = vector(first), vector(second)
    return one is not None and other is not None and np.array_equal(one, other)


def _judged(
    program: Program, roles: Roles, measured: list[Measured], first: Observation, seek_kinks: bool = True
) -> tuple[list[Claim], str]:
    """The final gradients with their verdicts, and a note on a convention that was accepted."""
    judged = [_claim(program, pairing, measured, roles, seek_kinks) for pairing in roles.finals]
    judged = _descents(program, judged, measured, roles)
    _neglect_tiny(program, judged, measured, roles)
    judging.doubt_deltas(judged, program.source.text)
    allow_turned(judged, program.source.text)
    doubt_fused(judged, program.forward_function, roles.objective[0][1], measured)
    doubt_fused_loss(judged, program.forward_function, measured)
    if not program.assumed:
        judging.doubt_often(judged, given_often(program.full()))
    if program.form == "script" and not program.hints.output:
        judging.doubt_output(judged, roles.objective[0][0])
    doubt_surrogates(judged, measured, program.source.text)
    judged = judging.without_steps(judged, dependencies(first), program.hints)
    if program.form not in ("pair", "class"):
        return judged, ""
    shapes = {n: v.shape for n, v in first_values(first).items() if isinstance(v, np.ndarray)}
    inner = [item.name for item in program.returned if item.of]
    averaging.doubt_undivided(judged, shapes, inner)

    def again(claim: Claim) -> None:
        claim.agreements, claim.mismatch = [], None
        judging.judge(claim, measured, [error_of(m, claim.of) for m in measured], program, seek_kinks)

    upstream, text = roles.objective[0][1], program.source.text
    return judged, averaging.allow_late_means(judged, shapes, upstream, program.own, text, again)


def _plainly_wrong(
    program: Program, roles: Roles, points: list[Point], given: dict[str, Value], first: Observation
) -> list[Claim]:
    """The claims where one is wrong at several of a few points, by the engine alone; else none.

    What the engine cannot tell, and what may be a kink, is left to the whole measurement.
    """
    measured = at_points(program, roles, points[:FEW_POINTS], given, 0.0, first, guard=False)
    if len(measured) < FEW_POINTS or any(m.truth.untraced or m.truth.recording.notes for m in measured):
        return []
    tried = replace(roles, finals=list(roles.finals), unsure=list(roles.unsure))
    settle_unsure(tried, measured)
    judged, _ = _judged(program, tried, measured, first, seek_kinks=False)
    wrong = [c for c in judged if c.verdict == "wrong" and c.agreements.count(False) > 1]
    return judged if wrong else []


def _refuse_large(program: Program, values: Mapping[str, Value], failure: Failure | None = None) -> None:
    numbers = sum(count(value) for value in values.values() if is_numeric(value))
    if program.hints.large == "refuse" and numbers > MANY_ENTRIES:
        raise TooLargeError(failure)


def _inputs_at(observation: Observation, roles: Roles, program: Program) -> dict[str, Value]:
    """Values of the inputs at their first binding in the given run.

    An array of whole numbers that the caller gave holds indices or labels, unless its gradient is claimed.
    """
    found = {}
    claimed = {base_name(pairing.of) for pairing in roles.finals}
    for name in claimed & set(program.fixed):
        program.base[name] = as_floats(program.base[name])
    for name in (*roles.roots, *roles.candidates):
        bound = sorted(
            (
                e
                for e in observation.executions
                if name in e.results and not observation.statements[e.index].function
            ),
            key=lambda e: e.sequence,
        )
        value = program.base.get(name, bound[0].results[name] if bound else None)
        if bound and observation.statements[bound[0].index].loop_names:
            continue  # bound in every round of a loop: no point can give it another value
        if is_numeric(value) and name not in program.fixed:
            found[name] = value
    roles.roots = [name for name in roles.roots if name in found]
    roles.candidates = [name for name in roles.candidates if name in found]
    program.inputs = tuple(found)
    return found


def _descents(program: Program, claims: list[Claim], measured: list[Measured], roles: Roles) -> list[Claim]:
    """Claims that a step adds (`W += lr * dW`), as minus gradients if that makes one of them right."""
    added = judging.added(program.text)
    wrong = {c.name for c in claims if c.verdict == "wrong" and base_name(c.name) in added}
    # Where one is a direction of descent, all that are added are: a gradient among them would go uphill.
    turned = {p.name: replace(p, descent=True) for p in roles.finals if wrong and base_name(p.name) in added}
    judged = {name: _claim(program, p, measured, roles) for name, p in turned.items()}
    if not any(judged[name].verdict == "right" for name in wrong):
        return claims
    for claim in judged.values():
        claim.note = "a direction of descent: minus the gradient, which the step adds"
    roles.finals = [turned.get(p.name, p) for p in roles.finals]
    return [judged.get(c.name, c) for c in claims]


def _neglect_tiny(program: Program, claims: list[Claim], measured: list[Measured], roles: Roles) -> None:
    """A gradient that is right for the forward pass without its tiny constants (`log(p + 1e-9)`) is right."""
    wrong = [claim for claim in claims if claim.verdict == "wrong"]
    if not wrong:
        return
    truths = [without_tiny_constants(program, m.truth, tuple(roles.roots)) for m in measured]
    # What such a constant leaves of a gradient that is zero without it: a softmax over one entry.
    left = [MANY_TIMES * tiny_in(m.truth) * judging.largest(m) for m in measured]
    for claim in wrong:
        want = [
            signed(in_layout(truth.gradients, m, claim.of), claim.sign)
            for m, truth in zip(measured, truths, strict=True)
        ]
        triples = zip(claim.values, want, left, strict=True)
        pairs = list(zip(claim.values, want, strict=True))
        if all(
            w is not None and (judging.agrees(v, w) or judging.both_below(v, w, e)) for v, w, e in triples
        ):
            claim.verdict, claim.agreements, claim.mismatch = "right", [True] * len(pairs), None
            claim.right_at_given_inputs = True
            claim.note = "right when the tiny constants of the forward pass are neglected"


def _is_repeatable(program: Program, first: Observation, evidence: Evidence) -> bool:
    """Does what is differentiated have the same value in a second run? What has not is noted."""
    again = program.run(GIVEN)
    if isinstance(again, Failure):
        return True
    for name, value in again.items():
        before = vector(first.namespace.get(name))
        after = vector(value)
        if before is not None and after is not None and not np.array_equal(before, after, equal_nan=True):
            evidence.notes.append(
                f"two runs gave different numbers for `{name}`: it depends on something random"
            )
            break
    return np.array_equal(program.objective_of(first.namespace), program.objective_of(again), equal_nan=True)


def _doubt_all(claims: list[Claim]) -> None:
    """Call nothing wrong where each run differentiates another function."""
    for claim in claims:
        if claim.verdict == "wrong":
            claim.verdict, claim.mismatch = "undecided", None
            claim.reason = "two runs differentiate different functions: numbers are drawn without a seed"


def _intend(formula: str, m: Measured, computed: float) -> float:
    """Let the formula be the truth at a point; where the forward pass differs, its own rows are none."""
    meant = intended(formula, {**first_values(m.observation), **m.inputs})
    m.truth.gradients.update(meant.gradients)
    m.truth.errors.update({name: np.zeros(g.size) for name, g in meant.gradients.items()})
    m.truth.disputed = ""
    if not abs(meant.value - computed) <= 1e-9 * max(abs(meant.value), abs(computed)):
        m.forward_values = []
        m.truth.misled = True
    return meant.value


def _note_truth(measured: list[Measured], evidence: Evidence) -> None:
    untraced = next((m.truth.untraced for m in measured if m.truth.untraced), "")
    if untraced:
        evidence.notes.append(
            f"the forward pass could not be followed ({untraced}); differences are the truth"
        )
    disputed = next((m.truth.disputed for m in measured if m.truth.disputed), "")
    if disputed:
        evidence.notes.append(f"{disputed}: nothing is called wrong here; this is a defect of whygrad")
    if len(measured) < 3 and evidence.program.hints.large != "once":
        evidence.notes.append("the forward pass is finite at few points only; the check is weak")


def _claim(
    program: Program, pairing: Pairing, measured: list[Measured], roles: Roles, seek_kinks: bool = True
) -> Claim:
    """Compare one final gradient with the truth at every point."""
    claim = Claim(pairing.name, pairing.of, "final", 0, certainty=pairing.certainty, sign=pairing.sign)
    place = listing.last_assignment(program, measured[0].observation, pairing.name)
    if place is not None:
        claim.line, claim.span = place.span.line, place.span
    for m in measured:
        try:
            value = program.value(pairing.name, m.observation.namespace)
        except LookupError:
            value = None
        want = signed(truth_of(m, pairing.of), pairing.sign)
        numbers = vector(value) if program.engine else None
        if numbers is not None and numbers.size == count(want) == 1:
            value = rebuild(want, numbers)  # the numbers are ours, `[[1.0]]` for 1.0 the engine's habit
        claim.values.append(value)
        claim.truth.append(judging.clipped(value, want) if "clip" in program.text else want)
    judging.judge(claim, measured, [error_of(m, pairing.of) for m in measured], program, seek_kinks)
    return claim


__all__ = ["BUDGET", "Any", "Measured", "NoGradientError", "UsageError", "measure"]
