"""What users call on matrices, in terms of the operations there are."""

from __future__ import annotations

import math
import operator
from functools import reduce
from typing import Any

import numpy as np

from whygrad.graph import Op
from whygrad.ops.arithmetic import ARITHMETIC
from whygrad.ops.calls import Adapter, Meaning, as_array, call, refuse_given, shape_of
from whygrad.ops.comparison import CHOICE
from whygrad.ops.factorizations import CHOLESKY, EIGH, QR, SVD
from whygrad.ops.indexing import INDEX
from whygrad.ops.inverses import DET_SIGN, INV, LOG_ABS_DET, PINV, flip
from whygrad.ops.linear_algebra import LINEAR_ALGEBRA, tensordot_call
from whygrad.ops.moving import moved
from whygrad.ops.shapes import SHAPES

_OPS = {op.name: op for op in (*ARITHMETIC, *CHOICE, *LINEAR_ALGEBRA, *SHAPES)}


def _read(packed: Any, *key: Any) -> Meaning:
    return Meaning(INDEX, (packed,), {"key": (Ellipsis, *key)})


def _turned(x: Any) -> Meaning:
    """The transpose of each matrix, as a row."""
    n = len(shape_of(x))
    return Meaning(_OPS["transpose"], (x,), {} if n == 2 else {"axes": (*range(n - 2), n - 1, n - 2)})


def _eigh(a: Any, UPLO: str = "L") -> list[Meaning]:
    n = shape_of(a)[-1]
    packed = call(EIGH, a, **({} if UPLO.upper() == "L" else {"half": UPLO}))
    return [_read(packed, n, slice(None)), _read(packed, slice(0, n), slice(None))]


def _eigvalsh(a: Any, UPLO: str = "L") -> Meaning:
    return _eigh(a, UPLO)[0]


def _svd(a: Any, full_matrices: bool = True, compute_uv: bool = True, hermitian: bool = False) -> Any:
    refuse_given(np.linalg.svd, hermitian=hermitian or None)
    m, n = shape_of(a)[-2:]
    if compute_uv and full_matrices and m != n:
        raise TypeError("numpy.linalg.svd: of a matrix that is not square, write full_matrices=False")
    packed = call(SVD, a)
    s = _read(packed, m, slice(None))
    if not compute_uv:
        return s
    v = _read(packed, slice(m + 1, None), slice(None))
    return [_read(packed, slice(0, m), slice(None)), s, _turned(call(INDEX, *v.args, **v.params))]


def _svdvals(x: Any) -> Any:
    return _svd(x, compute_uv=False)


def _qr(a: Any, mode: str = "reduced") -> Any:
    m, n = shape_of(a)[-2:]
    if mode not in ("reduced", "r") and not (mode == "complete" and m <= n):
        raise TypeError(f"numpy.linalg.qr: the mode {mode!r} is not supported by whygrad; use 'reduced'")
    packed = call(QR, a)
    turned = _read(packed, slice(m, None), slice(None))
    r = _turned(call(INDEX, *turned.args, **turned.params))
    return r if mode == "r" else [_read(packed, slice(0, m), slice(None)), r]


def _slogdet(a: Any) -> list[Meaning]:
    return [Meaning(DET_SIGN, (a,), {}), Meaning(LOG_ABS_DET, (a,), {})]


def _cholesky(a: Any, /, *, upper: bool = False) -> Meaning:
    return _turned(call(CHOLESKY, flip(a))) if upper else Meaning(CHOLESKY, (a,), {})


def _pinv(a: Any, rcond: Any = None, hermitian: bool = False, **options: Any) -> Meaning:
    cutoffs = {"rcond": rcond, "rtol": options.pop("rtol", None)}
    refuse_given(np.linalg.pinv, hermitian=hermitian or None, **options)
    return Meaning(PINV, (a,), {name: v for name, v in cutoffs.items() if v is not None})


