"""Reverse mode against outside truth; its size; what it refuses."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from whygrad.differentiation import differentiate
from whygrad.errors import NoRuleError
from whygrad.execution import execute
from whygrad.graph import INPUT, Abstract, Graph, GraphBuilder, Op, validate
from whygrad.ops import OPS, assemble
from whygrad.tracing.symbols import Symbol

FLOAT = Abstract((), float)


def gradients(graph: Graph, *args: Any) -> tuple[Any, ...]:
    derivative = differentiate(graph)
    validate(derivative.graph)
    return execute(derivative.graph, args).outputs


RNG = np.random.default_rng(0)
ANALYTIC = {
    "neuron": (lambda w, x, b: 1 / (1 + np.exp(-(np.sum(w * x) + b))), RNG.normal(size=3),
    RNG.normal(size=3), 0.3), "used twice": (lambda x: x * np.sin(x) + x, 0.7),
    "quotients and powers": (lambda x, y: x**3 / y + y**x, 1.3, 0.8),
    "row broadcast": (lambda a, b: np.sum(np.tanh(a + b) * b), RNG.normal(size=(4, 3)), RNG.normal(size=3)),
    "column broadcast": (lambda a, b: np.sum(a * b * b), RNG.normal(size=(4, 3)), RNG.normal(size=(4, 1))),
    "scalar broadcast": (lambda a, b: np.sum(np.exp(a * b)), RNG.normal(size=(2, 3)), 0.4),
    "matrices": (lambda a, b: np.sum(np.sin(a @ b)), RNG.normal(size=(2, 3)), RNG.normal(size=(3, 4))),
    "reads": (lambda x: x[0] * x[1] + np.sum(x[1:] * x[:-1]) + x[0] ** 2, RNG.normal(size=5)),
    "rows of a matrix": (lambda x: np.sum(x[0] * x[:, 1][0]) + x[1, 2], RNG.normal(size=(3, 3))),
    "means": (lambda x: np.mean(np.cos(x), axis=0)[1] * np.mean(x), RNG.normal(size=(3, 2))),
    "reshapes": (lambda x: np.sum(np.reshape(x, (3, 2)).T[0] ** 2), RNG.normal(size=(2, 3))),
}  # fmt: skip


@pytest.mark.parametrize("name", ANALYTIC)
def test_gradients_agree_with_the_complex_step(name: str, graph_of: Any, complex_step: Any) -> None:
    function, *args = ANALYTIC[name]
    found = gradients(graph_of(function, *args), *args)
    for ours, truth, arg in zip(found, complex_step(function, *args), args, strict=True):
        assert np.shape(ours) == np.shape(arg)
        np.testing.assert_allclose(ours, truth, rtol=1e-13, atol=1e-14)


UNARY: list[Callable[[Any], Any]] = [
    np.sin, np.cos, np.tanh, np.arctan, np.negative, np.square,
    lambda x: np.exp(-x * x), lambda x: 1 / (2 + np.sin(x)), lambda x: np.log(3 + np.cos(x)), lambda x:
    np.sqrt(1 + x * x),
]  # fmt: skip
BINARY: list[Callable[[Any, Any], Any]] = [
    lambda a, b: a + b, lambda a, b: a - b, lambda a, b: a * b, lambda a, b: a / (2 + np.sin(b)),
]  # fmt: skip
STEPS = st.lists(
    st.tuples(st.integers(0, len(UNARY) + len(BINARY) - 1), st.integers(0, 99), st.integers(0, 99)),
    min_size=1,
    max_size=25,
)


def program(steps: list[tuple[int, int, int]]) -> Callable[..., Any]:
    """A straight-line program: each step applies a function to earlier values."""

    def run(*inputs: Any) -> Any:
        values = list(inputs)
        for which, i, j in steps:
            a, b = values[i % len(values)], values[j % len(values)]
            values.append(
                UNARY[which](a) if which < len(UNARY) else np.tanh(BINARY[which - len(UNARY)](a, b))
            )
        return values[-1] + values[len(values) // 2] * values[0]

    return run


@settings(max_examples=60, deadline=None)
@given(STEPS, st.lists(st.floats(-1.5, 1.5), min_size=2, max_size=2))
def test_random_programs(graph_of: Any, complex_step: Any, steps: Any, point: list[float]) -> None:
    function = program(steps)
    found = gradients(graph_of(function, *point), *point)
    np.testing.assert_allclose(found, complex_step(function, *point), rtol=1e-9, atol=1e-11)


def test_second_and_third_order(graph_of: Any) -> None:
    first = differentiate(graph_of(lambda x: np.exp(np.sin(x)) * x / (1 + x * x), 0.7)).graph
    second = differentiate(first).graph
    third = differentiate(second).graph
    validate(third)
    with mpmath.workdps(40):
        curve = lambda x: mpmath.exp(mpmath.sin(x)) * x / (1 + x * x)
        truth = [float(mpmath.diff(curve, mpmath.mpf(0.7), n)) for n in (1, 2, 3)]
    ours = [execute(graph, [0.7]).outputs[0] for graph in (first, second, third)]
    np.testing.assert_allclose(ours, truth, rtol=1e-12)


def test_reads_of_one_array_become_one_accumulate_row(graph_of: Any) -> None:
    graph = graph_of(lambda x: sum(np.sin(x[i]) for i in range(20)), np.ones(20))
    derivative = differentiate(graph)
    names = [node.op.name for node in derivative.graph]
    assert names.count("accumulate") == 1
    np.testing.assert_allclose(execute(derivative.graph, [np.arange(20.0)]).outputs[0], np.cos(np.arange(20)))


def test_reads_by_index_arrays_are_merged_with_others(graph_of: Any) -> None:
    picks, more = np.array([0, 0, 2]), np.array([1, 2])
    graph = graph_of(lambda x, w: np.sum(x[picks] * w) + np.sum(x[more]) + x[0], np.ones(3), np.ones(3))
    assert gradients(graph, np.ones(3), np.array([1.0, 2.0, 3.0]))[0].tolist() == [4.0, 1.0, 4.0]


def buffer_loop(n: int) -> Graph:
    """`out[i] = sin(x[i])` for n entries, and the sum of squares of the buffer."""
    builder = GraphBuilder()
    x = Symbol(builder, builder.add(INPUT, (), Abstract((n,), np.dtype(float))))
    zeros = Symbol(builder, builder.constant(np.zeros(n)))
    out = assemble(zeros, *(np.sin(x[i]) for i in range(n)), keys=range(n))
    return builder.freeze([x.row], [np.sum(out * out).row])


def test_a_loop_of_writes_and_reads_is_linear() -> None:
    small, large = (differentiate(buffer_loop(n)).graph for n in (1000, 100_000))
    assert abs(len(large) - 100 * len(small)) < 100 * 50
    assert large.nbytes / len(large) <= 64
    assert len(large.tables.params.values) < 3 * 100_000 + 100
    x = np.linspace(-1, 1, 100_000)
    np.testing.assert_allclose(execute(large, [x]).outputs[0], np.sin(2 * x), rtol=1e-12)


def test_a_chain_of_a_million_rows() -> None:
    builder = GraphBuilder()
    row = start = builder.add(INPUT, (), FLOAT)
    factor, shift = builder.constant(0.5), builder.constant(1.0)
    for _ in range(500_000):
        row = builder.add(OPS["multiply"], (row, factor), FLOAT)
        row = builder.add(OPS["add"], (row, shift), FLOAT)
    graph = builder.freeze([start], [row])
    derivative = differentiate(graph).graph
    assert len(graph) > 1_000_000
    assert graph.nbytes / len(graph) <= 64
    assert derivative.nbytes / len(derivative) <= 64
    assert execute(graph, [3.0]).outputs == (2.0,)  # the fixed point of x/2 + 1
    assert execute(derivative, [3.0]).outputs[0] < 1e-300


def test_wide_fan_out_is_linear(graph_of: Any) -> None:
    def rows(n: int) -> int:
        builder = GraphBuilder()
        x = builder.add(INPUT, (), FLOAT)
        total = x
        for _ in range(n):
            total = builder.add(OPS["add"], (builder.add(OPS["multiply"], (x, x), FLOAT), total), FLOAT)
        graph = differentiate(builder.freeze([x], [total])).graph
        if n <= 100:
            assert execute(graph, [3.0]).outputs == (6.0 * n + 1,)
        return len(graph)

    assert rows(100_000) - 100 * rows(1000) < 100 * 10
    assert rows(100) > 0


def test_halving_paths_stay_linear(graph_of: Any) -> None:
    def halves(x: Any) -> Any:
        for _ in range(1000):
            x = x / 2 + x / 2
        return x

    assert gradients(graph_of(halves, 1.0), 1.0) == (1.0,)


def test_gradients_have_the_dtype_of_their_input(graph_of: Any) -> None:
    single, double = np.ones(3, np.float32), np.full(3, 2.0)
    graph = graph_of(lambda a, b, c: np.sum(a * b) * c, single, double, 1.5)
    by_single, by_double, by_number = gradients(graph, single, double, 1.5)
    assert by_single.dtype == np.float32
    assert by_double.dtype == np.float64
    assert isinstance(by_number, float)


def test_whole_numbers_are_real_numbers(graph_of: Any) -> None:
    graph = graph_of(lambda a, b: a * b + np.exp(a - b), 2, 3)
    np.testing.assert_allclose(gradients(graph, 2, 3), [3 + np.exp(-1), 2 - np.exp(-1)])


def test_rounding_cuts_the_path(graph_of: Any) -> None:
    graph = graph_of(lambda x: np.astype(x, np.int64) * x, np.array([2.7]))
    derivative = differentiate(graph, seeds=[np.ones(1)])
    assert execute(derivative.graph, [np.array([2.7])]).outputs[0] == [2.0]


def test_an_untaken_branch_does_not_poison(graph_of: Any) -> None:
    graph = graph_of(lambda x: np.sum(np.where(x > 0, np.log(x) + np.sqrt(x), 0.0)), np.ones(3))
    assert gradients(graph, np.array([-1.0, 0.0, 4.0]))[0].tolist() == [0.0, 0.0, 0.5]


def test_infinite_slopes_are_infinite(graph_of: Any) -> None:
    assert gradients(graph_of(lambda x: np.sqrt(x), 1.0), 0.0) == (np.inf,)
    assert gradients(graph_of(lambda x: x**0.5, 1.0), 0.0) == (np.inf,)
    assert gradients(graph_of(lambda x: np.log(x), 1.0), 0.0) == (np.inf,)


def test_what_does_not_depend_gets_zeros_of_its_shape(graph_of: Any) -> None:
    graph = graph_of(lambda x, y: np.sum(x), np.ones(2), np.ones((2, 3), np.float32))
    derivative = differentiate(graph)
    assert derivative.reached == (True, False)
    zero = execute(derivative.graph, [np.ones(2), np.ones((2, 3), np.float32)]).outputs[1]
    assert zero.shape == (2, 3)
    assert zero.dtype == np.float32
    assert not zero.any()


def test_array_outputs_take_their_cotangent_as_an_input(graph_of: Any) -> None:
    derivative = differentiate(graph_of(lambda x: x * x, np.ones(2)))
    assert [derivative.graph.name(row) for row in derivative.graph.inputs] == ["x0", "grad_out"]
    found = execute(derivative.graph, {"x0": np.array([1.0, 2.0]), "grad_out": np.array([10.0, 1.0])})
    assert found.outputs[0].tolist() == [20.0, 4.0]


def test_several_outputs_add_up(graph_of: Any) -> None:
    graph = graph_of(lambda x: (x * x, 3 * x), 2.0)
    assert gradients(graph, 2.0) == (7.0,)
    assert execute(differentiate(graph, seeds=[10.0, 0.0]).graph, [2.0]).outputs == (40.0,)
    twice = differentiate(graph, outputs=[graph.outputs[0]] * 2)
    assert execute(twice.graph, [2.0]).outputs == (8.0,)


def test_gradients_by_rows_in_the_middle(graph_of: Any) -> None:
    graph = graph_of(lambda x: np.exp(x * x), 1.5)
    square = next(node.row for node in graph if node.op.name == "multiply")
    derivative = differentiate(graph, wrt=[square, 0])
    np.testing.assert_allclose(execute(derivative.graph, [1.5]).outputs, [np.exp(2.25), 3 * np.exp(2.25)])


def test_edges_say_local_gradient_and_contribution(graph_of: Any) -> None:
    graph = graph_of(lambda x, y: x * y + y, 2.0, 5.0)
    derivative = differentiate(graph)
    run = execute(derivative.graph, [2.0, 5.0], keep=True)
    product, total = 2, 3
    assert derivative.edges[total, 0].local == 1.0
    assert isinstance(derivative.edges[total, 0].local, float)
    assert run[derivative.edges[product, 0].local] == 5.0
    assert run[derivative.edges[product, 1].contribution] == 2.0
    assert set(derivative.edges) == {(product, 0), (product, 1), (total, 0), (total, 1)}
    assert run[derivative.cotangents[1]] == 3.0


def test_backward_rows_carry_origin_site_and_instance() -> None:
    builder = GraphBuilder()
    x = builder.add(INPUT, (), FLOAT)
    builder.current_site = 7
    builder.enter(5)
    y = builder.add(OPS["exp"], (x,), FLOAT)
    z = builder.add(OPS["multiply"], (y, y), FLOAT)
    derivative = differentiate(builder.freeze([x], [z]))
    backward = [derivative.graph[row] for row in range(4, len(derivative.graph))]
    assert {node.origin for node in backward} == {(z, 0), (z, 1), (y, 0), (y, -1)}
    assert all(node.site == 7 and node.instance == 1 for node in backward)


def test_an_operation_without_a_rule_is_named() -> None:
    builder = GraphBuilder()
    x = builder.add(INPUT, (), FLOAT)
    row = builder.add(Op("mystery", lambda x: x, None), (x,), FLOAT)
    with pytest.raises(NoRuleError, match="`mystery`"):
        differentiate(builder.freeze([x], [row]))


def test_an_operation_without_a_rule_off_the_path_does_no_harm() -> None:
    builder = GraphBuilder()
    x = builder.add(INPUT, (), FLOAT)
    builder.add(Op("mystery", lambda x: x, None), (x,), FLOAT)
    assert gradients(builder.freeze([x], [x]), 1.0) == (1.0,)
