"""Products and running totals along an axis.

A product's partial is the product of the other entries. It is built from running products from either side,
by doubling: log2(n) multiplications of whole arrays, no division, so that zeros are no special case, neither
here nor in the derivatives of these rows.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from whygrad.graph import Op
from whygrad.ops.calls import Adapter, Bound, normal_axes, refuse_given, shape_of
from whygrad.ops.indexing import index
from whygrad.ops.reducing import converted, reduction
from whygrad.ops.reductions import weighted
from whygrad.rules import Explicit, Linear


def _shifted(x: Any, by: int, fill: float) -> Any:
    """`x` moved along its last axis by `by` places (negative: to the front), `fill` entering."""
    shape = shape_of(x)
    n = min(abs(by), shape[-1])
    enter = np.full((*shape[:-1], n), fill, np.result_type(x.dtype, np.float16))
    if by > 0:
        return np.concatenate([enter, index(x, key=(Ellipsis, slice(0, shape[-1] - n)))], axis=-1)
    return np.concatenate([index(x, key=(Ellipsis, slice(n, None))), enter], axis=-1)


def _before(x: Any, direction: int = 1) -> Any:
    """Product of the entries before each (`direction` -1: after each) on the last axis."""
    n = shape_of(x)[-1]
    product, step = _shifted(x, direction, 1.0), 1
    while step < n:
        product = product * _shifted(product, direction * step, 1.0)
        step *= 2
    return product


def _others(y: Any, x: Any, axis: Any) -> Any:
    """Product of the other entries that are reduced together with each."""
    shape = shape_of(x)
    if not shape:
        return np.ones(())
    axes = normal_axes(axis, len(shape))
    order = [*(k for k in range(len(shape)) if k not in axes), *axes]
    moved = tuple(shape[k] for k in order)
    kept = len(shape) - len(axes)
    flat = np.reshape(np.transpose(x, order), (*moved[:kept], math.prod(moved[kept:])))  # not -1: may be 0
    product = np.reshape(_before(flat) * _before(flat, -1), moved)
    return np.transpose(product, [order.index(k) for k in range(len(shape))])


def _last(x: Any, axis: int | None) -> Any:
    """`x` with the axis moved to the end; flattened for None."""
    return np.reshape(x, -1) if axis is None else np.swapaxes(x, axis, -1)


def _back(z: Any, x: Any, axis: int | None) -> Any:
    return np.reshape(z, shape_of(x)) if axis is None else np.swapaxes(z, axis, -1)


def _cumsum_transpose(i: int, g: Any, x: Any, axis: int | None = None) -> Any:
    along = 0 if axis is None else axis
    return np.reshape(np.flip(np.cumsum(np.flip(g, along), axis=along), along), shape_of(x))


def _recurrence(factor: Any, term: Any, direction: int) -> Any:
    """s[k] = term[k] + factor[k] * s[k - direction] on the last axis, by doubling."""
    n, step = shape_of(term)[-1], 1
    while step < n:
        term = term + factor * _shifted(term, direction * step, 0.0)
        factor = factor * _shifted(factor, direction * step, 0.0)
        step *= 2
    return term


def _cumprod_vjp(i: int, g: Any, y: Any, x: Any, axis: int | None = None) -> Any:
    x_last = _last(x, axis)
    g_last = g if axis is None else _last(g, axis)
    # s[k] = g[k] + x[k+1] * s[k+1]: what all later products ask of the product before entry k
    asked = _recurrence(_shifted(x_last, -1, 0.0), g_last, -1)
    return _back(asked * _before(x_last), x, axis)


def _cumprod_jvp(tangents: Sequence[Any], y: Any, x: Any, axis: int | None = None) -> Any:
    t = tangents[0]
    if t is None:
        return None
    x_last = _last(x, axis)
    moved = _recurrence(x_last, _last(t, axis) * _before(x_last), 1)
    return moved if axis is None else np.swapaxes(moved, axis, -1)


def cumulative(function: Any) -> Adapter:
    """Adapter for `function(a, axis, dtype, out)`."""

    def adapter(a: Any, axis: Any = None, dtype: Any = None, out: Any = None) -> Bound:
        refuse_given(function, out=out)
        a = converted(a, dtype)
        ndim = len(shape_of(a))
        if axis is None or not ndim:
            return (a,), {"axis": 0} if ndim == 1 else {}
        return (a,), {"axis": normal_axes(axis, ndim)[0]}

    return adapter


PRODUCTS = (
    Op(
        "prod",
        np.prod,
        weighted(_others),
        latex=r"\prod {0}",
        note="The local gradient of a product of many is the product of all the other entries.",
        axes=("axis",),
        calls=((np.prod, reduction(np.prod)), (np.ndarray.prod, reduction(np.ndarray.prod))),
    ),
    Op(
        "cumsum",
        np.cumsum,
        Linear(_cumsum_transpose),
        note="Every entry has the local gradient 1 in its own and every later total.",
        axes=("axis",),
        calls=((np.cumsum, cumulative(np.cumsum)), (np.ndarray.cumsum, cumulative(np.ndarray.cumsum))),
    ),
    Op(
        "cumprod",
        np.cumprod,
        Explicit(_cumprod_vjp, _cumprod_jvp),
        note="An entry's local gradient in a running product is the product of the other entries so far.",
        axes=("axis",),
        calls=((np.cumprod, cumulative(np.cumprod)), (np.ndarray.cumprod, cumulative(np.ndarray.cumprod))),
    ),
)
