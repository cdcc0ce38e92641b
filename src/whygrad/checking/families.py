"""What each round of a backward loop may be meant to compute: the cotangents of one family of rows.

A family holds the rows that one place of the forward pass makes in each of its rounds, in order. A backward
loop over the same rounds goes through it from its end, as a rule.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from whygrad.checking import listing
from whygrad.checking.comparison import compare
from whygrad.checking.evidence import Value
from whygrad.checking.intermediates import Intermediate, ratio
from whygrad.checking.observing import Execution
from whygrad.checking.values import has_float, is_numeric, shape_of, vector
from whygrad.source import site

if TYPE_CHECKING:
    from whygrad.checking.measured import Measured

MOST_ROWS = 20_000

Family = tuple[int, ...]


def families(m: Measured, count: int, shape: tuple[int, ...]) -> list[Family]:
    """Rows of a shape that one place made in each of so many rounds; equal cotangents once, later first."""
    derivative, run = m.truth.derivative, m.truth.run
    if derivative is None or run is None or len(derivative.cotangents) > MOST_ROWS:
        return []
    graph, places = derivative.graph, dict[tuple[int, int], int]()
    groups: dict[tuple[int, int], list[int]] = {}
    for row in range(len(derivative.cotangents)):
        where = graph.site_column[row], graph.instance_column[row]
        places[where] = place = places.get(where, -1) + 1
        groups.setdefault((where[0], place), []).append(row)
    found: list[Family] = []
    seen: set[bytes] = set()
    for rows in reversed(groups.values()):
        if len(rows) != count or any(graph.abstract(row).shape != shape for row in rows):
            continue
        values = [cotangent(m, row) for row in rows]
        key = np.asarray(values).tobytes()
        if np.any(values) and key not in seen:
            seen.add(key)
            found.append(tuple(rows))
    return found


def cotangent(m: Measured, row: int) -> Value:
    """The true gradient by a row of the forward pass: a number, or an array."""
    derivative, run = m.truth.derivative, m.truth.run
    assert derivative is not None and run is not None
    shape, place = derivative.graph.abstract(row).shape, derivative.cotangents[row]
    value = np.zeros(shape) if place < 0 else np.broadcast_to(run[place], shape).copy()
    return float(value) if shape == () else value


def rounds_of(m: Measured, after: int, scope: str) -> Iterator[tuple[str, list[Execution]]]:
    """Statements that several rounds run, each making one name: the name, and the executions.

    They stand in a loop of the backward part, or in a function that only the backward part calls.
    """
    for statement in m.observation.statements:
        runs = m.observation.of(statement.index)
        if len(runs) < 2 or len(runs) != m.observation.counts[statement.index] or runs[0].sequence <= after:
            continue
        plain = statement.targets == statement.names and len(statement.names) == 1
        if not plain or (statement.function == scope and not statement.loops):
            continue
        name = statement.names[0]
        values = [run.results.get(name) for run in runs]
        if all(is_numeric(v) and has_float(v) and shape_of(v) == shape_of(values[0]) for v in values):
            yield name, runs


def begins_with(m: Measured, name: str, runs: Sequence[Execution], family: Family) -> bool:
    """Is what the first round makes the cotangent of the family's last row?"""
    got, want = runs[0].results[name], cotangent(m, family[-1])
    numbers = vector(want)
    return numbers is not None and bool(numbers.any()) and compare(got, want).agrees


def meant(name: str, index: int, family: Family, measured: Sequence[Measured]) -> Intermediate | None:
    """The hypothesis that a statement computes the cotangents of a family, from its last row to its first."""
    first = measured[0]
    assert first.truth.derivative is not None
    graph = first.truth.derivative.graph
    statement = first.observation.statements[index]
    shown = graph.name(family[-1]) or site(graph.site_column[family[-1]]).text
    last = first.observation.of(index)[-1].sequence
    item = Intermediate(name, statement.function, shown, statement.span.line, last, [index])
    for m in measured:
        runs, derivative = m.observation.of(index), m.truth.derivative
        if derivative is None or len(derivative.cotangents) != len(first.truth.derivative.cotangents):
            return None
        if len(runs) != len(family):
            return None
        truths = [cotangent(m, row) for row in reversed(family)]
        item.truths.append({(r.index, r.instance): t for r, t in zip(runs, truths, strict=True)})
        made = [listing.copied(run.results.get(name)) for run in runs]
        item.ratios += [ratio(got, truth) for got, truth in zip(made, truths, strict=True)]
    return item
