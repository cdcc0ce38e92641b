"""Templates: what a rule wrote, stamped elsewhere."""

from __future__ import annotations

import numpy as np

from whygrad.execution import execute
from whygrad.graph import INPUT, Abstract, GraphBuilder, validate
from whygrad.tracing.templates import Scratch, Template, Writer

FLOAT = Abstract((), float)


def template(builder: GraphBuilder) -> Template:
    """exp(a) * exp(a) + b, with a row that nothing needs."""
    scratch = Scratch(builder)
    a, b = scratch.slots([FLOAT, FLOAT])
    np.sin(b)
    local = np.exp(a)
    result = local * np.exp(a) + b
    return scratch.template(2, result.row, local.row)


def test_equal_rows_are_written_once_and_needless_ones_left_out() -> None:
    builder = GraphBuilder()
    found = template(builder)
    assert [builder.tables.ops.values[k].name for k in found.ops] == ["exp", "multiply", "add"]
    assert found.args == (0, 2, 2, 3, 1)
    assert (found.local, found.result) == (2, 4)


def test_stamped_rows_are_renumbered_and_stand_at_their_origin() -> None:
    builder = GraphBuilder()
    x, y = builder.add(INPUT, (), FLOAT, site=3), builder.add(INPUT, (), FLOAT, site=5)
    writer = Writer.of(builder.freeze([x, y], [y]))
    kept = template(writer)
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
    scratch = Scratch(GraphBuilder())
    a, _ = scratch.slots([FLOAT, FLOAT])
    assert (len(scratch.template(2, a.row).ops), scratch.template(2, a.row).result) == (0, 0)
