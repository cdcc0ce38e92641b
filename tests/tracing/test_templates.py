"""Templates: what a rule wrote, stamped elsewhere."""

from __future__ import annotations

import numpy as np

from whygrad.execution import execute
from whygrad.graph import INPUT, Abstract, GraphBuilder, Tables, validate
from whygrad.ops import OPS
from whygrad.tracing.templates import Pattern, Patterns, Scratch, Writer

FLOAT = Abstract((), float)


def pattern() -> Pattern:
    """exp(a) * exp(a) + b, with a row that nothing needs."""
    scratch = Scratch()
    a, b = scratch.slots([FLOAT, FLOAT])
    np.sin(b)
    local = np.exp(a)
    result = local * np.exp(a) + b
    return scratch.pattern(2, result.row, local.row)


def test_equal_rows_are_written_once_and_needless_ones_left_out() -> None:
    found = pattern()
    assert [op.name for op in found.ops] == ["exp", "multiply", "add"]
    assert found.args == (0, 2, 2, 3, 1)
    assert (found.local, found.result) == (2, 4)


def test_stamped_rows_are_renumbered_and_stand_at_their_origin() -> None:
    builder = GraphBuilder()
    x, y = builder.add(INPUT, (), FLOAT, site=3), builder.add(INPUT, (), FLOAT, site=5)
    writer = Writer.of(builder.freeze([x, y], [y]))
    kept = pattern().template(writer.tables, -1)
    writer.begin()
    results = []
    for first, second in ((x, y), (y, x)):
        slots = [first, second]
        writer.stamp(kept, slots, first, -1)
        results.append(slots[kept.result])
    writer.end()
    graph = writer.freeze([x, y], results)
    validate(graph)
    np.testing.assert_allclose(execute(graph, [1.0, 2.0]).outputs, [np.exp(2.0) + 2, np.exp(4.0) + 1])
    assert [graph[row].origin for row in results] == [(x, -1), (y, -1)]
    assert [graph[row].site for row in results] == [3, 5]


def test_a_result_may_be_what_was_given() -> None:
    scratch = Scratch()
    a, _ = scratch.slots([FLOAT, FLOAT])
    found = scratch.pattern(2, a.row, 2.5)
    assert (found.ops, found.result, found.local) == ((), 0, 2.5)
    assert found.template(Tables(), -7).local == -7


def test_patterns_are_made_once_and_the_oldest_make_room() -> None:
    patterns, made = Patterns(most=2), []

    def find(key: object) -> object:
        return patterns.find(key, lambda: made.append(key) or [None])

    for key in ("a", "a", "b", "c", "c", "a"):
        assert find(key) == (None,)
    assert (made, len(patterns)) == (["a", "b", "c", "a"], 2)


def test_what_cannot_be_compared_or_is_large_is_not_kept() -> None:
    patterns = Patterns()
    assert patterns.find(([],), lambda: [pattern()]) == patterns.find(([],), lambda: [pattern()])
    scratch = Scratch()
    (x,) = scratch.slots([Abstract((1000,), np.dtype(float))])
    heavy = scratch.pattern(1, (x * np.ones(1000)).row)
    patterns.find("heavy", lambda: [heavy])
    assert (heavy.is_light, len(patterns)) == (False, 0)


def test_parameters_that_cannot_be_compared_are_numbered_anew() -> None:
    scratch = Scratch()
    (x,) = scratch.slots([FLOAT])
    odd = scratch.add(OPS["exp"], [x.row], FLOAT, {"any": {}})
    tables, found = Tables(), scratch.pattern(1, odd)
    numbers = [found.template(tables, -1).params[0] for _ in range(2)]
    assert [tables.params.values[k] for k in numbers] == [{"any": {}}] * 2
    assert numbers[0] != numbers[1]
