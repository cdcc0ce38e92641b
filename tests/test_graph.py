"""The table: what rows hold, what they cost, and what makes a graph legal."""

from __future__ import annotations

from array import array
from typing import Any

import numpy as np
import pytest

from whygrad.errors import GraphError
from whygrad.graph import CONSTANT, INPUT, Abstract, Graph, GraphBuilder, Op, abstract_of, validate

FLOAT = Abstract((), float)
ADD = Op("add", lambda a, b: a + b, None)


def small() -> Graph:
    builder = GraphBuilder()
    x = builder.add(INPUT, (), FLOAT, site=4)
    builder.name_row(x, "x")
    total = builder.add(ADD, (x, builder.constant(2.0)), FLOAT, {"rounds": 3}, origin=(x, -1))
    builder.guard(total, 5.0, 4)
    return builder.freeze([x], [total])


def test_a_node_reads_one_row() -> None:
    node = small()[2]
    assert (node.op, node.args, dict(node.params), node.shape) == (ADD, (0, 1), {"rounds": 3}, ())
    assert node.origin == (0, -1)
    assert small()[0].name == "x"
    assert small()[0].site == 4
    assert small()[-1].row == 2
    assert [n.op.name for n in small()] == ["input", "constant", "add"]
    with pytest.raises(IndexError):
        small()[3]


def test_a_graph_prints_its_rows() -> None:
    assert str(small()).splitlines() == [
        "%0: float x = input ",
        "%1: float constant  value=2.0",
        "%2: float add %0 %1 rounds=3   # serves edge (0, -1)",
        "inputs [0]  outputs [2]",
    ]


def test_long_graphs_print_shortened() -> None:
    builder = GraphBuilder()
    for _ in range(300):
        builder.add(INPUT, (), FLOAT)
    assert "... 100 more rows" in str(builder.freeze([0], [0]))


def test_a_row_costs_at_most_64_bytes() -> None:
    builder = GraphBuilder()
    row = builder.add(INPUT, (), FLOAT)
    for _ in range(10_000):
        row = builder.add(ADD, (row, row), FLOAT, origin=(0, -1))
    assert builder.freeze([0], [row]).nbytes / 10_001 <= 64


def test_equal_parameters_are_kept_once_but_never_confused() -> None:
    builder = GraphBuilder()
    numbers = [
        builder.params_number({"value": v})
        for v in (1, 1.0, True, 0.0, -0.0, 1, np.float64(1.0), slice(1, 2))
    ]
    assert len(set(numbers)) == 7
    assert builder.params_number({"value": np.ones(2)}) == builder.params_number({"value": np.ones(2)})
    assert builder.params_number({"value": np.ones(2)}) != builder.params_number(
        {"value": np.ones(2, np.float32)}
    )
    assert builder.params_number({"value": {}}) != builder.params_number({"value": {}})


def test_the_first_name_of_a_row_stays() -> None:
    builder = GraphBuilder()
    row = builder.add(INPUT, (), FLOAT)
    builder.name_row(row, "a")
    builder.name_row(row, "b")
    assert builder.freeze([row], [row])[row].name == "a"


def test_instances_form_a_tree() -> None:
    builder = GraphBuilder()
    outer = builder.enter(7, 0)
    inner = builder.enter(8, 2)
    row = builder.add(INPUT, (), FLOAT)
    builder.leave(inner)
    builder.leave(outer)
    graph = builder.freeze([row], [row])
    instance = graph.instance(graph[row].instance)
    assert (instance.site, instance.ordinal) == (8, 2)
    assert graph.instance(instance.parent).site == 7
    assert builder.current_instance == 0


def test_extending_leaves_the_first_graph_alone() -> None:
    first = small()
    builder = GraphBuilder.extending(first)
    row = builder.add(ADD, (0, 2), FLOAT, origin=(2, 0))
    builder.name_row(row, "later")
    second = builder.freeze(first.inputs, [row])
    validate(second)
    assert len(first) == 3
    assert (second[2].origin, second[3].origin) == ((0, -1), (2, 0))
    assert "later" not in first.tables.names.values


def test_rows_without_origin_between_others_have_none() -> None:
    builder = GraphBuilder()
    x = builder.add(INPUT, (), FLOAT)
    builder.add(ADD, (x, x), FLOAT, origin=(x, -1))
    builder.add(ADD, (x, x), FLOAT)
    builder.add(ADD, (x, x), FLOAT, origin=(1, 1))
    assert [node.origin for node in builder.freeze([x], [x])] == [None, (0, -1), None, (1, 1)]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (1.0, Abstract((), float)), (1, Abstract((), int)), (True, Abstract((), bool)),
        (np.float32(1), Abstract((), np.dtype("f4"))), (np.zeros((2, 3)), Abstract((2, 3), np.dtype("f8"))),
    ],
)  # fmt: skip
def test_abstracts(value: Any, expected: Abstract) -> None:
    assert abstract_of(value) == expected
    assert abstract_of(value).is_float == (expected.dtype is float or expected.dtype in ("f4", "f8"))


def test_values_of_other_kinds_are_refused() -> None:
    with pytest.raises(GraphError, match="str"):
        abstract_of("text")


def broken(change: Any) -> Graph:
    graph = small()
    change(graph)
    return graph


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda g: g.arg_column.__setitem__(0, 2), "not before it"),
        (lambda g: g.arg_column.__setitem__(0, -1), "not before it"),
        (lambda g: g.site_column.pop(), "site_column"),
        (lambda g: g.arg_column.append(0), "offsets"),
        (lambda g: g.origin_row_column.__setitem__(0, 2), "origin"),
        (lambda g: setattr(g, "outputs", (9,)), "row 9"),
        (lambda g: setattr(g, "inputs", (1,)), "is a constant"),
        (lambda g: setattr(g, "name_column", array("i")), "name_column"),
    ],
)
def test_broken_tables_are_found(change: Any, message: str) -> None:
    with pytest.raises(GraphError, match=message):
        validate(broken(change))


def test_other_outputs_share_the_rows() -> None:
    graph = small()
    twin = graph.with_outputs([0])
    assert twin.outputs == (0,)
    assert graph.outputs == (2,)
    assert twin.op_column is graph.op_column


def test_constants_give_their_value() -> None:
    assert CONSTANT.value(3.0) == 3.0
    assert repr(CONSTANT) == "<op constant>"
