"""Signals, polynomials and grids that are made of other operations: differences, integrals, convolutions,
interpolation, evenly spaced numbers."""

from __future__ import annotations

import operator
from typing import Any

import numpy as np

from whygrad.ops.calls import Adapter, as_array, normal_axes, refuse_given, shape_of
from whygrad.ops.indexing import Slot, index


def _at(axis: int, key: Any) -> tuple[Any, ...]:
    return (*[slice(None)] * axis, key)


def _part(x: Any, axis: int, start: int | None, stop: int | None) -> Any:
    return index(x, key=_at(axis, slice(start, stop)))


# -- differences and integrals --


def diff(a: Any, n: int = 1, axis: int = -1, prepend: Any = None, append: Any = None) -> Any:
    """np.diff."""
    axis = normal_axes(axis, len(shape_of(a)))[0]
    if not n:
        return np.copy(a)  # NumPy adds no edges then

    def edge(v: Any) -> Any:
        shape = shape_of(a)
        return v if shape_of(v) else np.broadcast_to(v, (*shape[:axis], 1, *shape[axis + 1 :]))

    parts = [
        edge(v) if v is not a else v for v in (prepend, a, append) if v is not None and v is not np._NoValue
    ]
    x = np.concatenate(parts, axis=axis) if len(parts) > 1 else a
    for _ in range(operator.index(n)):
        x = _part(x, axis, 1, None) - _part(x, axis, None, -1)
    return x


def ediff1d(ary: Any, to_end: Any = None, to_begin: Any = None) -> Any:
    """np.ediff1d."""
    flat = np.reshape(ary, -1)
    steps = _part(flat, 0, 1, None) - _part(flat, 0, None, -1)
    around = [None if v is None else np.reshape(v, -1) for v in (to_begin, to_end)]
    parts = [v for v in (around[0], steps, around[1]) if v is not None]
    return np.concatenate(parts) if len(parts) > 1 else steps


def trapezoid(y: Any, x: Any = None, dx: Any = 1.0, axis: int = -1) -> Any:
    """np.trapezoid: the integral by the trapezoidal rule."""
    axis = normal_axes(axis, len(shape_of(y)))[0]
    if x is not None:
        dx = np.diff(x, axis=axis if len(shape_of(x)) > 1 else 0)
        if len(shape_of(dx)) == 1:
            dx = np.reshape(dx, (-1, *[1] * (len(shape_of(y)) - axis - 1)))
    parts = dx * (_part(y, axis, 1, None) + _part(y, axis, None, -1)) / 2.0
    return np.sum(parts, axis=axis)


def gradient(f: Any, *varargs: Any, axis: Any = None, edge_order: int = 1) -> Any:
    """np.gradient: second order inside, of order `edge_order` at the edges."""
    depth = len(shape_of(f))
    axes = normal_axes(axis, depth) if axis is None else tuple(
        normal_axes(k, depth)[0] for k in (axis if isinstance(axis, tuple | list) else (axis,))
    )  # fmt: skip
    steps = varargs or (1.0,)
    steps = steps * len(axes) if len(steps) == 1 and len(axes) > 1 else steps
    found = [_slope(f, k, step, edge_order) for k, step in zip(axes, steps, strict=True)]
    return found[0] if len(found) == 1 else found


def _slope(f: Any, axis: int, step: Any, order: int) -> Any:
    n = shape_of(f)[axis]
    steps = np.diff(step) if len(shape_of(step)) else np.broadcast_to(step, (n - 1,))
    h = np.reshape(steps, (-1, *[1] * (len(shape_of(f)) - axis - 1)))
    rise = (_part(f, axis, 1, None) - _part(f, axis, None, -1)) / h
    hl, hr = _part(h, 0, None, -1), _part(h, 0, 1, None)
    left, right = _part(rise, axis, None, -1), _part(rise, axis, 1, None)
    inner = (left * hr + right * hl) / (hl + hr)
    first, last = _part(rise, axis, 0, 1), _part(rise, axis, n - 2, n - 1)
    if order == 2:
        bend = (right - left) / (hl + hr)  # half the second derivative
        first = first - _part(bend, axis, 0, 1) * _part(h, 0, 0, 1)
        last = last + _part(bend, axis, n - 3, n - 2) * _part(h, 0, n - 2, n - 1)
    return np.concatenate([first, inner, last], axis=axis)


def _cumulative(whole: Any, neutral: float) -> Adapter:
    def adapter(
        x: Any, /, *, axis: Any = None, dtype: Any = None, out: Any = None, include_initial: bool = False
    ) -> Any:
        refuse_given(whole, out=out)
        where = normal_axes(axis, len(shape_of(x)))[0]
        found = whole(x, axis=where, dtype=dtype)
        if not include_initial:
            return found
        shape = shape_of(found)
        start = np.full((*shape[:where], 1, *shape[where + 1 :]), neutral, found.dtype)
        return np.concatenate([start, found], axis=where)

    return adapter


