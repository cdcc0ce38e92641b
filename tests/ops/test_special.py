"""Functions of scipy.special: recognised without importing SciPy, right against mpmath."""

from __future__ import annotations

import math
import subprocess
import sys

import mpmath
import numpy as np
import pytest

import whygrad as wg
from whygrad.ops import OPS


def test_scipy_is_not_loaded_by_looking():
    code = "import sys, numpy, whygrad.ops; assert not any(m.startswith('scipy') for m in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


TRUTH = {
    "erf": mpmath.erf, "erfc": mpmath.erfc, "gammaln": mpmath.loggamma, "digamma": mpmath.digamma,
    "expit": lambda x: 1 / (1 + mpmath.exp(-x)), "logit": lambda x: mpmath.log(x / (1 - x)),
}  # fmt: skip


NUMBERS = {"erf": mpmath.erf, "erfc": mpmath.erfc, "lgamma": mpmath.loggamma, "gamma": mpmath.gamma}


@pytest.mark.parametrize("name", NUMBERS)
@pytest.mark.parametrize("x", [0.3, 4.7, 30.25])
def test_functions_of_math_need_no_scipy(name, x):
    function = getattr(math, name)
    first = wg.grad(lambda z: function(z))
    for order, found in ((1, first(x)), (2, wg.grad(first)(x))):
        truth = float(mpmath.diff(NUMBERS[name], x, order))
        assert abs(found - truth) <= 1e-11 * max(1.0, abs(truth))


@pytest.mark.parametrize("n", [0, 1, 3])
def test_polygamma_of_any_size_and_sign(n):
    x = np.array([1e-3, 0.4, 1.0, 7.5, 15.99, 300.0, -0.5, -3.25])
    truth = [float(mpmath.polygamma(n, float(v))) for v in x]
    np.testing.assert_allclose(OPS["polygamma"].value(x, n=n), truth, rtol=2e-14)


@pytest.mark.parametrize("name", TRUTH)
@pytest.mark.parametrize("x", [0.3, 0.77])
def test_first_and_second_derivative(name, x):
    special = pytest.importorskip("scipy.special", reason="SciPy is not installed")
    function = getattr(special, name)
    first = wg.grad(lambda z: function(z))
    second = wg.grad(first)
    for order, found in ((1, first(x)), (2, second(x))):
        assert abs(found - float(mpmath.diff(TRUTH[name], x, order))) <= 1e-11 * max(1, abs(found))


def test_sums_of_exponentials_do_not_overflow():
    special = pytest.importorskip("scipy.special", reason="SciPy is not installed")
    x = np.array([1000.0, 0.0])
    np.testing.assert_array_equal(wg.grad(lambda z: special.logsumexp(z))(x), [1.0, 0.0])
    np.testing.assert_array_equal(wg.grad(lambda z: special.softmax(z)[0])(x), [0.0, 0.0])
    np.testing.assert_array_equal(wg.grad(lambda z: special.log_softmax(z)[1])(x), [-1.0, 1.0])
    assert wg.grad(lambda z: special.expit(z))(-1000.0) == 0.0
    assert wg.grad(lambda z: special.xlogy(z, 2.0))(0.0) == np.log(2.0)


@pytest.mark.parametrize("axis", [None, 0, (0, 1)])
@pytest.mark.parametrize("keepdims", [False, True])
def test_logsumexp_with_factors(axis, keepdims, agrees):
    special = pytest.importorskip("scipy.special", reason="SciPy is not installed")
    factors = np.array([[1.0, 0.5, 2.0], [3.0, -0.125, 1.0]])
    x = np.array([[0.3, -1.0, 2.0], [1.5, 0.2, 2.5]])
    agrees("factors", lambda v: special.logsumexp(v, axis=axis, b=factors, keepdims=keepdims), x)
    agrees("by factors", lambda v: special.logsumexp(x, axis=axis, b=v, keepdims=keepdims), factors)


@pytest.mark.parametrize(("name", "at"), [("erf", 0.7), ("erfc", 0.7), ("gamma", 2.3), ("gammaln", 2.3)])
def test_functions_that_python_has_need_no_scipy(
    name: str, at: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("whygrad.ops.special._has_scipy", lambda: False)
    known = {"erf": mpmath.erf, "erfc": mpmath.erfc, "gamma": mpmath.gamma, "gammaln": mpmath.loggamma}[name]
    found = OPS[name].value(np.array([at, at + 1]))
    assert np.allclose(found, [float(known(at)), float(known(at + 1))], rtol=1e-14, atol=0)
    assert OPS[name].value(np.array([at], dtype=np.float32)).dtype == np.float32
