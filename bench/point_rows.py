"""The hard points of value: a function, a point, and what a right answer is.

Each function is written once, over a namespace `xp` with NumPy's names; only PyTorch, which spells some
of them otherwise, has a second form. `right` accepts every answer that is right where there is a choice.
"""

from __future__ import annotations

# ruff: noqa: E501  (one row, one line, where it can be)
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

Answer = Any
INF, NAN = math.inf, math.nan
EYE = [[1.0, 0.0], [0.0, 1.0]]
W2, W3 = np.array([1.0, 2.0]), np.array([1.0, 2.0, 3.0])
WIDE, NARROW = np.array([2.0, 3.0]), np.ones(2, np.float32)


@dataclass(frozen=True)
class Point:
    """One row: the gradient of `function(xp, x)` at `at`."""

    name: str
    where: str
    says: str
    at: Any
    function: Callable[[Any, Any], Any]
    right: Callable[[Any], bool]
    torch: Callable[[Any, Any], Any] | None = None
    whole: bool = False
    """The point is a whole number, and handed in as one."""
    shows_dtype: bool = False


def is_(*values: Any, tol: float = 1e-12) -> Callable[[Any], bool]:
    """One of these answers, NaN being equal to NaN."""
    return lambda found: any(
        np.shape(found) == np.shape(v) and np.allclose(found, v, rtol=tol, atol=tol, equal_nan=True)
        for v in values
    )


def between(low: float, high: float) -> Callable[[Any], bool]:
    """Any number from `low` to `high`."""
    return lambda found: bool(low <= found <= high)


def anything(found: Any) -> bool:
    """There is no right answer."""
    return True


def _not_a_wrong_number(value: float) -> Callable[[Any], bool]:
    """The limit, or NaN where the form as written overflows: never another number."""
    return is_(value, NAN)


def tied(found: Any) -> bool:
    """Weights of ties add up to 1, and nothing goes elsewhere."""
    return bool(np.isclose(np.sum(found), 1.0) and np.all(np.asarray(found) >= 0))


def svd_product(xp: Any, x: Any) -> Any:
    """trace(U @ Vt)."""
    u, _, v = xp.linalg.svd(x)
    return xp.trace(u @ v)


def naive_softmax(xp: Any, x: Any) -> Any:
    """The first of exp(x) / sum(exp(x))."""
    e = xp.exp(x)
    return (e / xp.sum(e))[0]


def shifted_softmax(xp: Any, x: Any) -> Any:
    """The same, less the largest first."""
    e = xp.exp(x - xp.max(x))
    return (e / xp.sum(e))[0]


