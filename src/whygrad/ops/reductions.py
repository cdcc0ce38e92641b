"""Sums, means, extremes and products over axes.

`axis` and `keepdims` are in normal form (`calls.axis_params`): absent where they say nothing, axes sorted and
counted from the front.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from whygrad.graph import Op
from whygrad.ops.calls import normal_axes, shape_of
from whygrad.ops.reducing import averaged, extreme, kept_shape, reduction, spread_out, where_extreme
from whygrad.rules import Explicit, Linear


def kept(y: Any, x: Any, axis: Any = None) -> Any:
    """A reduction `y` of `x` with the reduced axes kept, where broadcasting would not supply them anyway."""
    shape, have = kept_shape(x, axis), shape_of(y)
    supplied = (1,) * (len(shape) - len(have)) + have == shape
    return y if supplied else np.reshape(y, shape)


def spread(g: Any, x: Any, axis: Any = None) -> Any:
    """Copy a reduced array back along the axes that were reduced, to the shape of `x`."""
    return np.broadcast_to(kept(g, x, axis), shape_of(x))


def count(x: Any, axis: Any = None) -> int:
    """How many entries each result of a reduction is made of."""
    shape = shape_of(x)
    return math.prod(shape[k] for k in normal_axes(axis, len(shape)))


def _mean_transpose(i: int, g: Any, x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    return spread(g, x, axis) / count(x, axis)


Factor = Callable[..., Any]


def weighted(factor: Factor) -> Explicit:
    """The rule of a reduction whose partials are `factor(y, x, axis, **params)`, of the shape of `x`."""

    def vjp(i: int, g: Any, y: Any, x: Any, axis: Any = None, keepdims: bool = False, **params: Any) -> Any:
        return spread(g, x, axis) * factor(y, x, axis, **params)

    def jvp(
        tangents: Sequence[Any], y: Any, x: Any, axis: Any = None, keepdims: bool = False, **params: Any
    ) -> Any:
        t = tangents[0]
        moved = None if t is None else t * factor(y, x, axis, **params)
        return moved if moved is None else np.sum(moved, axis=axis, keepdims=keepdims)

    return Explicit(vjp, jvp)


def _share(y: Any, x: Any, axis: Any) -> Any:
    hit = x == kept(y, x, axis)
    return hit / np.sum(hit, axis=axis, keepdims=True)


def freedom(x: Any, axis: Any, ddof: float) -> float:
    """What a variance divides by; NaN where NumPy divides by 0 (its own NaN or infinity has no gradient)."""
    left = count(x, axis) - ddof
    return left if left > 0 else math.nan


def _var_factor(y: Any, x: Any, axis: Any, ddof: float = 0) -> Any:
    return (x - np.mean(x, axis=axis, keepdims=True)) * (2.0 / freedom(x, axis, ddof))


def _std_factor(y: Any, x: Any, axis: Any, ddof: float = 0) -> Any:
    # Equal entries: deviations of 0 over a deviation of 0; the useful choice is 0.
    safe = kept(np.where(y == 0, 1.0, y), x, axis)
    return (x - np.mean(x, axis=axis, keepdims=True)) / (safe * freedom(x, axis, ddof))


def gap(x: Any, axis: Any = None) -> Any:
    """How far the largest entry is above the next: 0 at a tie."""
    shape = np.shape(x)
    axes = normal_axes(axis, len(shape))
    rest = [k for k in range(len(shape)) if k not in axes]
    flat = np.reshape(np.transpose(x, (*rest, *axes)), (*(shape[k] for k in rest), -1))
    if flat.shape[-1] < 2:
        return np.ones(flat.shape[:-1])
    top = np.partition(flat, -2, axis=-1)
    return top[..., -1] - top[..., -2]


EXTREME_NOTE = "The {} entry takes the whole gradient; tied entries share it evenly."

REDUCTIONS = (
    Op(
        "sum",
        np.sum,
        Linear(lambda i, g, x, axis=None, keepdims=False: spread(g, x, axis), local=1.0),
        latex=r"\sum {0}",
        note="The local gradient of a sum is 1 for every entry.",
        axes=("axis",),
        calls=((np.sum, reduction(np.sum)), (np.ndarray.sum, reduction(np.ndarray.sum))),
    ),
    Op(
        "mean",
        np.mean,
        Linear(_mean_transpose, local=lambda x, axis=None, keepdims=False: 1.0 / max(count(x, axis), 1)),
        latex=r"\operatorname{{mean}} {0}",
        note="The local gradient of a mean of n entries is 1/n for every entry.",
        axes=("axis",),
        calls=(
            (np.mean, averaged(np.mean)),
            (np.ndarray.mean, averaged(np.ndarray.mean)),
        ),
    ),
    Op(
        "max",
        np.max,
        weighted(_share),
        latex=r"\max {0}",
        kinks=lambda x, axis=None, keepdims=False: gap(x, axis),
        note=EXTREME_NOTE.format("largest"),
        axes=("axis",),
        calls=(
            (np.max, extreme(np.max)),
            (np.amax, extreme(np.amax)),
            (np.ndarray.max, extreme(np.ndarray.max)),
        ),
    ),
    Op(
        "min",
        np.min,
        weighted(_share),
        latex=r"\min {0}",
        kinks=lambda x, axis=None, keepdims=False: gap(-x, axis),
        note=EXTREME_NOTE.format("smallest"),
        axes=("axis",),
        calls=(
            (np.min, extreme(np.min)),
            (np.amin, extreme(np.amin)),
            (np.ndarray.min, extreme(np.ndarray.min)),
        ),
    ),
    Op(
        "var",
        np.var,
        weighted(_var_factor),
        latex=r"\operatorname{{var}} {0}",
        note="The local gradient of a variance of n entries is 2*(x - mean)/n for every entry "
        "(n - ddof in place of n if ddof is given).",
        axes=("axis",),
        calls=((np.var, spread_out(np.var)), (np.ndarray.var, spread_out(np.ndarray.var))),
    ),
    Op(
        "std",
        np.std,
        weighted(_std_factor),
        latex=r"\operatorname{{std}} {0}",
        kinks=lambda x, axis=None, keepdims=False, ddof=0: np.std(x, axis=axis),
        note="The local gradient of a standard deviation s of n entries is (x - mean)/(n*s) for every entry; "
        "0 is chosen where all entries are equal.",
        axes=("axis",),
        calls=((np.std, spread_out(np.std)), (np.ndarray.std, spread_out(np.ndarray.std))),
    ),
    Op(
        "argmax",
        np.argmax,
        None,
        axes=("axis",),
        calls=((np.argmax, where_extreme(np.argmax)), (np.ndarray.argmax, where_extreme(np.ndarray.argmax))),
    ),
    Op(
        "argmin",
        np.argmin,
        None,
        axes=("axis",),
        calls=((np.argmin, where_extreme(np.argmin)), (np.ndarray.argmin, where_extreme(np.ndarray.argmin))),
    ),
    Op(
        "any",
        np.any,
        None,
        axes=("axis",),
        calls=((np.any, where_extreme(np.any)), (np.ndarray.any, where_extreme(np.ndarray.any))),
    ),
    Op(
        "all",
        np.all,
        None,
        axes=("axis",),
        calls=((np.all, where_extreme(np.all)), (np.ndarray.all, where_extreme(np.ndarray.all))),
    ),
)
