"""The table of hard points, from the calls that people write: the gradient at the stated point."""

from __future__ import annotations

import numpy as np
import pytest

import whygrad as wg
from whygrad.errors import NoRuleError
from whygrad.ops import lookup
from whygrad.ops.gaps import GAPS, reason

EYE = np.eye(2)
POINTS = {
    "abs": (lambda x: abs(x), 0.0, 0.0),
    "maximum(x, x)": (lambda x: np.maximum(x, x), 2.0, 1.0),
    "max, tie": (lambda x: np.max(x), np.array([1.0, 1.0, 0.0]), [0.5, 0.5, 0.0]),
    "median, even": (lambda x: np.median(x), np.array([4.0, 1.0, 2.0, 9.0]), [0.5, 0.0, 0.5, 0.0]),
    "sort, tie": (lambda x: np.sum(np.sort(x) * np.array([1.0, 2.0])), np.array([3.0, 3.0]), [1.0, 2.0]),
    "sqrt": (lambda x: np.sqrt(x), 0.0, np.inf),
    "x**0.5": (lambda x: x**0.5, 0.0, np.inf),
    "norm": (lambda x: np.linalg.norm(x), np.zeros(2), [0.0, 0.0]),
    "norm of order 3": (lambda x: np.linalg.norm(x, 3), np.zeros(2), [0.0, 0.0]),
    "hypot": (lambda x: np.hypot(x, 0.0), 0.0, 0.0),
    "std": (lambda x: np.std(x), np.ones(3), [0.0, 0.0, 0.0]),
    "sinc": (lambda x: np.sinc(x), 0.0, 0.0),
    "x**0": (lambda x: x**0, 0.0, 0.0),
    "0**y": (lambda y: 0.0**y, 2.0, 0.0),
    "(-2)**y": (lambda y: np.power(-2.0, y), 3.0, np.nan),
    "log": (lambda x: np.log(x), 0.0, np.inf),
    "log below": (lambda x: np.log(x), -1.0, np.nan),
    "logaddexp": (lambda x: np.logaddexp(x, 0.0), 1000.0, 1.0),
    "logaddexp2": (lambda x: np.logaddexp2(x, 0.0), 1000.0, 1.0),
    "arcsin": (lambda x: np.arcsin(x), 1.0, np.inf),
    "prod": (lambda x: np.prod(x), np.array([2.0, 0.0, 3.0]), [0.0, 6.0, 0.0]),
    "prod, two zeros": (lambda x: np.prod(x), np.array([2.0, 0.0, 0.0]), [0.0, 0.0, 0.0]),
    "cumprod": (lambda x: np.sum(np.cumprod(x)), np.array([2.0, 0.0, 3.0]), [1.0, 8.0, 0.0]),
    "x[[0,0,1]]": (lambda x: np.sum(x[[0, 0, 1]] * np.array([1.0, 2.0, 3.0])), np.ones(2), [3.0, 3.0]),
    "einsum ii->": (lambda x: np.einsum("ii->", x), np.ones((2, 2)), EYE),
    "det, rank n-1": (lambda x: np.linalg.det(x), np.array([[1.0, 2.0], [2.0, 4.0]]),
                      [[4.0, -2.0], [-2.0, 1.0]]),
    "det, rank 0": (lambda x: np.linalg.det(x), np.zeros((3, 3)), np.zeros((3, 3))),
    "sum of eigenvalues": (lambda x: np.sum(np.linalg.eigh(x)[0]), EYE, EYE),
    "sum of eigvalsh": (lambda x: np.sum(np.linalg.eigvalsh(x)), EYE, EYE),
    "sum of singular values": (lambda x: np.sum(np.linalg.svd(x)[1]), 2 * EYE, EYE),
    "trace(U @ Vt)": (lambda x: (lambda u, s, v: np.trace(u @ v))(*np.linalg.svd(x)), 2 * EYE,
                      0 * EYE),
    "inv": (lambda x: np.sum(np.linalg.inv(x)), np.diag([2.0, 4.0]), [[-0.25, -0.125], [-0.125, -0.0625]]),
    "sum(x[:0])": (lambda x: np.sum(x[:0]), np.ones(2), [0.0, 0.0]),
    "x[0] of [1, nan]": (lambda x: x[0], np.array([1.0, np.nan]), [1.0, 0.0]),
    "subnormal": (lambda x: np.sqrt(x), 1e-310, 0.5 / np.sqrt(1e-310)),
}  # fmt: skip


@pytest.mark.parametrize("name", POINTS)
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_gradient_at_a_hard_point(name):
    function, at, expected = POINTS[name]
    np.testing.assert_allclose(wg.grad(function)(at), expected, rtol=1e-13, atol=1e-15)


def test_an_entry_of_an_eigenvector_of_the_identity_has_no_gradient():
    assert np.isnan(wg.grad(lambda x: np.linalg.eigh(x)[1][0, 1])(EYE)).any()


def test_cholesky_is_symmetrised():
    found = wg.grad(lambda x: np.linalg.cholesky(x)[1, 0])(np.array([[4.0, 2.0], [2.0, 3.0]]))
    np.testing.assert_allclose(found, [[-0.125, 0.25], [0.25, 0.0]], atol=1e-15)


def test_the_gradient_has_the_dtype_of_its_input():
    wide = np.ones(2)
    assert wg.grad(lambda x: np.sum(x * wide))(np.ones(2, np.float32)).dtype == np.float32


@pytest.mark.parametrize("name", ["quantile", "percentile", "partition", "corrcoef"])
def test_what_is_listed_as_a_gap_is_refused(name):
    rest = {"quantile": (0.5,), "percentile": (50,), "partition": (1,), "corrcoef": ()}[name]
    assert reason(f"numpy.{name}")
    with pytest.raises(NoRuleError, match=name):
        wg.grad(lambda x: np.sum(getattr(np, name)(x, *rest)))(np.array([[1.0, 2.0], [4.0, 3.0]]))


def test_the_list_of_gaps_is_true():
    """Nothing listed has a rule, and everything listed is a function of NumPy's."""
    for name in GAPS:
        function = np
        for part in name.split("."):
            function = getattr(function, part)
        found = lookup(function)
        assert found is None or found.op.rule is None, name
