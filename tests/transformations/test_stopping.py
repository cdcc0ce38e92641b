"""stop_gradient: the value stays, the derivative is that of a constant, at every order."""

from __future__ import annotations

import numpy as np

import whygrad as wg
from whygrad.execution import execute


def test_outside_of_a_trace_it_is_the_value() -> None:
    x = np.array([1.0, 2.0])
    found = wg.stop_gradient({"x": x, "n": [3, "text", None]})
    assert found["n"] == [3, "text", None]
    assert found["x"].tolist() == [1.0, 2.0] and found["x"] is not x


def test_no_derivative_flows_at_any_order() -> None:
    assert wg.grad(lambda x: x * wg.stop_gradient(x))(3.0) == 3.0
    assert wg.grad(wg.grad(lambda x: x**2 * wg.stop_gradient(x**2)))(3.0) == 18.0
    assert wg.jvp(lambda x: x * wg.stop_gradient(x), (3.0,), (1.0,))[1] == 3.0


def straight_through(x):  # type: ignore[no-untyped-def]
    return np.sum((x + wg.stop_gradient(np.round(x) - x)) ** 2)


def test_straight_through() -> None:
    assert wg.grad(straight_through)(np.array([0.4, 1.7])).tolist() == [0.0, 4.0]


def test_the_value_is_computed_again_elsewhere() -> None:
    graph = wg.trace(lambda x: x * wg.stop_gradient(x))(3.0)
    assert execute(graph, [5.0]).outputs == (25.0,)


def test_written_arrays_are_stopped_too() -> None:
    def f(x):  # type: ignore[no-untyped-def]
        out = np.zeros(2)
        out[0] = x * 2
        kept = wg.stop_gradient(out)
        out[1] = x
        return np.sum(out * 10 + kept * x)

    assert wg.grad(f)(3.0) == 20.0 + 10.0 + 6.0
