"""Products of matrices and vectors."""

from __future__ import annotations

import operator
from typing import Any

import numpy as np

from whygrad.graph import Op
from whygrad.ops.calls import shape_of
from whygrad.rules import Bilinear


def _flip(a: Any) -> Any:
    return np.swapaxes(a, -1, -2)


def _matmul_left(g: Any, a: Any, b: Any) -> Any:
    m, n = len(shape_of(a)), len(shape_of(b))
    if n == 1:
        return (g if m == 1 else np.expand_dims(g, -1)) * b
    if m == 1:
        return np.matmul(b, g) if n == 2 else np.squeeze(np.matmul(b, np.expand_dims(g, -1)), -1)
    return np.matmul(g, _flip(b))


def _matmul_right(g: Any, a: Any, b: Any) -> Any:
    m, n = len(shape_of(a)), len(shape_of(b))
    if m == 1:
        return g * a if n == 1 else np.expand_dims(a, -1) * np.expand_dims(g, -2)
    if n == 1:
        return np.matmul(g, a) if m == 2 else np.squeeze(np.matmul(_flip(a), np.expand_dims(g, -1)), -1)
    return np.matmul(_flip(a), g)


LINEAR_ALGEBRA = (
    Op(
        "matmul",
        np.matmul,
        Bilinear(_matmul_left, _matmul_right),
        infix="@",
        latex="{0} {1}",
        note="The gradient of a matrix product A @ B is G @ B.T for A, and A.T @ G for B.",
        calls=(operator.matmul, operator.imatmul, np.matmul),
    ),
)
