"""The numeric reference against derivatives known from elsewhere: mpmath and the complex step."""

import math

import mpmath
import numpy as np
import pytest

from whygrad.checking.numeric import gradient, slope

SMOOTH = {
    "exp": (math.exp, mpmath.exp, [-3.0, 0.0, 0.1, 5.0, 40.0]),
    "log": (math.log, mpmath.log, [1e-3, 0.5, 7.0]),
    "tanh": (math.tanh, mpmath.tanh, [-4.0, 0.0, 0.3, 9.0]),
    "sin of a large number": (lambda x: math.sin(50 * x), lambda x: mpmath.sin(50 * x), [0.2, 1.7]),
    "reciprocal": (lambda x: 1 / x, lambda x: 1 / x, [-0.02, 0.3, 8.0]),
    "twelfth power": (lambda x: x**12, lambda x: x**12, [0.9, -1.4]),
    "sqrt near its border": (math.sqrt, mpmath.sqrt, [1e-4, 2.0]),
}


@pytest.mark.parametrize("name", SMOOTH)
def test_gradient_is_that_of_mpmath_within_its_own_error_estimate(name):
    function, exact, points = SMOOTH[name]
    with mpmath.workdps(50):
        for point in points:
            values, errors = gradient(lambda x: _guard(function, x[0]), np.array([point]))
            want = float(mpmath.diff(exact, mpmath.mpf(point)))
            # Ridders' estimate is one of size, not a bound: allow it a factor.
            assert abs(values[0] - want) <= 20 * errors[0] + 4e-15 * abs(want)
            assert errors[0] < 1e-7 * max(1.0, abs(want))


def _guard(function, x):
    try:
        return function(x)
    except (ValueError, ZeroDivisionError, OverflowError):
        return math.nan


def test_gradient_of_many_entries_agrees_with_the_complex_step():
    rng = np.random.RandomState(3)
    matrix, start = rng.randn(6, 6), rng.randn(6)

    def function(x):
        return np.sum(np.tanh(matrix @ x) ** 2) + np.exp(x[0] * x[1])

    step = 1e-30
    want = np.array([np.imag(function(start + 1j * step * np.eye(6)[k])) / step for k in range(6)])
    values, errors = gradient(lambda x: float(function(x)), start)
    np.testing.assert_allclose(values, want, rtol=1e-9)
    assert (errors < 1e-8).all()


@pytest.mark.parametrize("function", [abs, lambda x: max(x, 0.0), lambda x: max(x, 0.0) + math.exp(x)])
def test_a_kink_is_seen_and_has_both_slopes(function):
    found = slope(function)
    assert found.kink and not found.trusted
    assert found.right - found.left > 0.9


@pytest.mark.parametrize(
    "function", [lambda x: x * abs(x), lambda x: math.sin(x), lambda x: 3.0, lambda x: x**3]
)
def test_a_smooth_function_has_no_kink(function):
    assert not slope(function).kink


def test_kink_beside_the_point_does_not_spoil_the_slope():
    found = slope(lambda x: max(x + 0.01, 0.0) * 3.0)
    assert found.trusted
    assert found.value == pytest.approx(3.0, rel=1e-9)


def test_outside_the_domain_nothing_is_claimed():
    values, errors = gradient(lambda x: math.nan, np.array([1.0]))
    assert np.isnan(values[0]) and np.isinf(errors[0])


def test_a_jump_is_not_trusted():
    found = slope(lambda x: 1.0 if x > 0 else 0.0)
    assert not found.trusted or found.error > 1e-3