CHOICE = "0, 0.5 or 1"
POINTS = (
    Point("abs(x)", "0", "any in [-1, 1]", 0.0, lambda xp, x: xp.abs(x), between(-1, 1)),
    Point("maximum(x, 0)", "0", CHOICE, 0.0, lambda xp, x: xp.maximum(x, 0.0), is_(0, 0.5, 1),
          lambda t, x: t.maximum(x, t.tensor(0.0))),
    Point("where(x > 0, x, 0)", "0", "0", 0.0, lambda xp, x: xp.where(x > 0, x, 0.0), is_(0.0)),
    Point("maximum(x, x)", "2", "1", 2.0, lambda xp, x: xp.maximum(x, x), is_(1.0)),
    Point("max(x)", "[1, 1, 0]", "adds up to 1", [1.0, 1.0, 0.0], lambda xp, x: xp.max(x), tied),
    Point("max(x, axis=1)", "[[1, 1, 0]]", "adds up to 1", [[1.0, 1.0, 0.0]],
          lambda xp, x: xp.sum(xp.max(x, axis=1)), tied, lambda t, x: t.sum(t.amax(x, 1))),
    Point("sort(x), weighted 1 2", "[3, 3]", "1 2 or 2 1", [3.0, 3.0], lambda xp, x: xp.sum(xp.sort(x) * W2),
          is_([1.0, 2.0], [2.0, 1.0]), lambda t, x: t.sum(t.sort(x)[0] * t.tensor(W2))),
    Point("median(x)", "[4, 1, 2, 9]", "0.5 on the middle two", [4.0, 1.0, 2.0, 9.0],
          lambda xp, x: xp.median(x), is_([0.5, 0.0, 0.5, 0.0]), lambda t, x: t.quantile(x, 0.5)),
    Point("clip(x, 0, 1)", "0", CHOICE, 0.0, lambda xp, x: xp.clip(x, 0.0, 1.0), is_(0, 0.5, 1)),
    Point("sqrt(x)", "0", "inf", 0.0, lambda xp, x: xp.sqrt(x), is_(INF)),
    Point("x ** 0.5", "0", "inf", 0.0, lambda xp, x: x**0.5, is_(INF)),
    Point("linalg.norm(x)", "[0, 0]", "0 is the useful choice", [0.0, 0.0], lambda xp, x: xp.linalg.norm(x),
          is_([0.0, 0.0])),
    Point("sqrt(sum(x ** 2))", "[0, 0]", "undefined", [0.0, 0.0], lambda xp, x: xp.sqrt(xp.sum(x**2)), anything),
    Point("hypot(x, 0)", "0", "any in [-1, 1]", 0.0, lambda xp, x: xp.hypot(x, 0.0), between(-1, 1),
          lambda t, x: t.hypot(x, t.tensor(0.0, dtype=x.dtype))),
    Point("std(x)", "[1, 1, 1]", "0 is the useful choice", [1.0, 1.0, 1.0], lambda xp, x: xp.std(x),
          is_([0.0, 0.0, 0.0]), lambda t, x: t.std(x, correction=0)),
    Point("where(x > 0, sqrt(x), 0)", "-1", "0", -1.0, lambda xp, x: xp.where(x > 0, xp.sqrt(x), 0.0), is_(0.0)),
    Point("where(x > 0, log(x), 0)", "0", "0", 0.0, lambda xp, x: xp.where(x > 0, xp.log(x), 0.0), is_(0.0)),
    Point("where(x != 0, sin(x) / x, 1)", "0", "0", 0.0,
          lambda xp, x: xp.where(x != 0, xp.sin(x) / x, 1.0), is_(0.0)),
    Point("sinc(x)", "0", "0", 0.0, lambda xp, x: xp.sinc(x), is_(0.0)),
    Point("x ** 0", "0", "0", 0.0, lambda xp, x: x**0, is_(0.0)),
    Point("x ** 0.0", "0", "0", 0.0, lambda xp, x: x**0.0, is_(0.0)),
    Point("x ** 2.0", "-2", "-4", -2.0, lambda xp, x: x**2.0, is_(-4.0)),
    Point("0 ** y, by y", "0", "-inf or 0", 0.0, lambda xp, x: 0.0**x, is_(-INF, 0.0)),
    Point("0 ** y, by y", "2", "0", 2.0, lambda xp, x: 0.0**x, is_(0.0)),
    Point("(-2) ** y, by y", "3", "nan", 3.0, lambda xp, x: xp.power(-2.0, x), is_(NAN),
          lambda t, x: t.pow(-2.0, x)),
    Point("x ** x", "0", "-inf", 0.0, lambda xp, x: x**x, is_(-INF)),
    Point("log(x)", "0", "inf", 0.0, lambda xp, x: xp.log(x), is_(INF)),
    Point("log(x)", "-1", "nan, as the value", -1.0, lambda xp, x: xp.log(x), is_(NAN)),
    Point("x * log(x)", "0", "-inf", 0.0, lambda xp, x: x * xp.log(x), is_(-INF)),
    Point("log(1 + exp(x))", "1000", "1; the form overflows: nan", 1000.0, lambda xp, x: xp.log(1 + xp.exp(x)),
          _not_a_wrong_number(1.0)),
    Point("logaddexp(x, 0)", "1000", "1", 1000.0, lambda xp, x: xp.logaddexp(x, 0.0), is_(1.0),
          lambda t, x: t.logaddexp(x, t.tensor(0.0, dtype=x.dtype))),
    Point("1 / (1 + exp(-x))", "-1000", "0", -1000.0, lambda xp, x: 1 / (1 + xp.exp(-x)), is_(0.0)),
    Point("exp(x) / sum(exp(x))", "[1000, 0]", "0 0; the form overflows: nan", [1000.0, 0.0], naive_softmax,
          is_([0.0, 0.0], [NAN, NAN])),
    Point("the same, less max(x) first", "[1000, 0]", "0 0", [1000.0, 0.0], shifted_softmax, is_([0.0, 0.0])),
    Point("logaddexp(x, -inf)", "-inf", "nan, 0.5 or 1", -INF, lambda xp, x: xp.logaddexp(x, -INF),
          is_(NAN, 0.5, 1.0), lambda t, x: t.logaddexp(x, t.tensor(-INF, dtype=x.dtype))),
    Point("arctan2(x, 0)", "0", "undefined", 0.0, lambda xp, x: xp.arctan2(x, 0.0), anything,
          lambda t, x: t.arctan2(x, t.tensor(0.0, dtype=x.dtype))),
    Point("arcsin(x)", "1", "inf", 1.0, lambda xp, x: xp.arcsin(x), is_(INF)),
    Point("arccos(x)", "1", "-inf", 1.0, lambda xp, x: xp.arccos(x), is_(-INF)),
    Point("prod(x)", "[2, 0, 3]", "0 6 0", [2.0, 0.0, 3.0], lambda xp, x: xp.prod(x), is_([0.0, 6.0, 0.0])),
    Point("prod(x)", "[2, 0, 0]", "0 0 0", [2.0, 0.0, 0.0], lambda xp, x: xp.prod(x), is_([0.0, 0.0, 0.0])),
    Point("sum(cumprod(x))", "[2, 0, 3]", "1 8 0", [2.0, 0.0, 3.0], lambda xp, x: xp.sum(xp.cumprod(x)),
          is_([1.0, 8.0, 0.0]), lambda t, x: t.sum(t.cumprod(x, 0))),
    Point("x[[0, 0, 1]] weighted 1 2 3", "[1, 1]", "3 3", [1.0, 1.0],
          lambda xp, x: xp.sum(x[np.array([0, 0, 1])] * W3), is_([3.0, 3.0]),
          lambda t, x: t.sum(x[[0, 0, 1]] * t.tensor(W3))),
    Point("einsum('ii->', x)", "ones((2, 2))", "the identity", [[1.0, 1.0], [1.0, 1.0]],
          lambda xp, x: xp.einsum("ii->", x), is_(EYE)),
    Point("linalg.det(x)", "[[1, 2], [2, 4]]", "4 -2 -2 1", [[1.0, 2.0], [2.0, 4.0]],
          lambda xp, x: xp.linalg.det(x), is_([[4.0, -2.0], [-2.0, 1.0]])),
    Point("linalg.det(x)", "zeros((3, 3))", "0", [[0.0] * 3] * 3, lambda xp, x: xp.linalg.det(x),
          is_([[0.0] * 3] * 3)),
    Point("sum(linalg.eigh(x)[0])", "identity", "the identity", EYE, lambda xp, x: xp.sum(xp.linalg.eigh(x)[0]),
          is_(EYE)),
    Point("linalg.eigh(x)[1][0, 1]", "identity", "undefined", EYE, lambda xp, x: xp.linalg.eigh(x)[1][0, 1], anything),
    Point("sum(linalg.svd(x)[1])", "2 * identity", "the identity", [[2.0, 0.0], [0.0, 2.0]],
          lambda xp, x: xp.sum(xp.linalg.svd(x)[1]), is_(EYE)),
    Point("trace(U @ Vt) of linalg.svd(x)", "2 * identity", "0", [[2.0, 0.0], [0.0, 2.0]], svd_product,
          is_([[0.0, 0.0], [0.0, 0.0]])),
    Point("sum(linalg.inv(x))", "diag(2, 4)", "-0.25 -0.125 -0.125 -0.0625", [[2.0, 0.0], [0.0, 4.0]],
          lambda xp, x: xp.sum(xp.linalg.inv(x)), is_([[-0.25, -0.125], [-0.125, -0.0625]])),
    Point("linalg.cholesky(x)[1, 0]", "[[4, 2], [2, 3]]", "symmetrised or lower half", [[4.0, 2.0], [2.0, 3.0]],
          lambda xp, x: xp.linalg.cholesky(x)[1, 0],
          is_([[-0.125, 0.25], [0.25, 0.0]], [[-0.125, 0.0], [0.5, 0.0]])),
    Point("sum(x[:0])", "[1, 2]", "0 0", [1.0, 2.0], lambda xp, x: xp.sum(x[:0]), is_([0.0, 0.0])),
    Point("sum(zeros((0, 3)) * x)", "[1, 2, 3]", "0 0 0", [1.0, 2.0, 3.0],
          lambda xp, x: xp.sum(np.zeros((0, 3)) * x), is_([0.0, 0.0, 0.0]),
          lambda t, x: t.sum(t.zeros((0, 3)) * x)),
    Point("mean(x[:0])", "[1, 2]", "nan or 0", [1.0, 2.0], lambda xp, x: xp.mean(x[:0]),
          is_([0.0, 0.0], [NAN, NAN])),
    Point("x[0]", "[1, nan]", "1 0", [1.0, NAN], lambda xp, x: x[0], is_([1.0, 0.0])),
    Point("sqrt(x)", "1e-310", "5e154", 1e-310, lambda xp, x: xp.sqrt(x), is_(0.5 / math.sqrt(1e-310))),
    Point("x * x", "the integer 3", "6, or a clear error", 3, lambda xp, x: x * x, is_(6.0), whole=True),
    Point("sum(x * 2.0)", "float32 [1, 1]", "float32", NARROW, lambda xp, x: xp.sum(x * 2.0),
          lambda found: np.asarray(found).dtype == np.float32, shows_dtype=True),
    Point("sum(x * w), w float64", "float32 [1, 1]", "float32", NARROW, lambda xp, x: xp.sum(x * WIDE),
          lambda found: np.asarray(found).dtype == np.float32, lambda t, x: t.sum(x * t.tensor(WIDE)),
          shows_dtype=True),
)  # fmt: skip
