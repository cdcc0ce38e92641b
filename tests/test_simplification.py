"""Each rewrite as a pair of before and after; values never change; names and origins stay."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from whygrad.differentiation import differentiate
from whygrad.execution import execute
from whygrad.graph import INPUT, Abstract, GraphBuilder, validate
from whygrad.ops import OPS, astype, damped_multiply, sum_to
from whygrad.simplification import REWRITES, simplify
from whygrad.tracing.symbols import Symbol


def constant(x: Any, value: float) -> Symbol:
    return Symbol(x.builder, x.builder.constant(value))


X, M = np.ones(3), np.ones((2, 3))
PAIRS = {
    "x * 1": (lambda x: np.exp(x * 1.0), np.exp, X),
    "1 * x": (lambda x: np.exp(1.0 * x), np.exp, X),
    "x + 0 and 0 + x": (lambda x: 0.0 + np.exp(x + 0.0), np.exp, 1.0),
    "x - 0": (lambda x: np.exp(x - 0.0), np.exp, 1.0),
    "x / 1": (lambda x: np.exp(x / 1.0), np.exp, X),
    "x ** 1": (lambda x: np.exp(x**1.0), np.exp, 1.0),
    "- -x": (lambda x: np.exp(np.negative(-x)), np.exp, X),
    "x * -1": (lambda x: np.exp(x * -1.0), lambda x: np.exp(-x), X),
    "constants": (lambda x: x * np.exp(constant(x, 2.0) * 3.0), lambda x: x * float(np.exp(6.0)), 1.0),
    "damped by a constant": (lambda x: damped_multiply(2.0, x), lambda x: 2.0 * x, 1.0),
    "nothing flows": (lambda x: x + damped_multiply(0.0, x), lambda x: x + 0.0, 1.0),
    "same shape": (lambda x: np.reshape(sum_to(np.broadcast_to(x, (3,)), (3,)), (3,)) + x, lambda x: x + x,
    X), "same dtype": (lambda x: np.exp(astype(x, np.float64)), np.exp, X),
    "reshape twice": (lambda x: np.reshape(np.reshape(x, (6,)), (3, 2)), lambda x: np.reshape(x, (3, 2)), M),
    "reshape there and back": (lambda x: np.exp(np.reshape(np.reshape(x, (6,)), (2, 3))), np.exp, M),
    "transpose twice": (lambda x: np.exp(x.T.T), np.exp, M),
    "equal rows": (lambda x: np.exp(x) * np.exp(x), lambda x: (lambda e: e * e)(np.exp(x)), X),
}  # fmt: skip


@pytest.mark.parametrize("name", PAIRS)
def test_rewrites(name: str, graph_of: Any) -> None:
    before, after, example = PAIRS[name]
    given_graph = graph_of(before, example)
    found = simplify(given_graph).graph
    validate(found)
    if after is not None:
        assert str(found) == str(simplify(graph_of(after, example)).graph)
    np.testing.assert_array_equal(
        execute(found, [example * 0.3]).outputs[0], execute(given_graph, [example * 0.3]).outputs[0]
    )


def test_every_rewrite_is_needed(graph_of: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = {name: str(simplify(graph_of(p[0], p[2])).graph) for name, p in PAIRS.items()}
    for left_out in REWRITES:
        rest = tuple(entry for entry in REWRITES if entry is not left_out)
        monkeypatch.setattr("whygrad.simplification.REWRITES", rest)
        without = {name: str(simplify(graph_of(p[0], p[2])).graph) for name, p in PAIRS.items()}
        monkeypatch.undo()
        assert without != whole, f"no pair shows what {left_out.rewrite.__name__} does"


def test_weak_numbers_are_not_confused_with_arrays(graph_of: Any) -> None:
    single = np.ones(3, np.float32)
    kept = simplify(graph_of(lambda x: x * np.ones((2, 3)) * np.float64(1.0), single)).graph
    assert execute(kept, [single]).outputs[0].dtype == np.float64
    assert execute(kept, [single]).outputs[0].shape == (2, 3)


@settings(max_examples=40, deadline=None)
@given(st.floats(-2, 2), st.floats(0.5, 2), st.sampled_from([0.0, 1.0, -1.0, 2.0]))
def test_derivatives_keep_their_values(graph_of: Any, x: float, y: float, c: float) -> None:
    graph = graph_of(lambda x, y: np.sin(x * c) / y + (x + c) ** 2.0 - (-x) * np.exp(x * y) * 1.0, x, y)
    derivative = differentiate(graph).graph
    simpler = simplify(derivative)
    validate(simpler.graph)
    assert len(simpler.graph) < len(derivative)
    assert execute(simpler.graph, [x, y]).outputs == execute(derivative, [x, y]).outputs


def test_names_sites_origins_and_guards_are_kept() -> None:
    builder = GraphBuilder()
    x = builder.add(INPUT, (), Abstract((), float))
    builder.name_row(x, "x")
    builder.current_site = 3
    once = builder.add(OPS["multiply"], (x, builder.constant(1.0)), Abstract((), float))
    y = builder.add(OPS["exp"], (once,), Abstract((), float))
    builder.name_row(y, "y")
    mask = builder.add(OPS["greater"], (x, builder.constant(0.0)), Abstract((), bool))
    builder.guard(mask, True)
    derivative = differentiate(builder.freeze([x], [y]))
    found = simplify(derivative.graph, keep=[y])
    validate(found.graph)
    names = {node.name: node for node in found.graph if node.name}
    assert set(names) == {"x", "y"}
    assert names["y"].site == 3
    assert found.rows[once] == found.rows[x]
    assert [found.graph.op(g.row).name for g in found.graph.guards] == ["greater"]
    assert found.graph.guards[0].site == 3


def test_origins_follow_their_rows(graph_of: Any) -> None:
    graph = graph_of(lambda x, y: x * y * y, 2.0, 3.0)
    derivative = differentiate(graph)
    found = simplify(derivative.graph, keep=range(len(graph)))
    origins = {node.origin for node in found.graph if node.origin}
    assert origins <= {(2, 0), (2, 1), (3, 0), (3, 1), (1, -1), (0, -1)}
    assert {(2, 0), (2, 1)} <= origins


def test_rows_that_nothing_needs_are_dropped(graph_of: Any) -> None:
    graph = graph_of(lambda x: (np.sin(x), np.exp(x))[0], 1.0)
    found = simplify(graph)
    assert [node.op.name for node in found.graph] == ["input", "sin"]
    assert list(found.rows) == [0, 1, -1]
    assert [n.op.name for n in simplify(graph, keep=[2]).graph] == ["input", "sin", "exp"]


def test_equal_rows_with_different_names_stay_apart(graph_of: Any) -> None:
    builder = GraphBuilder()
    x = builder.add(INPUT, (), Abstract((), float))
    rows = [builder.add(OPS["exp"], (x,), Abstract((), float)) for _ in range(3)]
    for row, name in zip(rows[:2], "ab", strict=True):
        builder.name_row(row, name)
    found = simplify(builder.freeze([x], rows))
    assert [node.name for node in found.graph] == ["", "a", "b"]
