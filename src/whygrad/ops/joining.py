"""Putting arrays together and repeating them: concatenate, stack, pad, tile, repeat, flip, roll."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from itertools import accumulate as running
from typing import Any

import numpy as np

from whygrad.graph import Op
from whygrad.ops.calls import Bound, as_array, normal_axes, refuse_given, shape_of
from whygrad.ops.indexing import index
from whygrad.ops.moving import moved
from whygrad.rules import Explicit, Linear


def _axis(axis: Any, ndim: int) -> int:
    return normal_axes(operator.index(axis), ndim)[0]


def _along(axis: int, key: Any) -> Any:
    """The key that takes `key` on one axis and everything on those before it."""
    return (*[slice(None)] * axis, key) if axis else key


def _concatenate_value(*arrays: Any, axis: int = 0) -> Any:
    return np.concatenate(arrays, axis=axis)


def _stack_value(*arrays: Any, axis: int = 0) -> Any:
    return np.stack(arrays, axis=axis)


def _split(wanted: Sequence[int], g: Any, *arrays: Any, axis: int = 0) -> list[Any]:
    ends = list(running(shape_of(a)[axis] for a in arrays))
    return [index(g, key=_along(axis, slice(ends[i - 1] if i else 0, ends[i]))) for i in wanted]


def _unstack(wanted: Sequence[int], g: Any, *arrays: Any, axis: int = 0) -> list[Any]:
    return [index(g, key=_along(axis, i)) for i in wanted]


def _positions(axis: int) -> dict[str, Any]:
    return {"axis": axis} if axis else {}


def _concatenate(arrays: Any, axis: Any = 0, out: Any = None, **options: Any) -> Bound:
    dtype = options.pop("dtype", None)
    refuse_given(np.concatenate, out=out, **{k: v for k, v in options.items() if k != "casting"})
    parts = tuple(arrays) if dtype is None else tuple(as_array(a, np.dtype(dtype)) for a in arrays)
    if axis is None:
        parts, axis = tuple(np.reshape(a, -1) for a in parts), 0
    return parts, _positions(_axis(axis, len(shape_of(parts[0]))))


def _stack(arrays: Any, axis: Any = 0, out: Any = None, **options: Any) -> Bound:
    refuse_given(np.stack, out=out, **{k: v for k, v in options.items() if k != "casting"})
    parts = tuple(arrays)
    return parts, _positions(_axis(axis, len(shape_of(parts[0])) + 1))


def deepened(arrays: Any, depth: int) -> tuple[Any, ...]:
    """The arrays with leading axes added up to `depth`."""
    return tuple(
        a if len(s := shape_of(a)) >= depth else np.reshape(a, (1,) * (depth - len(s)) + s) for a in arrays
    )


def _hstack(tup: Any, **options: Any) -> Bound:
    parts = deepened(tup, 1)
    return _concatenate(parts, 0 if len(shape_of(parts[0])) == 1 else 1, **options)


def _vstack(tup: Any, **options: Any) -> Bound:
    return _concatenate(deepened(tup, 2), 0, **options)


def _column_stack(tup: Any) -> Bound:
    shapes = [shape_of(a) for a in tup]
    columns = (np.reshape(a, (-1, 1)) if len(s) < 2 else a for a, s in zip(tup, shapes, strict=True))
    return _concatenate(tuple(columns), 1)


def _append(arr: Any, values: Any, axis: Any = None) -> Bound:
    return _concatenate((arr, values), axis)


def _pad_value(x: Any, pad_width: Any, constant_values: Any = 0) -> Any:
    return np.pad(x, pad_width, constant_values=constant_values)


def _unpad(i: int, g: Any, y: Any, x: Any, pad_width: Any, constant_values: Any = 0) -> Any:
    key = tuple(slice(before, before + n) for (before, _), n in zip(pad_width, shape_of(x), strict=True))
    return index(g, key=key)


def _pad_jvp(tangents: Sequence[Any], y: Any, x: Any, pad_width: Any, constant_values: Any = 0) -> Any:
    # Not the operation itself on the tangent: padding with a constant other than 0 is affine.
    return None if tangents[0] is None else np.pad(tangents[0], pad_width)


def _tile(A: Any, reps: Any) -> Bound:
    given = reps if isinstance(reps, tuple | list) else (reps,)
    return (A,), {"reps": tuple(operator.index(n) for n in given)}


def _untile(i: int, g: Any, x: Any, reps: tuple[int, ...]) -> Any:
    shape = shape_of(x)
    depth = max(len(shape), len(reps))
    sizes = (1,) * (depth - len(shape)) + shape
    copies = (1,) * (depth - len(reps)) + reps
    paired = [n for pair in zip(copies, sizes, strict=True) for n in pair]
    return np.reshape(np.sum(np.reshape(g, paired), axis=tuple(range(0, 2 * depth, 2))), shape)


def _repeat(a: Any, repeats: Any, axis: Any = None) -> Any:
    if np.ndim(repeats):
        return moved(np.repeat)(a, repeats, axis)
    if axis is None or not normal_axes(axis, len(shape_of(a))):  # of a number, too
        a, axis = np.reshape(a, -1), 0
    return (a,), {"repeats": operator.index(repeats), "axis": _axis(axis, len(shape_of(a)))}


def _unrepeat(i: int, g: Any, x: Any, repeats: int, axis: int) -> Any:
    shape = shape_of(x)
    return np.sum(np.reshape(g, (*shape[: axis + 1], repeats, *shape[axis + 1 :])), axis=axis + 1)


def _flip(m: Any, axis: Any = None) -> Bound:
    axes = normal_axes(axis, len(shape_of(m)))
    return (m,), {} if len(axes) == len(shape_of(m)) else {"axis": axes[0] if len(axes) == 1 else axes}


def _fixed_flip(axis: int) -> Any:
    return lambda m: _flip(m, axis)


def _roll(a: Any, shift: Any, axis: Any = None) -> Any:
    if np.ndim(shift) or np.ndim(axis if axis is not None else 0):
        return moved(np.roll)(a, shift, axis)
    params = {} if axis is None else {"axis": _axis(axis, len(shape_of(a)))}
    return (a,), {"shift": operator.index(shift), **params}


JOINING = (
    Op(
        "concatenate",
        _concatenate_value,
        Linear(together=_split),
        note="Joining moves entries: the local gradient of each entry is 1.",
        axes=("axis",),
        calls=(
            (np.concatenate, _concatenate),
            (np.hstack, _hstack),
            (np.vstack, _vstack),
            (np.column_stack, _column_stack),
            (np.append, _append),
        ),
    ),
    Op(
        "stack",
        _stack_value,
        Linear(together=_unstack),
        note="Stacking moves entries: the local gradient of each entry is 1.",
        axes=("axis",),
        calls=((np.stack, _stack),),
    ),
    Op(
        "pad",
        _pad_value,
        Explicit(_unpad, _pad_jvp),
        note="Padding moves entries: the local gradient of each entry is 1.",
    ),
    Op(
        "tile",
        np.tile,
        Linear(_untile),
        note="Every copy has the local gradient 1, so the gradient is the sum over the copies.",
        calls=((np.tile, _tile),),
    ),
    Op(
        "repeat",
        np.repeat,
        Linear(_unrepeat),
        note="Every copy has the local gradient 1, so the gradient is the sum over the copies.",
        axes=("axis",),
        calls=((np.repeat, _repeat), (np.ndarray.repeat, _repeat)),
    ),
    Op(
        "flip",
        np.flip,
        Linear(lambda i, g, x, axis=None: np.flip(g, axis)),
        note="Flipping moves entries: the local gradient of each entry is 1.",
        axes=("axis",),
        calls=((np.flip, _flip), (np.flipud, _fixed_flip(0)), (np.fliplr, _fixed_flip(1))),
    ),
    Op(
        "roll",
        np.roll,
        Linear(lambda i, g, x, shift, axis=None: np.roll(g, -shift, axis)),
        note="Rolling moves entries: the local gradient of each entry is 1.",
        axes=("axis",),
        calls=((np.roll, _roll),),
    ),
)