def _matrix_power(a: Any, n: Any) -> Meaning:
    n = operator.index(n)
    if n == 0:  # the identity, whatever the matrix is
        return Meaning(_OPS["where"], (False, a, np.eye(shape_of(a)[-1])), {})
    if n == -1:
        return Meaning(INV, (a,), {})
    base, n = (np.linalg.inv(a), -n) if n < 0 else (a, n)
    if n == 1:
        return Meaning(_OPS["copy"], (base,), {})
    half = np.linalg.matrix_power(base, n // 2) if n > 3 else base
    rest = np.linalg.matrix_power(base, n - n // 2) if n > 2 else base
    return Meaning(_OPS["matmul"], (half, rest), {})


def _multi_dot(arrays: Any, *, out: Any = None) -> Meaning:
    refuse_given(np.linalg.multi_dot, out=out)
    *first, last = arrays
    return Meaning(_OPS["dot"], (reduce(np.dot, first), last), {})


def _kron(a: Any, b: Any) -> Meaning:
    depth = max(len(shape_of(a)), len(shape_of(b)))
    x, y = ((1,) * (depth - len(s)) + s for s in (shape_of(a), shape_of(b)))
    left = np.reshape(a, [n for k in x for n in (k, 1)])
    right = np.reshape(b, [n for k in y for n in (1, k)])
    shape = tuple(k * n for k, n in zip(x, y, strict=True))
    return Meaning(_OPS["reshape"], (left * right,), {"shape": shape})


def _cross(a: Any, b: Any, axisa: int = -1, axisb: int = -1, axisc: int = -1, axis: Any = None) -> Meaning:
    if axis is not None:
        axisa = axisb = axisc = axis
    a, b = np.moveaxis(a, axisa, -1), np.moveaxis(b, axisb, -1)
    if shape_of(a)[-1] != 3 or shape_of(b)[-1] != 3:
        raise TypeError("numpy.cross: vectors of three components only are supported by whygrad")
    one, two = [1, 2, 0], [2, 0, 1]
    plus = np.take(a, one, -1) * np.take(b, two, -1)
    minus = np.take(a, two, -1) * np.take(b, one, -1)
    depth = len(shape_of(plus))
    if axisc in (-1, depth - 1):
        return Meaning(_OPS["subtract"], (plus, minus), {})
    order = list(range(depth - 1))
    order.insert(axisc % depth, depth - 1)
    return Meaning(_OPS["transpose"], (plus - minus,), {"axes": tuple(order)})


def _linalg_cross(x1: Any, x2: Any, /, *, axis: int = -1) -> Meaning:
    return _cross(x1, x2, axis=axis)


def _matrix_diagonal(x: Any, /, *, offset: int = 0) -> Any:
    return moved(np.linalg.diagonal)(x, offset=offset)


def _linalg_tensordot(x1: Any, x2: Any, /, *, axes: Any = 2) -> Meaning:
    return Meaning(_OPS["tensordot"], *tensordot_call(x1, x2, axes))


def _lstsq(a: Any, b: Any, rcond: Any = None) -> list[Any]:
    """By the pseudo-inverse; residuals, rank and singular values as NumPy hands them back."""
    x = np.matmul(np.linalg.pinv(a), b)
    m, n = shape_of(a)
    if m <= n:
        rest: Any = np.zeros(0)
    else:
        rest = np.sum((b - np.matmul(a, x)) ** 2, axis=0)
        rest = rest if shape_of(rest) else np.reshape(rest, (1,))
    return [x, rest, min(m, n), np.linalg.svdvals(a)]


def _polyfit(
    x: Any, y: Any, deg: Any, rcond: Any = None, full: bool = False, w: Any = None, cov: Any = False
) -> Any:
    refuse_given(np.polyfit, full=full or None, cov=cov or None)
    left, right = np.vander(as_array(x) + 0.0, operator.index(deg) + 1), as_array(y)
    if w is not None:
        w = as_array(w)
        left = left * np.reshape(w, (-1, 1))
        right = right * np.reshape(w, (-1, *[1] * (len(shape_of(right)) - 1)))
    return np.matmul(np.linalg.pinv(left), right)


def _cond(x: Any, p: Any = None) -> Any:
    if p is None or p in (2, -2):
        s = np.linalg.svdvals(x)
        large, small = call(INDEX, s, key=(Ellipsis, 0)), call(INDEX, s, key=(Ellipsis, -1))
        return small / large if p == -2 else large / small
    return np.linalg.norm(x, p, axis=(-2, -1)) * np.linalg.norm(np.linalg.inv(x), p, axis=(-2, -1))


def _tensorinv(a: Any, ind: int = 2) -> Any:
    shape = shape_of(a)
    size = math.prod(shape[ind:])
    return np.reshape(np.linalg.inv(np.reshape(a, (size, size))), shape[ind:] + shape[:ind])


def _tensorsolve(a: Any, b: Any, axes: Any = None) -> Any:
    if axes is not None:
        kept = [k for k in range(len(shape_of(a))) if k not in axes]
        a = np.transpose(a, (*kept, *axes))
    shape = shape_of(a)[len(shape_of(b)) :]
    size = math.prod(shape)
    return np.reshape(np.linalg.solve(np.reshape(a, (size, size)), np.reshape(b, -1)), shape)


def _same(name: str) -> Adapter:
    return lambda *args, **kwargs: Meaning(_OPS[name], args, kwargs)


MATRICES: tuple[tuple[Any, Op, Adapter], ...] = (
    (np.linalg.eigh, INDEX, _eigh),
    (np.linalg.eigvalsh, INDEX, _eigvalsh),
    (np.linalg.svd, INDEX, _svd),
    (np.linalg.svdvals, INDEX, _svdvals),
    (np.linalg.qr, INDEX, _qr),
    (np.linalg.slogdet, LOG_ABS_DET, _slogdet),
    (np.linalg.cholesky, CHOLESKY, _cholesky),
    (np.linalg.pinv, PINV, _pinv),
    (np.linalg.matrix_power, _OPS["matmul"], _matrix_power),
    (np.linalg.multi_dot, _OPS["dot"], _multi_dot),
    (np.linalg.lstsq, _OPS["matmul"], _lstsq),
    (np.polyfit, _OPS["matmul"], _polyfit),
    (np.linalg.cond, _OPS["divide"], _cond),
    (np.linalg.tensorinv, _OPS["reshape"], _tensorinv),
    (np.linalg.tensorsolve, _OPS["reshape"], _tensorsolve),
    (np.kron, _OPS["reshape"], _kron),
    (np.cross, _OPS["subtract"], _cross),
    (np.linalg.cross, _OPS["subtract"], _linalg_cross),
    (np.linalg.diagonal, INDEX, _matrix_diagonal),
    (np.linalg.tensordot, _OPS["tensordot"], _linalg_tensordot),
    (np.linalg.outer, _OPS["outer"], _same("outer")),
    (np.linalg.matrix_transpose, _OPS["transpose"], _turned),
    (np.linalg.matmul, _OPS["matmul"], _same("matmul")),
)
"""What users call, the operation it ends in, and the adapter."""
