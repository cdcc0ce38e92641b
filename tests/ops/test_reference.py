"""The numeric truth that rules are measured against, itself measured: derivatives known to fifty digits."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest

FUNCTIONS = {
    "exp": (np.exp, mpmath.exp, [-3.0, 0.2, 9.0]),
    "log": (np.log, mpmath.log, [0.03, 1.7, 40.0]),
    "tan": (np.tan, mpmath.tan, [-1.2, 0.4, 1.3]),
    "arcsin": (np.arcsin, mpmath.asin, [-0.9, 0.1, 0.97]),
    "cbrt": (np.cbrt, mpmath.cbrt, [0.2, 3.0]),
    "tanh": (np.tanh, mpmath.tanh, [-4.0, 0.0, 2.5]),
    "logaddexp": (lambda x: np.logaddexp(x, 0.3),
                  lambda x: mpmath.log(mpmath.exp(x) + mpmath.exp(mpmath.mpf(0.3))), [-2.0, 0.7, 5.0]),
    "sinc": (np.sinc, lambda x: mpmath.sincpi(x), [0.2, 1.4]),
    "power": (lambda x: np.power(x, 2.7), lambda x: x ** mpmath.mpf(2.7), [0.3, 2.2]),
    "arccosh": (np.arccosh, mpmath.acosh, [1.2, 5.0]),
    "reciprocal": (np.reciprocal, lambda x: 1 / x, [-0.3, 2.0]),
    "fast oscillation": (lambda x: np.sin(30 * x), lambda x: mpmath.sin(30 * x), [0.1, 0.9]),
}  # fmt: skip


@pytest.mark.parametrize("name", FUNCTIONS)
def test_ridders_is_right_within_its_own_estimate(name, tools):
    function, exact, points = FUNCTIONS[name]
    with mpmath.workdps(50):
        for point in points:
            found, error = tools["ridders"](function, point)
            truth = mpmath.diff(exact, mpmath.mpf(point))
            assert abs(float(found - truth)) <= 10 * error
            assert error <= 1e-7 * max(1.0, abs(float(truth)))


COMPLEX = ("exp", "log", "tan", "arcsin", "tanh", "arccosh", "reciprocal")


@pytest.mark.parametrize("name", COMPLEX)
def test_the_complex_step_is_right_to_the_last_digits(name, tools, numeric):
    _, exact, points = FUNCTIONS[name]
    with mpmath.workdps(50):
        for point in points:
            found, error = numeric.column(tools["Sample"](name, (point,)), 0, ())
            truth = float(mpmath.diff(exact, mpmath.mpf(point)))
            assert abs(found - truth) <= error <= 2e-13 * max(1.0, abs(truth))


def test_a_column_of_a_matrix_function_is_right(tools, numeric):
    """inv by one entry: -inv e inv, to fifty digits."""
    x = np.array([[2.0, 0.3], [-0.4, 1.5]])
    found, error = numeric.column(tools["Sample"]("inv", (x,)), 0, (0, 1))
    with mpmath.workdps(50):
        inverse = mpmath.inverse(mpmath.matrix(x.tolist()))
        unit = mpmath.matrix([[0, 1], [0, 0]])
        truth = np.array((-inverse * unit * inverse).tolist(), float)
    assert np.all(np.abs(found - truth) <= error)


@pytest.mark.parametrize("slope", [1.001, 0.0, -1.0])
def test_a_wrong_derivative_is_seen(slope, tools):
    found, error = tools["ridders"](np.sin, 0.3)
    assert abs(slope * np.cos(0.3) - found) > 1000 * error
