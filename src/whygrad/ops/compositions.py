"""Functions of NumPy's that are made of other operations: statistics, polynomials, signals, choices."""

from __future__ import annotations

import math
import operator
from typing import Any

import numpy as np

from whygrad.graph import Op
from whygrad.ops.arithmetic import ARITHMETIC
from whygrad.ops.calls import Adapter, Meaning, axis_params, normal_axes, refuse_given, shape_of
from whygrad.ops.comparison import CHOICE
from whygrad.ops.indexing import Slot, index
from whygrad.ops.joining import JOINING
from whygrad.ops.linear_algebra import LINEAR_ALGEBRA
from whygrad.ops.reductions import REDUCTIONS
from whygrad.ops.shapes import SHAPES

_OPS = {
    op.name: op for op in (*ARITHMETIC, *CHOICE, *JOINING, *LINEAR_ALGEBRA, *REDUCTIONS, *SHAPES)
}  # fmt: skip


def _row(name: str, *args: Any, **params: Any) -> Meaning:
    return Meaning(_OPS[name], args, params)


def _at(axis: int, key: Any) -> tuple[Any, ...]:
    return (*[slice(None)] * axis, key)


def _flat(x: Any, axis: Any) -> tuple[Any, int]:
    """The array with the axes to be reduced as its last one."""
    depth = len(shape_of(x))
    axes = normal_axes(axis, depth)
    rest = [k for k in range(depth) if k not in axes]
    moved = x if [*rest, *axes] == list(range(depth)) else np.transpose(x, (*rest, *axes))
    lead = tuple(shape_of(x)[k] for k in rest)
    return np.reshape(moved, (*lead, math.prod(shape_of(x)[k] for k in axes))), len(rest)


