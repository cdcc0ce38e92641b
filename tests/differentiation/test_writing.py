"""Stamps: many templates written at once are what they are one by one."""

from __future__ import annotations

from array import array

import numpy as np
import pytest

from whygrad.differentiation import writing
from whygrad.differentiation.writing import Writer, numbered
from whygrad.execution import execute
from whygrad.graph import INPUT, Abstract, Graph, GraphBuilder, Tables, validate
from whygrad.ops import OPS
from whygrad.tracing.templates import Pattern, Scratch

FLOAT = Abstract((), float)


def pattern() -> Pattern:
    """exp(a) * exp(a) + b."""
    scratch = Scratch()
    a, b = scratch.slots([FLOAT, FLOAT])
    local = np.exp(a)
    return scratch.pattern(2, (local * np.exp(a) + b).row, local.row)


def given_back() -> Pattern:
    """The second slot itself."""
    scratch = Scratch()
    _, b = scratch.slots([FLOAT, FLOAT])
    return scratch.pattern(2, b.row, 1.0)


def two_inputs() -> tuple[Graph, int, int]:
    builder = GraphBuilder()
    x, y = builder.add(INPUT, (), FLOAT, site=3), builder.add(INPUT, (), FLOAT, site=5)
    return builder.freeze([x, y], [y]), x, y


def written(count: int) -> Graph:
    """A chain of stamps of two templates, one of them with two patterns."""
    forward, x, y = two_inputs()
    writer = Writer.of(forward)
    kinds = [writer.abstract_column[r] for r in (x, y)]
    single = writer.template(kinds, [(-1, pattern())])
    double = writer.template(kinds, [(-1, given_back()), (-1, pattern()), (-1, pattern())])
    writer.begin()
    row = y
    for k in range(count):
        template = double if k % 3 else single
        first = writer.stamp(template, array("i", (x, row)), (x, y)[k % 2])
        row = first + template.results[-1].slot - template.given
    writer.end()
    return writer.freeze([x, y], [row])


def test_stamped_rows_are_renumbered_and_stand_at_their_origin() -> None:
    forward, x, y = two_inputs()
    writer = Writer.of(forward)
    kept = writer.template([writer.abstract_column[r] for r in (x, y)], [(-1, pattern())])
    writer.begin()
    results = [
        writer.stamp(kept, array("i", slots), slots[0]) + kept.results[0].slot - kept.given
        for slots in ((x, y), (y, x))
    ]
    writer.end()
    graph = writer.freeze([x, y], results)
    validate(graph)
    np.testing.assert_allclose(execute(graph, [1.0, 2.0]).outputs, [np.exp(2.0) + 2, np.exp(4.0) + 1])
    assert [graph[row].origin for row in results] == [(x, -1), (y, -1)]
    assert [graph[row].site for row in results] == [3, 5]


@pytest.mark.parametrize("chunk", [1 << 16, 100])
def test_many_stamps_are_written_as_few_are(chunk: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "CHUNK", chunk)
    together = written(350)
    monkeypatch.setattr(writing, "MANY", 1 << 30)
    singly = written(350)
    for name in GraphBuilder._PER_ROW:
        assert getattr(together, name) == getattr(singly, name), name
    validate(together)


def test_a_row_added_between_comes_after_what_was_stamped() -> None:
    forward, x, y = two_inputs()
    writer = Writer.of(forward)
    kept = writer.template([writer.abstract_column[r] for r in (x, y)], [(-1, pattern())])
    writer.begin()
    first = writer.stamp(kept, array("i", (x, y)), x)
    writer.current_origin = (y, -1)
    added = writer.add(OPS["negative"], (first,), FLOAT)
    again = writer.stamp(kept, array("i", (added, y)), x)
    writer.end()
    graph = writer.freeze([x, y], [again + 2])
    validate(graph)
    assert (added, again) == (first + 3, first + 4)
    np.testing.assert_allclose(execute(graph, [0.5, 2.0]).outputs, [np.exp(-2 * np.exp(0.5)) + 2])


def test_parameters_that_cannot_be_compared_are_numbered_anew() -> None:
    scratch = Scratch()
    (x,) = scratch.slots([FLOAT])
    odd = scratch.add(OPS["exp"], [x.row], FLOAT, {"any": {}})
    tables, found = Tables(), scratch.pattern(1, odd)
    numbers = [numbered(tables, 0, [0], [(-1, found)]).params[0] for _ in range(2)]
    assert [tables.params.values[k] for k in numbers] == [{"any": {}}] * 2
    assert numbers[0] != numbers[1]
