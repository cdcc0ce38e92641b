"""Forward mode: against reverse mode by the dot-product test, and against the complex step."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from whygrad.differentiation import differentiate, tangent
from whygrad.errors import NoRuleError
from whygrad.execution import execute
from whygrad.graph import INPUT, Abstract, Graph, GraphBuilder, Op, validate
from whygrad.ops import assemble

RNG = np.random.default_rng(1)
MAPS = {
    "elementwise": (lambda a, b: np.sin(a * b) / (1 + b * b), RNG.normal(size=(3, 2)), RNG.normal(size=2)),
    "matmul": (lambda a, b: np.tanh(a @ b), RNG.normal(size=(3, 2)), RNG.normal(size=(2, 4))),
    "one moves": (lambda a: a + np.ones((4, 3)), RNG.normal(size=3)),
    "reads": (lambda x: x[np.array([0, 0, 1])] * x[1:4] + x[0], RNG.normal(size=5)),
    "buffer": (lambda x: assemble(np.zeros(3) * x[0], x[0] * x[1], x[2], keys=(0, 2)), RNG.normal(size=3)),
    "many writes": (lambda x: assemble(x * 2, *(x[k] ** 2 for k in range(9)), keys=range(9)),
    RNG.normal(size=9)), "choices": (lambda a, b: np.where(a > b, a, np.maximum(b, 0.1)) * np.abs(a),
    RNG.normal(size=6), RNG.normal(size=6)), "reductions": (lambda a: np.sum(a, axis=0) * np.mean(a) +
    np.max(a, axis=0), RNG.normal(size=(3, 4))),
}  # fmt: skip


def jvp(graph: Graph, args: Any, moves: Any) -> Any:
    moved = tangent(graph)
    validate(moved.graph)
    return execute(moved.graph, [*args, *moves]).outputs[0]


@pytest.mark.parametrize("name", MAPS)
def test_forward_and_reverse_agree(name: str, graph_of: Any) -> None:
    """<J t, g> = <t, J^T g>."""
    function, *args = MAPS[name]
    graph = graph_of(function, *args)
    moves = [RNG.normal(size=np.shape(a)) for a in args]
    pushed = jvp(graph, args, moves)
    g = RNG.normal(size=np.shape(pushed))
    pulled = execute(differentiate(graph).graph, [*args, g]).outputs
    left, right = np.sum(pushed * g), sum(np.sum(t * c) for t, c in zip(moves, pulled, strict=True))
    assert left == pytest.approx(right, rel=1e-12)


@settings(max_examples=30, deadline=None)
@given(st.floats(-2, 2), st.floats(-2, 2), st.floats(-2, 2))
def test_tangents_agree_with_the_complex_step(graph_of: Any, x: float, y: float, move: float) -> None:
    function = lambda x, y: np.exp(np.sin(x) * y) / (2 + np.cos(y))
    h = 1e-30
    truth = np.imag(function(x + 1j * h * move, y + 1j * h)) / h
    assert jvp(graph_of(function, x, y), [x, y], [move, 1.0]) == pytest.approx(truth, rel=1e-12, abs=1e-13)


def test_forward_over_reverse_is_a_hessian_product(graph_of: Any) -> None:
    x, v = RNG.normal(size=4), RNG.normal(size=4)
    matrix = RNG.normal(size=(4, 4))
    graph = graph_of(lambda x: np.sum(x * (matrix @ x)), x)
    product = tangent(differentiate(graph).graph)
    np.testing.assert_allclose(execute(product.graph, [x, v]).outputs[0], (matrix + matrix.T) @ v, rtol=1e-12)


def test_seeds_may_be_values_and_what_stands_still_has_a_zero_tangent(graph_of: Any) -> None:
    graph = graph_of(lambda x, y: (x * y, y), 2.0, 3.0)
    moved = tangent(graph, wrt=graph.inputs[:1], seeds=[1.0])
    assert execute(moved.graph, [2.0, 3.0]).outputs == (3.0, 0.0)
    assert [moved.tangents[row] >= 0 for row in graph.outputs] == [True, False]


def test_tangents_keep_the_dtype(graph_of: Any) -> None:
    x = np.ones(3, np.float32)
    assert jvp(graph_of(lambda x: x * 2.5, x), [x], [x]).dtype == np.float32


def test_an_operation_without_a_rule_is_refused() -> None:
    builder = GraphBuilder()
    x = builder.add(INPUT, (), Abstract((), float))
    row = builder.add(Op("mystery", lambda x: x, None), (x,), Abstract((), float))
    with pytest.raises(NoRuleError, match="`mystery`"):
        tangent(builder.freeze([x], [row]))
