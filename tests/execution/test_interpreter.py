"""The interpreter: values, guards, IEEE arithmetic, memory."""

from __future__ import annotations

import ast
import math
from typing import Any

import numpy as np
import pytest

from whygrad.differentiation import differentiate
from whygrad.errors import GuardError, UsageError
from whygrad.execution import execute
from whygrad.graph import INPUT, Abstract, Graph, GraphBuilder
from whygrad.ops import OPS, assemble
from whygrad.source import Source, new_site
from whygrad.tracing.symbols import Symbol

FLOAT, BOOL = Abstract((), float), Abstract((), bool)
RNG = np.random.default_rng(2)


def test_values_are_those_of_numpy(graph_of: Any) -> None:
    function = lambda a, b: np.sum(np.tanh(a @ b) * np.arange(4.0), axis=0)
    a, b = RNG.normal(size=(3, 2)), RNG.normal(size=(2, 4))
    np.testing.assert_array_equal(execute(graph_of(function, a, b), [a, b]).outputs[0], function(a, b))


def test_scalars_stay_python_floats(graph_of: Any) -> None:
    run = execute(
        graph_of(lambda x, y: np.exp(np.sin(x) * y) / (x + np.sqrt(y)), 1.0, 2.0), [1.0, 2.0], keep=True
    )
    assert all(type(value) is float for value in run.values)
    assert run.outputs[0] == pytest.approx(math.exp(math.sin(1) * 2) / (1 + math.sqrt(2)), rel=1e-15)


def test_inputs_by_name(graph_of: Any) -> None:
    graph = graph_of(lambda x, y: x / y, 1.0, 2.0)
    assert execute(graph, {"x1": 4.0, "x0": 2.0}).outputs == (0.5,)
    with pytest.raises(UsageError, match="`x1`"):
        execute(graph, {"x0": 2.0})
    with pytest.raises(UsageError, match="1 values were given for the 2 inputs"):
        execute(graph, [2.0])


def test_inputs_are_admitted_in_the_kind_of_their_row(graph_of: Any) -> None:
    assert type(execute(graph_of(lambda x: x + 0.5, 1.0), [2]).outputs[0]) is float
    single = graph_of(lambda x: x * 2.0, np.ones(2, np.float32))
    assert execute(single, [[1, 2]]).outputs[0].dtype == np.float32
    with pytest.raises(GuardError, match=r"shape \(3,\).*shape \(2,\)"):
        execute(single, [np.ones(3)])


@pytest.mark.parametrize(
    ("function", "point", "value"),
    [
        (lambda x: 1.0 / x, 0.0, math.inf),
        (lambda x: -1.0 / x, 0.0, -math.inf),
        (lambda x: x / x, 0.0, math.nan),
        (lambda x: x**-0.5, 0.0, math.inf),
        (lambda x: x**0.5, -8.0, math.nan),
        (lambda x: np.log(x), 0.0, -math.inf),
        (lambda x: np.log(x), -1.0, math.nan),
        (lambda x: np.sqrt(x), -1.0, math.nan),
        (lambda x: np.exp(x), 1000.0, math.inf),
        (lambda x: x * x, 1e200, math.inf),
        (lambda x: x**3.0, 1e200, math.inf),
        (lambda x: np.sin(x), math.inf, math.nan),
        (lambda x: np.arcsin(x), 2.0, math.nan),
    ],
)
def test_arithmetic_is_ieee(graph_of: Any, function: Any, point: float, value: float) -> None:
    graph = graph_of(lambda x: function(x) + 0.0, 0.5)
    with np.errstate(all="raise"):
        np.testing.assert_equal(execute(graph, [point]).outputs[0], value)


def guarded() -> tuple[Graph, int]:
    """if x > 0: y = x * 2"""
    source = Source("model.py", "if x > 0:\n    y = x * 2\n")
    test = ast.parse(source.text).body[0].test  # type: ignore[attr-defined]
    number = new_site(0, "branch", source, source.span_of(test))
    builder = GraphBuilder()
    x = builder.add(INPUT, (), FLOAT)
    mask = builder.add(OPS["greater"], (x, builder.constant(0.0)), BOOL)
    builder.guard(mask, True, number)
    return builder.freeze([x], [builder.add(OPS["multiply"], (x, builder.constant(2.0)), FLOAT)]), mask


def test_guards_hold_or_name_the_branch() -> None:
    graph, mask = guarded()
    run = execute(graph, [3.0], wanted=[mask])
    assert run[mask] is True
    assert run.outputs == (6.0,)
    with pytest.raises(GuardError) as caught:
        execute(graph, [-3.0])
    assert "`x > 0` was True" in str(caught.value)
    assert "False here" in str(caught.value)
    assert str(caught.value.place) == "model.py:1:4"
    assert caught.value.hint


def test_guards_on_arrays(graph_of: Any) -> None:
    builder = GraphBuilder()
    x = builder.add(INPUT, (), Abstract((2,), np.dtype(float)))
    mask = Symbol(builder, x) > 0
    builder.guard(mask.row, np.array([True, False]))
    graph = builder.freeze([x], [x])
    execute(graph, [np.array([1.0, -1.0])])
    with pytest.raises(GuardError):
        execute(graph, [np.array([1.0, 1.0])])


