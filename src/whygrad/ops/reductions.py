"""Sums, means, extremes and products over axes.

`axis` and `keepdims` are in normal form (`calls.axis_params`): absent where they say nothing, axes sorted and
counted from the front.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from whygrad.graph import Op
from whygrad.ops.calls import NOT_GIVEN, Bound, axis_params, normal_axes, refuse_given, shape_of
from whygrad.rules import Linear


def kept_shape(x: Any, axis: Any = None) -> tuple[int, ...]:
    """Shape of a reduction of `x` with `keepdims=True`."""
    shape = shape_of(x)
    axes = normal_axes(axis, len(shape))
    return tuple(1 if k in axes else n for k, n in enumerate(shape))


def spread(g: Any, x: Any, axis: Any = None) -> Any:
    """Copy a reduced array back along the axes that were reduced, to the shape of `x`."""
    return np.broadcast_to(np.reshape(g, kept_shape(x, axis)), shape_of(x))


def count(x: Any, axis: Any = None) -> int:
    """How many entries each result of a reduction is made of."""
    shape = shape_of(x)
    return math.prod(shape[k] for k in normal_axes(axis, len(shape)))


def reduction(function: Any) -> Any:
    """Adapter for `function(a, axis, dtype, out, keepdims, initial, where)`."""

    def adapter(
        a: Any, axis: Any = None, dtype: Any = None, out: Any = None, keepdims: Any = False,
        initial: Any = NOT_GIVEN, where: Any = NOT_GIVEN,
    ) -> Bound:  # fmt: skip
        refuse_given(function, dtype=dtype, out=out, initial=initial, where=None if where is True else where)
        return (a,), axis_params(a, axis, keepdims)

    return adapter


def _mean_transpose(i: int, g: Any, x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    return spread(g, x, axis) / count(x, axis)


REDUCTIONS = (
    Op(
        "sum",
        np.sum,
        Linear(lambda i, g, x, axis=None, keepdims=False: spread(g, x, axis)),
        latex=r"\sum {0}",
        note="The local gradient of a sum is 1 for every entry.",
        axes=("axis",),
        calls=((np.sum, reduction(np.sum)), (np.ndarray.sum, reduction(np.ndarray.sum))),
    ),
    Op(
        "mean",
        np.mean,
        Linear(_mean_transpose),
        latex=r"\operatorname{{mean}} {0}",
        note="The local gradient of a mean of n entries is 1/n for every entry.",
        axes=("axis",),
        calls=((np.mean, reduction(np.mean)), (np.ndarray.mean, reduction(np.ndarray.mean))),
    ),
)
