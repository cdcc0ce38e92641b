"""A function of one array against its plain run and bounded differences: value, gradient, second derivative.

The value must be NumPy's to the last bit, because the traced run is the plain run.
"""

from __future__ import annotations

import zlib
from typing import Any

import numpy as np

import whygrad as wg
from whygrad.differentiation import differentiate
from whygrad.execution import execute


def generator(name: str) -> np.random.Generator:
    return np.random.default_rng(zlib.crc32(name.encode()))


def ridders(function: Any, point: float) -> tuple[Any, Any]:
    """Derivative of an array-valued function of one number, with an error estimate (Ridders 1982).

    The estimate is the disagreement within the table, plus the rounding of the values over the step.
    """
    step, shrink = 0.02 * max(1.0, abs(point)), 1.6
    rounding = 4 * np.finfo(float).eps * np.maximum(1.0, abs(np.asarray(function(point))))
    row: list[Any] = []
    best, error = None, np.inf
    for k in range(12):
        h = step / shrink**k
        new = [(np.asarray(function(point + h)) - np.asarray(function(point - h))) / (2 * h)]
        for j, old in enumerate(row):
            factor = shrink ** (2 * (j + 1))
            new.append((factor * new[j] - old) / (factor - 1))
            guess = np.maximum(abs(new[-1] - new[-2]), abs(new[-1] - old)) + rounding / h
            best = new[-1] if best is None else np.where(guess < error, new[-1], best)
            error = np.minimum(guess, error)
        row = new
    return best, error


def jacobian(function: Any, x: Any) -> tuple[Any, Any]:
    """Derivative of every entry of the result by every entry of `x`, with its error bounds."""
    columns = []
    for entry in np.ndindex(x.shape):

        def along(value: float, entry: Any = entry) -> Any:
            moved = np.array(x)
            moved[entry] = value
            return function(moved)

        columns.append(ridders(along, float(x[entry])))
    shape = np.shape(function(np.array(x)))
    truth, error = (np.stack([np.broadcast_to(c[k], shape) for c in columns], -1) for k in (0, 1))
    return truth.reshape(*shape, *x.shape), error.reshape(*shape, *x.shape)


def agrees(name: str, function: Any, x: Any) -> None:
    """Assert that value, execution elsewhere, gradient and second derivative are right."""
    expected = function(np.array(x))
    graph = wg.trace(function)(x)
    value, pull = wg.vjp(function, x)
    np.testing.assert_array_equal(value, expected, strict=True)
    executed = execute(graph, [x]).outputs[0]
    np.testing.assert_allclose(executed, expected, rtol=1e-12, atol=1e-13)
    truth, error = jacobian(function, x)
    rows = []
    for k in np.ndindex(expected.shape):
        g = np.zeros(expected.shape)
        g[k] = 1.0
        rows.append(pull(g)[0])
    found = np.reshape(rows, truth.shape)
    assert np.all(error < 1e-5 * np.maximum(1, abs(truth))), "the reference did not converge"
    assert np.all(abs(found - truth) <= 10 * error + 1e-12 * np.maximum(1, abs(truth)))
    _second_agrees(name, graph, x, expected.shape)


def _second_agrees(name: str, graph: Any, x: Any, shape: tuple[int, ...]) -> None:
    weights = generator(name).normal(size=shape)
    first = differentiate(graph, seeds=[weights]).graph

    def gradient(at: Any) -> Any:
        return execute(first, [at]).outputs[0]

    direction = generator(name + "!").normal(size=x.shape)
    second = differentiate(first, seeds=[direction]).graph
    truth, error = jacobian(gradient, x)
    truth, error = np.tensordot(direction, truth, x.ndim), np.tensordot(abs(direction), error, x.ndim)
    found = execute(second, [x]).outputs[0]
    assert np.all(abs(found - truth) <= 10 * error + 1e-11 * np.maximum(1, abs(truth)))