def test_what_is_kept(graph_of: Any) -> None:
    graph = graph_of(lambda x: np.sum(np.exp(np.sin(x))), np.ones(3))
    run = execute(graph, [np.zeros(3)], wanted=[1])
    assert run[1].tolist() == [0.0, 0.0, 0.0]
    assert run.outputs == (3.0,)
    with pytest.raises(KeyError, match="keep=True"):
        run[2]
    assert execute(graph, [np.zeros(3)], keep=True)[2].tolist() == [1.0, 1.0, 1.0]


def test_arrays_are_dropped_after_their_last_use() -> None:
    import tracemalloc

    builder = GraphBuilder()
    row = start = builder.add(INPUT, (), Abstract((100_000,), np.dtype(float)))
    for _ in range(100):
        row = builder.add(OPS["sin"], (row,), builder.abstract(start))
    graph = builder.freeze([start], [row])
    tracemalloc.start()
    execute(graph, [np.ones(100_000)])
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 5 * 800_000


def test_inputs_and_constants_are_never_written_to(graph_of: Any) -> None:
    zeros = np.zeros(3)
    graph = graph_of(
        lambda x: assemble(zeros * 1.0 + x * 0, x[0], x[1], keys=(0, 1)) + assemble(x, x[2], keys=(0,)),
        np.ones(3),
    )
    x = np.array([1.0, 2.0, 3.0])
    assert execute(graph, [x]).outputs[0].tolist() == [4.0, 4.0, 3.0]
    assert x.tolist() == [1.0, 2.0, 3.0]
    assert execute(graph, [x]).outputs[0].tolist() == [4.0, 4.0, 3.0]


def test_errors_that_are_not_arithmetic_are_raised() -> None:
    builder = GraphBuilder()
    x = builder.add(INPUT, (), Abstract((2,), np.dtype(float)))
    bad = builder.add(OPS["reshape"], (x,), Abstract((3,), np.dtype(float)), {"shape": (3,)})
    with pytest.raises(ValueError, match="reshape"):
        execute(builder.freeze([x], [bad]), [np.ones(2)])


def test_a_graph_without_rows() -> None:
    assert execute(GraphBuilder().freeze([], []), []).outputs == ()


def chain_of_writes(n: int, reader: Any) -> Graph:
    """A buffer of n entries, written one at a time and read between the writes."""
    builder = GraphBuilder()
    x = Symbol(builder, builder.add(INPUT, (), FLOAT))
    buffer = assemble(Symbol(builder, builder.constant(np.zeros(n))), x, keys=(0,))
    for k in range(1, n):
        buffer = assemble(buffer, np.sin(np.sum(reader(buffer, k))), keys=(k,))
    return builder.freeze([x.row], [buffer.row])


@pytest.fixture
def copies(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The large arrays that np.array was asked to copy."""
    made: list[Any] = []
    array = np.array

    def counted(*args: Any, **kwargs: Any) -> Any:
        if np.size(args[0]) > 100:
            made.append(args[0])
        return array(*args, **kwargs)

    monkeypatch.setattr(np, "array", counted)
    return made


def last_two(buffer: Any, k: int) -> Any:
    return buffer[max(0, k - 2) : k]


def test_writes_between_reads_are_made_in_place(copies: list[Any]) -> None:
    n = 2000
    expected = np.zeros(n)
    expected[0] = 0.5
    for k in range(1, n):
        expected[k] = np.sin(np.sum(last_two(expected, k)))
    graph = chain_of_writes(n, last_two)
    copies.clear()
    found = execute(graph, [0.5]).outputs[0]
    assert len(copies) == 1  # of the constant
    np.testing.assert_allclose(found, expected, rtol=1e-12)
    np.testing.assert_array_equal(execute(graph, [0.5], keep=True).outputs[0], found)


def test_the_gradient_of_writes_between_reads_is_made_in_place_too(copies: list[Any]) -> None:
    n = 300
    graph = chain_of_writes(n, last_two)
    derivative = differentiate(graph)
    copies.clear()
    slope = execute(derivative.graph, [0.5, np.ones(n)]).outputs[0]
    assert len(copies) <= 2  # of the constant and of the seed
    assert len(derivative.graph) < 13 * n
    h = 1e-6
    ends = [np.sum(execute(graph, [0.5 + step]).outputs[0]) for step in (h, -h)]
    assert slope == pytest.approx((ends[0] - ends[1]) / (2 * h), rel=1e-7)


def test_a_view_that_lives_on_keeps_what_it_saw() -> None:
    builder = GraphBuilder()
    x = Symbol(builder, builder.add(INPUT, (), FLOAT))
    first = assemble(Symbol(builder, builder.constant(np.zeros(3))), x, keys=(0,))
    view = first[0:2]
    second = assemble(first, x * 2, keys=(0,))
    total = np.sum(view) + second[0] * 100
    graph = builder.freeze([x.row], [total.row])
    assert execute(graph, [1.0]).outputs[0] == 201.0
