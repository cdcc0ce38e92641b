"""Inverses, solutions of linear equations, and determinants, of matrices or of stacks of them.

Formulas: M. Giles, "An extended collection of matrix derivative results" (2008).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from whygrad.graph import Op
from whygrad.ops.calls import call, shape_of
from whygrad.rules import Explicit, total


def flip(a: Any) -> Any:
    """Transpose each matrix of a stack."""
    return np.swapaxes(a, -1, -2)


def column(v: Any) -> Any:
    """Each vector as a matrix of one column."""
    return np.expand_dims(v, -1)


def line(v: Any) -> Any:
    """Each vector as a matrix of one row."""
    return np.expand_dims(v, -2)


def symmetric(a: Any) -> Any:
    """The symmetric part of each matrix."""
    return (a + flip(a)) * 0.5


def order_of(x: Any) -> tuple[int, int]:
    """Rows and columns of a matrix, or of each of a stack."""
    m, n = shape_of(x)[-2:]
    return m, n


# -- inverses --


def _inv(a: Any, quiet: bool = False) -> Any:
    try:
        return np.linalg.inv(a)
    except np.linalg.LinAlgError:
        if not quiet:
            raise
        return np.full(np.shape(a), np.nan, np.result_type(a, np.float32))


def _inv_vjp(i: int, g: Any, y: Any, a: Any, quiet: bool = False) -> Any:
    return -np.matmul(np.matmul(flip(y), g), flip(y))


def _inv_jvp(tangents: Sequence[Any], y: Any, a: Any, quiet: bool = False) -> Any:
    return None if tangents[0] is None else -np.matmul(np.matmul(y, tangents[0]), y)


def _solve_vjp(i: int, g: Any, y: Any, a: Any, b: Any) -> Any:
    if len(shape_of(b)) > 1:
        gb = np.linalg.solve(flip(a), g)
        return gb if i else -np.matmul(gb, flip(y))
    columns = np.linalg.solve(flip(a), column(g))
    return np.squeeze(columns, -1) if i else -columns * line(y)


def _solve_jvp(tangents: Sequence[Any], y: Any, a: Any, b: Any) -> Any:
    ta, tb = tangents
    if len(shape_of(b)) > 1:
        terms = total([None if ta is None else -np.matmul(ta, y), tb])
        return None if terms is None else np.linalg.solve(a, terms)
    terms = total([None if ta is None else -np.matmul(ta, column(y)), None if tb is None else column(tb)])
    return None if terms is None else np.squeeze(np.linalg.solve(a, terms), -1)


def _rests(a: Any, p: Any) -> tuple[Any, Any]:
    """I - A P and I - P A."""
    m, n = order_of(a)
    return np.eye(m) - np.matmul(a, p), np.eye(n) - np.matmul(p, a)


def _pinv_vjp(i: int, g: Any, p: Any, a: Any, **options: Any) -> Any:
    left, right = _rests(a, p)
    pt, gt = flip(p), flip(g)
    first = np.matmul(np.matmul(left, gt), np.matmul(p, pt))
    second = np.matmul(np.matmul(pt, p), np.matmul(gt, right))
    return first + second - np.matmul(np.matmul(pt, g), pt)


def _pinv_jvp(tangents: Sequence[Any], p: Any, a: Any, **options: Any) -> Any:
    if (t := tangents[0]) is None:
        return None
    left, right = _rests(a, p)
    pt, tt = flip(p), flip(t)
    first = np.matmul(np.matmul(p, pt), np.matmul(tt, left))
    second = np.matmul(np.matmul(right, tt), np.matmul(pt, p))
    return first + second - np.matmul(np.matmul(p, t), p)


# -- determinants --


def _products(s: Any, twice: bool = False) -> Any:
    """Products of all singular values but one; or of all but two, as a matrix with a diagonal of zeros."""
    n = s.shape[-1]
    keep = ~np.eye(n, dtype=bool)
    if not twice:
        return np.prod(np.where(keep, line(s), 1.0), axis=-1)
    pairs = keep[:, None, :] & keep[None, :, :]
    return np.prod(np.where(pairs, s[..., None, None, :], 1.0), axis=-1) * keep


def _handed(a: Any) -> tuple[Any, Any, Any]:
    """A singular value decomposition, det(U) det(Vt) multiplied into U."""
    u, s, vt = np.linalg.svd(a)
    hand = np.sign(np.linalg.det(u) * np.linalg.det(vt)).astype(u.dtype)
    return u * hand[..., None, None], s, vt


def _cofactors(a: Any) -> Any:
    u, s, vt = _handed(a)
    return (u * line(_products(s))) @ vt


def _second_det(a: Any, t: Any) -> Any:
    """The second derivative of the determinant, applied to `t`: also where `a` is singular, of any rank."""
    u, s, vt = np.linalg.svd(a)
    hand = np.sign(np.linalg.det(u) * np.linalg.det(vt))[..., None, None]
    inner, p = flip(u) @ t @ flip(vt), _products(s, twice=True)
    along = np.einsum("...ij,...j->...i", p, np.einsum("...ii->...i", inner))
    full = along[..., None] * np.eye(s.shape[-1]) - p * flip(inner)
    return (hand * (u @ full @ vt)).astype(u.dtype)


def _second_vjp(i: int, g: Any, y: Any, a: Any, t: Any) -> Any:
    if i == 1:
        return call(SECOND_DET, a, g)
    inverse = flip(call(INV, a, quiet=True))  # of the third derivative only where the matrix is regular
    d = column(column(np.linalg.det(a)))
    p, q = np.matmul(np.matmul(inverse, flip(t)), inverse), np.matmul(np.matmul(inverse, flip(g)), inverse)

    def inner(x: Any, z: Any) -> Any:
        return column(column(np.sum(x * z, axis=(-2, -1))))

    x, z, w = inner(inverse, t), inner(inverse, g), inner(p, g)
    mixed = np.matmul(np.matmul(p, flip(g)), inverse) + np.matmul(np.matmul(q, flip(t)), inverse)
    return d * ((x * z - w) * inverse - x * q - z * p + mixed)


def _second_jvp(tangents: Sequence[Any], y: Any, a: Any, t: Any) -> Any:
    ta, tt = tangents
    return total(
        [None if ta is None else _second_vjp(0, ta, y, a, t), None if tt is None else call(SECOND_DET, a, tt)]
    )


def _det_jvp(tangents: Sequence[Any], y: Any, a: Any) -> Any:
    return None if tangents[0] is None else np.sum(tangents[0] * call(COFACTORS, a), axis=(-2, -1))


def _log_det_vjp(i: int, g: Any, y: Any, a: Any) -> Any:
    return column(column(g)) * flip(call(INV, a, quiet=True))


def _log_det_jvp(tangents: Sequence[Any], y: Any, a: Any) -> Any:
    t = tangents[0]
    return None if t is None else np.sum(t * flip(call(INV, a, quiet=True)), axis=(-2, -1))


INV: Op = Op(
    "inv",
    _inv,
    Explicit(_inv_vjp, _inv_jvp),
    latex="{{{0}}}^{{-1}}",
    note="The gradient of an inverse Y is -Y.T @ G @ Y.T.",
    calls=((np.linalg.inv, lambda a: ((a,), {})),),
)
SOLVE = Op(
    "solve",
    np.linalg.solve,
    Explicit(_solve_vjp, _solve_jvp),
    note="The gradient of X = solve(A, B) is H = solve(A.T, G) for B, and -H @ X.T for A.",
    calls=((np.linalg.solve, lambda a, b: ((a, b), {})),),
)
PINV: Op = Op(
    "pinv",
    np.linalg.pinv,
    Explicit(_pinv_vjp, _pinv_jvp),
    latex="{{{0}}}^+",
    note="The gradient of a pseudo-inverse holds where the rank does not change (Golub and Pereyra 1973).",
    calls=(),
)
DET: Op = Op(
    "det",
    np.linalg.det,
    Explicit(lambda i, g, y, a: column(column(g)) * call(COFACTORS, a), _det_jvp),
    latex=r"\det {0}",
    note="The local gradient of a determinant is the matrix of cofactors, for singular matrices as well.",
    calls=((np.linalg.det, lambda a: ((a,), {})),),
)
COFACTORS: Op = Op(
    "cofactors",
    _cofactors,
    Explicit(
        lambda i, g, y, a: call(SECOND_DET, a, g),
        lambda t, y, a: None if t[0] is None else call(SECOND_DET, a, t[0]),
    ),
    note="The gradient of the cofactors is the second derivative of the determinant.",
)
SECOND_DET: Op = Op(
    "second_det",
    _second_det,
    Explicit(_second_vjp, _second_jvp),
    note="The second derivative of the determinant; its own gradient is stated for regular matrices.",
)
DET_SIGN = Op(
    "det_sign",
    lambda a: np.linalg.slogdet(a)[0],
    Explicit(lambda i, g, y, a: None, lambda t, y, a: None),
    note="The sign of a determinant is constant on either side of 0: the local gradient is 0.",
)
LOG_ABS_DET = Op(
    "log_abs_det",
    lambda a: np.linalg.slogdet(a)[1],
    Explicit(_log_det_vjp, _log_det_jvp),
    latex=r"\log\left|\det {0}\right|",
    note="The local gradient of log(abs(det(A))) is inv(A).T; it does not exist for a singular matrix.",
)

INVERSES = (INV, SOLVE, PINV, DET, COFACTORS, SECOND_DET, DET_SIGN, LOG_ABS_DET)