def _median(
    a: Any, axis: Any = None, out: Any = None, overwrite_input: bool = False, keepdims: Any = False
) -> Any:
    refuse_given(np.median, out=out)
    flat, last = _flat(a, axis)
    n = shape_of(flat)[-1]
    middle = np.sort(flat, axis=-1)
    middle = index(middle, key=_at(last, slice((n - 1) // 2, n // 2 + 1)))
    if not keepdims or not shape_of(a):
        return _row("mean", middle, **axis_params(middle, last))
    axes = normal_axes(axis, len(shape_of(a)))
    shape = tuple(1 if k in axes else m for k, m in enumerate(shape_of(a)))
    return _row("reshape", np.mean(middle, axis=-1), shape=shape)


def _ptp(a: Any, axis: Any = None, out: Any = None, keepdims: Any = False) -> Meaning:
    refuse_given(np.ptp, out=out)
    keep: Any = {"keepdims": True} if keepdims is True else {}
    return _row("subtract", np.max(a, axis=axis, **keep), np.min(a, axis=axis, **keep))


def _steps(x: Any, n: int, axis: int) -> Meaning:
    for _ in range(n - 1):
        x = index(x, key=_at(axis, slice(1, None))) - index(x, key=_at(axis, slice(None, -1)))
    return _row("subtract", index(x, key=_at(axis, slice(1, None))), index(x, key=_at(axis, slice(None, -1))))


def _diff(a: Any, n: int = 1, axis: int = -1, prepend: Any = None, append: Any = None) -> Any:
    axis = normal_axes(axis, len(shape_of(a)))[0]

    def edge(v: Any) -> Any:
        shape = shape_of(a)
        return v if shape_of(v) else np.broadcast_to(v, (*shape[:axis], 1, *shape[axis + 1 :]))

    given = [edge(v) for v in (prepend, append) if v is not None and v is not np._NoValue]
    if given:
        first = prepend is not None and prepend is not np._NoValue
        a = np.concatenate([*given[:first], a, *given[first:]], axis=axis)
    return _row("copy", a) if n == 0 else _steps(a, operator.index(n), axis)


def _ediff1d(ary: Any, to_end: Any = None, to_begin: Any = None) -> Meaning:
    refuse_given(np.ediff1d, to_end=to_end, to_begin=to_begin)
    return _steps(np.reshape(ary, -1), 1, 0)


def _trapezoid(y: Any, x: Any = None, dx: Any = 1.0, axis: int = -1) -> Meaning:
    axis = normal_axes(axis, len(shape_of(y)))[0]
    if x is not None:
        dx = np.diff(x, axis=axis if len(shape_of(x)) > 1 else 0)
        if len(shape_of(dx)) == 1:
            dx = np.reshape(dx, (-1, *[1] * (len(shape_of(y)) - axis - 1)))
    parts = dx * (index(y, key=_at(axis, slice(1, None))) + index(y, key=_at(axis, slice(None, -1)))) / 2.0
    return _row("sum", parts, **axis_params(parts, axis))


def _polyval(p: Any, x: Any) -> Meaning:
    count = shape_of(p)[0]
    value = np.zeros(shape_of(x)) if shape_of(x) else 0.0
    for k in range(count - 1):
        value = (value + index(p, key=k)) * x
    return _row("add", value, index(p, key=count - 1))


def _windows(a: Any, v: Any, mode: str, turned: bool) -> Meaning:
    """Every window of `a` with zeros around, times the weights `v`."""
    if mode not in ("full", "same", "valid"):
        raise TypeError("numpy.convolve, correlate: the mode is 'full', 'same' or 'valid'")
    m, n = shape_of(a)[0], shape_of(v)[0]
    swapped = n > m
    if swapped:
        a, v, m, n = v, a, n, m
    before = {"full": n - 1, "same": n // 2, "valid": 0}[mode]
    length = {"full": m + n - 1, "same": m, "valid": m - n + 1}[mode]
    after = length - 1 + n - before - m
    padded = np.pad(a, (before, max(after, 0)))
    places = np.arange(length)[:, None] + np.arange(n)
    weights = np.flip(v) if turned else v
    windows = index(padded, places, key=Slot(0))
    if not turned and swapped:
        return _row("flip", np.matmul(windows, weights))
    return _row("matmul", windows, weights)


def _convolve(a: Any, v: Any, mode: str = "full") -> Meaning:
    return _windows(np.atleast_1d(a), np.atleast_1d(v), mode, True)


def _correlate(a: Any, v: Any, mode: str = "valid") -> Meaning:
    if mode == "same" and shape_of(v)[0] > shape_of(a)[0]:
        raise TypeError("numpy.correlate: mode 'same' with more weights than entries is not supported")
    return _windows(np.atleast_1d(a), np.atleast_1d(v), mode, False)


def _interp(x: Any, xp: Any, fp: Any, left: Any = None, right: Any = None, period: Any = None) -> Meaning:
    refuse_given(np.interp, period=period)
    x, xp, fp = (np.asarray(z) if isinstance(z, list | tuple) else z for z in (x, xp, fp))
    count = shape_of(xp)[0]
    if count < 2:
        raise TypeError("numpy.interp: at least two points are needed")
    inner = index(xp, key=slice(1, -1))
    k = np.sum(np.reshape(x, (*shape_of(x), 1)) >= inner, axis=-1)  # as rows: found anew at another point
    x0, x1, y0, y1 = (index(z, k + step, key=Slot(0)) for z in (xp, fp) for step in (0, 1))
    first, last = index(xp, key=0), index(xp, key=count - 1)
    left = index(fp, key=0) if left is None else left
    right = index(fp, key=count - 1) if right is None else right
    line = y0 + (y1 - y0) * ((x - x0) / (x1 - x0))
    return _row("where", x > last, right, np.where(x < first, left, line))


def _without_nan(name: str, neutral: float) -> Adapter:
    def adapter(
        a: Any, axis: Any = None, dtype: Any = None, out: Any = None, keepdims: Any = False, **rest: Any
    ) -> Any:
        refuse_given(getattr(np, f"nan{name}"), dtype=dtype, out=out, **rest)
        return _row(name, np.where(np.isnan(a), neutral, a), **axis_params(a, axis, keepdims))

    return adapter


def _nan_extreme(name: str, neutral: float) -> Adapter:
    def adapter(a: Any, axis: Any = None, out: Any = None, keepdims: Any = False, **rest: Any) -> Any:
        refuse_given(getattr(np, f"nan{name}"), out=out, **rest)
        return _row(name, np.where(np.isnan(a), neutral, a), **axis_params(a, axis, keepdims))

    return adapter


def _nanmean(
    a: Any, axis: Any = None, dtype: Any = None, out: Any = None, keepdims: Any = False, **rest: Any
) -> Any:
    refuse_given(np.nanmean, dtype=dtype, out=out, **rest)
    there = np.logical_not(np.isnan(a))
    keep: Any = {"keepdims": True} if keepdims is True else {}
    total = np.sum(np.where(there, a, 0.0), axis=axis, **keep)
    return _row("divide", total, np.sum(there * 1.0, axis=axis, **keep))


def _nan_to_num(x: Any, copy: bool = True, nan: Any = 0.0, posinf: Any = None, neginf: Any = None) -> Meaning:
    kind = np.finfo(getattr(x, "dtype", np.dtype(float)))
    high, low = kind.max if posinf is None else posinf, kind.min if neginf is None else neginf
    known = np.where(np.isnan(x), nan, x)
    return _row("where", x == np.inf, high, np.where(x == -np.inf, low, known))


def _select(condlist: Any, choicelist: Any, default: Any = 0) -> Meaning:
    result = default
    for condition, choice in reversed(list(zip(condlist[1:], choicelist[1:], strict=True))):
        result = np.where(condition, choice, result)
    return _row("where", condlist[0], choicelist[0], result)


def _choose(a: Any, choices: Any, out: Any = None, mode: str = "raise") -> Meaning:
    refuse_given(np.choose, out=out, mode=None if mode == "raise" else mode)
    result = choices[-1]
    for k in range(len(choices) - 2, 0, -1):
        result = np.where(a == k, choices[k], result)
    return _row("where", a == 0, choices[0], result)


def _average(
    a: Any, axis: Any = None, weights: Any = None, returned: bool = False, *, keepdims: Any = False
) -> Any:
    refuse_given(np.average, returned=returned or None)
    if weights is None:
        return _row("mean", a, **axis_params(a, axis, keepdims))
    keep: Any = {"keepdims": True} if keepdims is True else {}
    if shape_of(weights) != shape_of(a):
        if axis is None or len(shape_of(weights)) != 1:
            raise TypeError("numpy.average: weights of another shape need one axis")
        where = normal_axes(axis, len(shape_of(a)))[0]
        weights = np.reshape(weights, (-1, *[1] * (len(shape_of(a)) - where - 1)))
        weights = np.broadcast_to(weights, shape_of(a))
    return _row("divide", np.sum(a * weights, axis=axis, **keep), np.sum(weights, axis=axis, **keep))


def _cov(
    m: Any, y: Any = None, rowvar: bool = True, bias: bool = False, ddof: Any = None, **rest: Any
) -> Meaning:
    refuse_given(np.cov, y=y, **rest)
    if len(shape_of(m)) != 2:
        raise TypeError("numpy.cov: of a matrix of observations only; for one variable write np.var")
    x = m if rowvar else np.transpose(m)
    n = shape_of(x)[1] - ((0 if bias else 1) if ddof is None else ddof)
    x = x - np.mean(x, axis=1, keepdims=True)
    return _row("divide", np.matmul(x, np.transpose(x)), float(n))


def _piecewise(x: Any, condlist: Any, funclist: Any, *args: Any, **kw: Any) -> Meaning:
    conditions = list(condlist) if isinstance(condlist, list | tuple) else [condlist]
    if len(conditions) and not shape_of(conditions[0]) and shape_of(x):
        conditions = [condlist]
    values = [f(x, *args, **kw) if callable(f) else f for f in funclist]
    result = values[-1] if len(values) > len(conditions) else 0.0
    pairs = list(zip(conditions, values, strict=False))  # the last condition that holds wins
    for condition, value in pairs[:-1]:
        result = np.where(condition, value, result)
    return _row("where", pairs[-1][0], pairs[-1][1], result)


COMPOSITIONS: tuple[tuple[Any, Op, Adapter], ...] = (
    (np.median, _OPS["mean"], _median),
    (np.ptp, _OPS["subtract"], _ptp),
    (np.diff, _OPS["subtract"], _diff),
    (np.ediff1d, _OPS["subtract"], _ediff1d),
    (np.trapezoid, _OPS["sum"], _trapezoid),
    (np.polyval, _OPS["add"], _polyval),
    (np.convolve, _OPS["matmul"], _convolve),
    (np.correlate, _OPS["matmul"], _correlate),
    (np.interp, _OPS["where"], _interp),
    (np.nansum, _OPS["sum"], _without_nan("sum", 0.0)),
    (np.nanmax, _OPS["max"], _nan_extreme("max", -math.inf)),
    (np.nanmin, _OPS["min"], _nan_extreme("min", math.inf)),
    (np.nanmean, _OPS["divide"], _nanmean),
    (np.nan_to_num, _OPS["where"], _nan_to_num),
    (np.select, _OPS["where"], _select),
    (np.choose, _OPS["where"], _choose),
    (np.piecewise, _OPS["where"], _piecewise),
    (np.average, _OPS["mean"], _average),
    (np.cov, _OPS["divide"], _cov),
)
"""What users call, the operation it ends in, and the adapter."""
