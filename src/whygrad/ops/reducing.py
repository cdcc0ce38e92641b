"""What users call to reduce arrays: the options of NumPy's reductions, in terms of the operations there are.

A mask puts the neutral entry in place of those left out; an initial value is one entry more.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from whygrad.ops.calls import (
    NOT_GIVEN,
    Adapter,
    axis_params,
    normal_axes,
    refuse,
    refuse_given,
    shape_of,
)

NEUTRAL = {"sum": 0.0, "prod": 1.0, "max": -math.inf, "amax": -math.inf, "min": math.inf, "amin": math.inf}
"""The entry that changes nothing, by the name of the reduction."""

JOINED: dict[str, Any] = {
    "sum": np.add, "prod": np.multiply, "max": np.maximum, "amax": np.maximum, "min": np.minimum,
    "amin": np.minimum,
}  # fmt: skip
"""What joins an initial value to a reduction."""


def given(option: Any) -> bool:
    """Was an option of NumPy's given, other than its default?"""
    return option is not NOT_GIVEN and option is not None and option is not True


def keeping(keepdims: Any) -> dict[str, Any]:
    """`keepdims` as NumPy's functions take it."""
    return {"keepdims": True} if keepdims is not NOT_GIVEN and keepdims else {}


def reduction(function: Any) -> Adapter:
    """Adapter for `function(a, axis, dtype, out, keepdims, initial, where)`: sum and prod."""
    name = function.__name__

    def adapter(
        a: Any, axis: Any = None, dtype: Any = None, out: Any = None, keepdims: Any = False,
        initial: Any = NOT_GIVEN, where: Any = NOT_GIVEN,
    ) -> Any:  # fmt: skip
        refuse_given(function, out=out)
        return reduced(name, converted(a, dtype), axis, keepdims, initial, where)

    return adapter


def extreme(function: Any) -> Adapter:
    """Adapter for `function(a, axis, out, keepdims, initial, where)`: max and min."""
    name = function.__name__

    def adapter(
        a: Any, axis: Any = None, out: Any = None, keepdims: Any = False,
        initial: Any = NOT_GIVEN, where: Any = NOT_GIVEN,
    ) -> Any:  # fmt: skip
        refuse_given(function, out=out)
        return reduced(name, a, axis, keepdims, initial, where)

    return adapter


def flattened(x: Any, axis: Any) -> Any:
    """The array with the axes to be reduced as its last one."""
    shape = shape_of(x)
    axes = normal_axes(axis, len(shape))
    rest = [k for k in range(len(shape)) if k not in axes]
    moved = x if [*rest, *axes] == list(range(len(shape))) else np.transpose(x, (*rest, *axes))
    return np.reshape(moved, (*[shape[k] for k in rest], math.prod(shape[k] for k in axes)))


def kept_shape(x: Any, axis: Any = None) -> tuple[int, ...]:
    """Shape of a reduction of `x` with `keepdims=True`."""
    shape = shape_of(x)
    axes = normal_axes(axis, len(shape))
    return tuple(1 if k in axes else n for k, n in enumerate(shape))


def reduced(name: str, a: Any, axis: Any, keepdims: Any, initial: Any, where: Any) -> Any:
    """A reduction of the entries that a mask takes, with an initial value."""
    if given(where):
        a = np.where(where, a, NEUTRAL[name])
    if initial is NOT_GIVEN or initial is None:
        return (a,), axis_params(a, axis, keepdims)
    whole = getattr(np, name)(a, axis=axis, **keeping(keepdims))
    return JOINED[name](whole, initial)


def converted(a: Any, dtype: Any) -> Any:
    """An array in the dtype that was asked for."""
    if dtype is None or dtype is NOT_GIVEN or getattr(a, "dtype", None) == np.dtype(dtype):
        return a
    if np.dtype(dtype).kind != "f":
        raise TypeError(f"numpy: a reduction in the dtype {np.dtype(dtype)} would lose the derivative")
    return np.astype(a, dtype)


def averaged(function: Any) -> Adapter:
    """Adapter for `np.mean(a, axis, dtype, out, keepdims, where)`."""

    def adapter(
        a: Any, axis: Any = None, dtype: Any = None, out: Any = None, keepdims: Any = False, *,
        where: Any = NOT_GIVEN,
    ) -> Any:  # fmt: skip
        refuse_given(function, out=out)
        a = converted(a, dtype)
        if given(where):
            return taken_mean(a, axis, keepdims, where)
        return (a,), axis_params(a, axis, keepdims)

    return adapter


def taken_mean(a: Any, axis: Any, keepdims: Any, where: Any) -> Any:
    """The mean of the entries that a mask takes."""
    kept = keeping(keepdims)
    return np.sum(np.where(where, a, 0.0), axis=axis, **kept) / how_many(a, axis, keepdims, where)


def how_many(a: Any, axis: Any, keepdims: Any, where: Any) -> Any:
    """How many entries a mask takes, in each result of a reduction; of the dtype of the array."""
    one = getattr(a, "dtype", np.dtype(float)).type(1)
    whole = np.where(where, np.broadcast_to(one, shape_of(a)), one * 0)
    return np.sum(whole, axis=axis, **keeping(keepdims))


def spread_out(function: Any) -> Adapter:
    """Adapter for var and std: `function(a, axis, dtype, out, ddof, keepdims, where, mean, correction)`."""

    def adapter(
        a: Any, axis: Any = None, dtype: Any = None, out: Any = None, ddof: Any = 0, keepdims: Any = False, *,
        where: Any = NOT_GIVEN, mean: Any = NOT_GIVEN, correction: Any = NOT_GIVEN,
    ) -> Any:  # fmt: skip
        refuse_given(function, out=out)
        ddof, a = ddof if correction is NOT_GIVEN else correction, converted(a, dtype)
        if not given(where) and not given(mean):
            return (a,), axis_params(a, axis, keepdims) | ({"ddof": ddof} if ddof else {})
        variance = taken_variance(a, axis, ddof, keepdims, where, mean)
        return variance if function.__name__ == "var" else root(variance)

    return adapter


def taken_variance(a: Any, axis: Any, ddof: Any, keepdims: Any, where: Any, mean: Any) -> Any:
    """The variance of the entries that a mask takes, around a mean that may be given."""
    mask = where if given(where) else True
    middle = mean if given(mean) else taken_mean(a, axis, True, mask)
    squares = np.where(mask, (a - middle) ** 2, 0.0)
    return np.sum(squares, axis=axis, **keeping(keepdims)) / (how_many(a, axis, keepdims, mask) - ddof)


def root(variance: Any) -> Any:
    """The square root, with the derivative 0 where the variance is 0, as for std."""
    still = variance == 0
    return np.where(still, 0.0, np.sqrt(np.where(still, 1.0, variance)))


def where_extreme(function: Any) -> Adapter:
    """Adapter for argmax and argmin, `function(a, axis, out, keepdims)` with a single axis; any and all."""

    def adapter(
        a: Any, axis: Any = None, out: Any = None, keepdims: Any = False, *, where: Any = NOT_GIVEN
    ) -> Any:
        refuse_given(function, out=out)
        if given(where):
            refuse(function, "where")
        return (a,), axis_params(a, axis, keepdims)

    return adapter