def unwrap(p: Any, discont: Any = None, axis: int = -1, *, period: Any = 2 * np.pi) -> Any:
    """np.unwrap: jumps of more than half a period are taken out."""
    axis = normal_axes(axis, len(shape_of(p)))[0]
    step = np.diff(p, axis=axis)
    half = period / 2
    wrapped = np.remainder(step + half, period) - half
    wrapped = np.where(np.logical_and(wrapped == -half, step > 0), half, wrapped)
    jump = np.where(np.abs(step) < (half if discont is None else discont), 0.0, wrapped - step)
    return np.concatenate(
        [_part(p, axis, 0, 1), _part(p, axis, 1, None) + np.cumsum(jump, axis=axis)], axis=axis
    )


# -- convolutions and interpolation --


def _windows(a: Any, v: Any, mode: str, turned: bool) -> Any:
    """Every window of `a` with zeros around, times the weights `v`."""
    if mode not in ("full", "same", "valid"):
        raise TypeError("numpy.convolve, correlate: the mode is 'full', 'same' or 'valid'")
    swapped = shape_of(v)[0] > shape_of(a)[0]
    if swapped:
        a, v = v, a
    m, n = shape_of(a)[0], shape_of(v)[0]
    before = {"full": n - 1, "same": n // 2, "valid": 0}[mode]
    length = {"full": m + n - 1, "same": m, "valid": m - n + 1}[mode]
    after = length - 1 + n - before - m
    padded = np.pad(a, (before, max(after, 0)))
    places = np.arange(length)[:, None] + np.arange(n)
    found = np.matmul(index(padded, places, key=Slot(0)), np.flip(v) if turned else v)
    return np.flip(found) if swapped and not turned else found


def convolve(a: Any, v: Any, mode: str = "full") -> Any:
    """np.convolve."""
    return _windows(np.atleast_1d(a), np.atleast_1d(v), mode, True)


def correlate(a: Any, v: Any, mode: str = "valid") -> Any:
    """np.correlate."""
    return _windows(np.atleast_1d(a), np.atleast_1d(v), mode, False)


def interp(x: Any, xp: Any, fp: Any, left: Any = None, right: Any = None, period: Any = None) -> Any:
    """np.interp: the line through the two points around each."""
    x, xp, fp = (as_array(z) for z in (x, xp, fp))
    if period is not None:
        return _interp_periodic(x, xp, fp, period)
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
    return np.where(x > last, right, np.where(x < first, left, line))


def _interp_periodic(x: Any, xp: Any, fp: Any, period: Any) -> Any:
    """The points of one period, in order, with a neighbour from the periods before and after."""
    places = np.remainder(xp, period)
    order = np.argsort(places)
    places, heights = np.take_along_axis(places, order, 0), np.take_along_axis(fp, order, 0)
    ends = (slice(-1, None), slice(None), slice(0, 1))
    around = [index(places, key=key) + by for key, by in zip(ends, (-period, 0.0, period), strict=True)]
    return interp(
        np.remainder(x, period),
        np.concatenate(around),
        np.concatenate([index(heights, key=key) for key in ends]),
    )


# -- polynomials, the highest power first --


def polyval(p: Any, x: Any) -> Any:
    """np.polyval, by Horner's scheme."""
    p = as_array(p)
    count = shape_of(p)[0]
    value = np.zeros(shape_of(x)) if shape_of(x) else 0.0
    for k in range(count):
        value = value * x + index(p, key=k)
    return value


def _vector(p: Any) -> Any:
    return np.atleast_1d(as_array(p))


def _lengthened(p: Any, q: Any) -> tuple[Any, Any]:
    """Two polynomials with zeros before the shorter one."""
    p, q = _vector(p), _vector(q)
    n = max(shape_of(p)[0], shape_of(q)[0])
    return tuple(  # type: ignore[return-value]
        z if shape_of(z)[0] == n else np.concatenate([np.zeros(n - shape_of(z)[0]), z]) for z in (p, q)
    )


def _polyadd(a1: Any, a2: Any) -> Any:
    p, q = _lengthened(a1, a2)
    return p + q


def _polysub(a1: Any, a2: Any) -> Any:
    p, q = _lengthened(a1, a2)
    return p - q


def _polymul(a1: Any, a2: Any) -> Any:
    return np.convolve(_vector(a1), _vector(a2))


def _polydiv(u: Any, v: Any) -> Any:
    """Quotient and remainder by long division; leading zeros of the remainder are dropped as NumPy does."""
    u, v = _vector(u) + 0.0, _vector(v) + 0.0
    m, n = shape_of(u)[0] - 1, shape_of(v)[0] - 1
    lead, quotient = index(v, key=0), []
    for k in range(m - n + 1):
        quotient.append(index(u, key=k) / lead)
        step = np.concatenate([np.zeros(k), quotient[-1] * v, np.zeros(m - n - k)])
        u = u - step
    if not quotient:
        raise TypeError("numpy.polydiv: the divisor has the higher degree")
    return [np.stack(quotient), _part(u, 0, m - n + 1, None) if n else _part(u, 0, m, None)]


def _polyder(p: Any, m: int = 1) -> Any:
    p = _vector(p)
    for _ in range(operator.index(m)):
        n = shape_of(p)[0] - 1
        p = _part(p, 0, None, n) * np.arange(float(n), 0.0, -1.0)
    return p


def _polyint(p: Any, m: int = 1, k: Any = None) -> Any:
    p, m = _vector(p), operator.index(m)
    constants = np.zeros(m) if k is None else np.broadcast_to(_vector(k), (m,))
    for j in range(m):
        n = shape_of(p)[0]
        p = np.concatenate([p / np.arange(float(n), 0.0, -1.0), _part(constants, 0, j, j + 1)])
    return p


def _poly(seq_of_zeros: Any) -> Any:
    roots = _vector(seq_of_zeros)
    if len(shape_of(roots)) == 2:
        raise TypeError("numpy.poly: of a matrix; hand in its eigenvalues: np.linalg.eigvalsh(a)")
    p: Any = np.ones(1)
    for k in range(shape_of(roots)[0]):
        p = np.concatenate([p, np.zeros(1)]) - index(roots, key=k) * np.concatenate([np.zeros(1), p])
    return p


def _vander(x: Any, N: Any = None, increasing: bool = False) -> Any:
    n = shape_of(x)[0] if N is None else operator.index(N)
    powers = [np.ones(shape_of(x)[0], x.dtype)]
    for _ in range(n - 1):
        powers.append(powers[-1] * x)
    return np.stack(powers[:n] if increasing else powers[:n][::-1], axis=-1)


def _rising_polyval(x: Any, c: Any, tensor: bool = True) -> Any:
    """numpy.polynomial.polynomial.polyval: the constant coefficient first."""
    c = as_array(c)
    if tensor and shape_of(x):
        c = np.reshape(c, (*shape_of(c), *[1] * len(shape_of(x))))
    count = shape_of(c)[0]
    value = index(c, key=count - 1) + x * 0.0
    for k in range(count - 2, -1, -1):
        value = index(c, key=k) + value * x
    return value


# -- evenly spaced numbers --


def linspace(
    start: Any, stop: Any, num: Any = 50, endpoint: bool = True, retstep: bool = False, dtype: Any = None,
    axis: int = 0, *, device: Any = None,
) -> Any:  # fmt: skip
    """np.linspace."""
    refuse_given(np.linspace, dtype=dtype, device=device)
    num = operator.index(num)
    parts = num - 1 if endpoint else num
    share = np.linspace(0.0, 1.0, num, endpoint)
    depth = max(len(shape_of(start)), len(shape_of(stop)))
    share = share.reshape((-1, *[1] * depth))
    points = start * (1.0 - share) + stop * share
    points = np.moveaxis(points, 0, axis) if axis else points
    return [points, (stop - start) / parts] if retstep else points


def _logspace(
    start: Any,
    stop: Any,
    num: Any = 50,
    endpoint: bool = True,
    base: Any = 10.0,
    dtype: Any = None,
    axis: int = 0,
) -> Any:
    refuse_given(np.logspace, dtype=dtype)
    return np.power(base, linspace(start, stop, num, endpoint, axis=axis))


def _geomspace(
    start: Any, stop: Any, num: Any = 50, endpoint: bool = True, dtype: Any = None, axis: int = 0
) -> Any:
    refuse_given(np.geomspace, dtype=dtype)
    logs = linspace(np.log(np.abs(start)), np.log(np.abs(stop)), num, endpoint, axis=axis)
    return np.exp(logs) * np.sign(start)


SIGNALS: tuple[tuple[Any, str, Adapter], ...] = (
    (np.diff, "subtract", diff),
    (np.ediff1d, "subtract", ediff1d),
    (np.trapezoid, "sum", trapezoid),
    (np.gradient, "concatenate", gradient),
    (np.cumulative_sum, "cumsum", _cumulative(np.cumsum, 0.0)),
    (np.cumulative_prod, "cumprod", _cumulative(np.cumprod, 1.0)),
    (np.unwrap, "concatenate", unwrap),
    (np.convolve, "matmul", convolve),
    (np.correlate, "matmul", correlate),
    (np.interp, "where", interp),
    (np.polyval, "add", polyval),
    (np.polyadd, "add", _polyadd),
    (np.polysub, "subtract", _polysub),
    (np.polymul, "matmul", _polymul),
    (np.polydiv, "stack", _polydiv),
    (np.polyder, "multiply", _polyder),
    (np.polyint, "concatenate", _polyint),
    (np.poly, "subtract", _poly),
    (np.vander, "stack", _vander),
    (np.polynomial.polynomial.polyval, "add", _rising_polyval),
    (np.linspace, "add", linspace),
    (np.logspace, "power", _logspace),
    (np.geomspace, "multiply", _geomspace),
)
"""What users call, the operation it ends in, and the adapter."""
