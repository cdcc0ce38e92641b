"""Symbols write the rows that the same code would compute."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from whygrad.errors import GraphError
from whygrad.execution import execute
from whygrad.graph import INPUT, Abstract, GraphBuilder
from whygrad.tracing.symbols import Symbol

RNG = np.random.default_rng(3)
A, B = RNG.uniform(0.5, 2, (3, 2)), RNG.uniform(0.5, 2, (3, 2))
EXPRESSIONS = {
    "operators": lambda a, b: (2 - a) * b / 3 + (-a) ** 2 - abs(b - 1) + 1 / b + 2.0**a + (a // b) + a % b,
    "comparisons": lambda a, b: np.where((a > b) & (b <= 1) | ~(a != b), a, np.where(a == b, 0.0, b >= 1)),
    "matrices": lambda a, b: a @ b.T + (A.T @ b)[:1, :1],
    "ufuncs": lambda a, b: np.maximum(np.exp(a), np.log(b)) + np.add(1.0, a),
    "functions": lambda a, b: np.sum(a, axis=0) + np.mean(b) + np.max(a),
    "methods": lambda a, b: a.sum(axis=1) + b.mean(1) + a.ravel()[:3] + a.max() + b.reshape(2, 3).T[:, 0],
    "keys": lambda a, b: a[0] * b[1:, 0][1] + a[..., 1][0] + a[:, None, :][2, 0] + a[np.array([0, 2])][1],
    "shapes": lambda a, b: a * (a.size + np.ndim(b) + np.shape(a)[0] + len(b)) + np.zeros_like(a) +
    np.ones_like(b),
}  # fmt: skip


@pytest.mark.parametrize("name", EXPRESSIONS)
def test_expressions(name: str, graph_of: Any) -> None:
    function = EXPRESSIONS[name]
    found = execute(graph_of(function, A, B), [A, B]).outputs[0]
    expected = function(A, B)
    np.testing.assert_allclose(found, expected, rtol=1e-15)
    assert graph_of(function, A, B).abstract(graph_of(function, A, B).outputs[0]).shape == np.shape(expected)


def symbol(shape: tuple[int, ...] = (), dtype: Any = float) -> Symbol:
    builder = GraphBuilder()
    return Symbol(builder, builder.add(INPUT, (), Abstract(shape, np.dtype(dtype) if shape else dtype)))


def test_python_floats_stay_weak() -> None:
    assert np.exp(symbol()).dtype is float
    assert (symbol() * np.float32(2)).dtype == np.float32
    assert np.exp(symbol((2,), np.float32)).dtype == np.float32


@pytest.mark.parametrize("use", [bool, float, int, np.asarray, lambda s: [0][s]])
def test_values_are_refused(use: Any) -> None:
    with pytest.raises(GraphError, match="must not depend on a value"):
        use(symbol())


def test_unknown_functions_are_refused_by_name() -> None:
    with pytest.raises(GraphError, match="fft"):
        np.fft.fft(symbol((4,)))
    with pytest.raises(GraphError, match=r"np\.add\.reduce"):
        np.add.reduce(symbol((4,)))


def test_scalars_have_no_length() -> None:
    with pytest.raises(TypeError, match="no length"):
        len(symbol())
    assert "float" in repr(symbol())
