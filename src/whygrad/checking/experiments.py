"""Which quantity is a nameless gradient (`daf`, `tmp`) meant to be? Try the true ones in its place.

If the cotangent of some row of the forward pass, put in place of what a statement computes, makes wrong
gradients right and spoils none, then that is what the statement should have computed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from whygrad.checking import listing
from whygrad.checking.correcting import Wanted, corrected_run, still_wrong
from whygrad.checking.evidence import Claim, Value
from whygrad.checking.families import begins_with, families, meant, rounds_of
from whygrad.checking.intermediates import Intermediate, ratio
from whygrad.checking.observing import Execution, Observation
from whygrad.checking.values import has_float, is_numeric, shape_of
from whygrad.checking.variables import base_name, dependencies
from whygrad.source import site

if TYPE_CHECKING:
    from whygrad.checking.measured import Measured
    from whygrad.checking.programs import Program

MOST_TRIALS = 160
MOST_OF_ROUND = 24
"""Families that are tried of a statement whose first round begins with none of them."""


def discover(
    program: Program,
    finals: list[Claim],
    items: list[Intermediate],
    measured: Sequence[Measured],
    wanted: list[Wanted],
) -> list[Intermediate]:
    """Intermediates whose truth an experiment at the first point shows and all points confirm."""
    first = measured[0]
    if first.truth.derivative is None or first.truth.misled:
        return []
    known = {item.name for item in items if any(item.truths)}
    wrong = _wrong(program, finals, items, measured[:1], wanted[:1])
    found: list[Intermediate] = []
    trials = 0
    sound = {claim.name for claim in finals} - wrong
    # What right gradients are made of as well is right.
    open_ = _feeding(program, finals, first, wrong) - _feeding(program, finals, first, sound) - known
    for hypotheses in (
        *_of_rounds(program, first, open_, measured),
        *_of_single(program, finals, first, known, wrong, measured),
    ):
        for item in hypotheses:
            trials += 1
            if trials > MOST_TRIALS or not wrong:
                return found
            if item is None or any(item.name == other.name for other in found):
                continue
            now = _wrong(program, finals, [*items, *found, item], measured[:1], _with(wanted[:1], item))
            if not now < wrong:
                continue
            if len(_wrong(program, finals, [*items, *found, item], measured, _with(wanted, item))) <= len(
                now
            ):
                found.append(item)
                wanted = _with(wanted, item)
                wrong = now
                break
    return found


Hypotheses = Iterator[Intermediate | None]
"""What one statement may be meant to compute, one after another."""


def _of_single(
    program: Program,
    finals: list[Claim],
    first: Measured,
    known: set[str],
    wrong: set[str],
    measured: Sequence[Measured],
) -> Iterator[Hypotheses]:
    """Of each statement that ran once: the cotangents of its shape."""
    for execution in _open_statements(program, finals, first, known, wrong):
        name = first.observation.statements[execution.index].names[0]
        rows = ((name, execution, row) for row in _rows(first, shape_of(execution.results[name])))
        yield (_meant(*place, measured) for place in [*rows])


def _of_rounds(
    program: Program, first: Measured, feeding: set[str], measured: Sequence[Measured]
) -> Iterator[Hypotheses]:
    """Of each statement of a loop: families of cotangents. First those that its first round begins with.

    A statement that begins as a family does is right in its own line, and has no other meaning.
    """
    options = [
        (name, runs[0].index, family, begins_with(first, name, runs, family))
        for name, runs in rounds_of(first, first.limit, program.backward_function)
        if name in feeding or is_called(program, first.observation, runs[0].index)
        for family in families(first, len(runs), shape_of(runs[0].results[name]))
    ]
    begun = {index for _, index, _, begins in options if begins}
    for wanted in (True, False):
        for index in dict.fromkeys(o[1] for o in options if (o[1] in begun) == wanted):
            chosen = [o for o in options if o[1] == index and o[3] == wanted][
                : None if wanted else MOST_OF_ROUND
            ]
            yield (meant(name, place, family, measured) for name, place, family, _ in chosen)


def _wrong(
    program: Program,
    finals: list[Claim],
    items: list[Intermediate],
    measured: Sequence[Measured],
    wanted: list[Wanted],
) -> set[str]:
    """Names of the final gradients that are wrong themselves, given these truths."""
    runs = [corrected_run(program, items, m, wanted[k], 1.0, ()) for k, m in enumerate(measured)]
    return {c.name for c in finals if still_wrong(program, c, runs, measured)}


def _with(wanted: Sequence[Wanted], item: Intermediate) -> list[Wanted]:
    return [
        {**w, **{(*key, item.name): value for key, value in item.truths[k].items()}}
        for k, w in enumerate(wanted)
    ]


def _open_statements(
    program: Program, finals: list[Claim], m: Measured, known: set[str], wrong: set[str]
) -> list[Execution]:
    """Statements of the backward part whose truth is not known, that ran once and feed a wrong gradient."""
    scope = program.backward_function
    feeding = _feeding(program, finals, m, wrong)
    closed = known | {base_name(c.name) for c in finals}
    # `dx = dx1`: what is missing may be missing there, so the copy's truth says nothing of `dx1`.
    closed |= {
        _copied(s.text) for s in m.observation.statements if s.function == scope and set(s.names) & closed
    }
    out = []
    for execution in sorted(m.observation.executions, key=lambda e: e.sequence):
        statement = m.observation.statements[execution.index]
        if statement.function != scope or execution.sequence <= m.limit or statement.kind != "bind":
            continue
        if len(statement.names) != 1 or m.observation.counts[execution.index] != 1:
            continue
        name = statement.names[0]
        value = execution.results.get(name)
        if name in feeding - closed and is_numeric(value) and has_float(value):
            out.append(execution)
    return out


def is_called(program: Program, observation: Observation, index: int) -> bool:
    """Does a statement stand in a function that the backward part calls? Its names are its own."""
    return observation.statements[index].function not in ("", program.backward_function)


def _feeding(program: Program, finals: list[Claim], m: Measured, chosen: set[str]) -> set[str]:
    """What some final gradients are computed from."""
    needs = dependencies(m.observation, program.backward_function)
    names = (needs.get(base_name(c.name), set()) for c in finals if c.name in chosen)
    return set[str]().union(*names)


def _copied(text: str) -> str:
    """The name that a statement gives another name to, or ""."""
    copy = re.fullmatch(r"\w+\s*=\s*([A-Za-z_]\w*)", text.strip())
    return copy[1] if copy else ""


def _rows(m: Measured, shape: tuple[int, ...]) -> list[int]:
    """Rows of the forward pass with a cotangent of a shape, later ones first, equal cotangents once."""
    derivative, run = m.truth.derivative, m.truth.run
    assert derivative is not None and run is not None
    found: list[int] = []
    seen: list[Value] = []
    for row in range(len(derivative.cotangents) - 1, -1, -1):
        if derivative.cotangents[row] < 0 or derivative.graph.abstract(row).shape != shape:
            continue
        value = np.asarray(run[derivative.cotangents[row]])
        if not value.any() or any(np.array_equal(value, other) for other in seen):
            continue
        seen.append(value)
        found.append(row)
        if len(found) >= MOST_TRIALS:
            break
    return found


def _meant(name: str, execution: Execution, row: int, measured: Sequence[Measured]) -> Intermediate | None:
    """The hypothesis that a statement should compute the cotangent of a row; None if graphs differ."""
    first = measured[0]
    assert first.truth.derivative is not None
    graph = first.truth.derivative.graph
    shown = graph.name(row) or site(graph.site_column[row]).text
    statement = first.observation.statements[execution.index]
    item = Intermediate(
        name, statement.function, shown, statement.span.line, execution.sequence, [execution.index]
    )
    key = (execution.index, execution.instance)
    for m in measured:
        derivative, run = m.truth.derivative, m.truth.run
        if (
            derivative is None
            or run is None
            or len(derivative.cotangents) != len(first.truth.derivative.cotangents)
        ):
            return None
        cotangent = derivative.cotangents[row]
        shape = derivative.graph.abstract(row).shape
        value = np.zeros(shape) if cotangent < 0 else np.broadcast_to(run[cotangent], shape).copy()
        truth = float(value) if value.shape == () else value
        item.truths.append({key: truth})
        computed = next((e.results.get(name) for e in m.observation.of(execution.index)), None)
        item.ratios.append(ratio(listing.copied(computed), truth))
    return item
