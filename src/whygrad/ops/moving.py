"""Functions that only move entries: one rule for all of them, whatever their options.

The function itself, run on the positions 0, 1, 2, ... of the entries, says where each entry of its result
comes from; the result is then a read at these positions. So it means what NumPy means, in every option.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from whygrad.graph import Op
from whygrad.ops.calls import Adapter, Meaning, shape_of
from whygrad.ops.indexing import INDEX, Slot


def read_at(x: Any, positions: Any) -> Meaning:
    """The entries of `x`, counted in C order, at the given positions."""
    return Meaning(INDEX, (np.reshape(x, -1), positions), {"key": Slot(0)})


def moved(function: Any) -> Adapter:
    """Adapter for a function of one array."""

    def adapter(x: Any, *args: Any, **kwargs: Any) -> Meaning:
        shape = shape_of(x)
        positions = np.arange(math.prod(shape)).reshape(shape)
        return read_at(x, np.array(function(positions, *args, **kwargs)))

    return adapter


def moved_among_zeros(function: Any) -> Adapter:
    """Adapter for a function of one array that puts its entries among zeros."""

    def adapter(x: Any, *args: Any, **kwargs: Any) -> Meaning:
        shape = shape_of(x)
        positions = np.arange(1, 1 + math.prod(shape)).reshape(shape)
        padded = np.concatenate([np.zeros(1, getattr(x, "dtype", float)), np.reshape(x, -1)])
        return read_at(padded, np.array(function(positions, *args, **kwargs)))

    return adapter


def parted(function: Any) -> Adapter:
    """Adapter for a function of one array that gives several."""

    def adapter(x: Any, *args: Any, **kwargs: Any) -> list[Meaning]:
        shape = shape_of(x)
        positions = np.arange(math.prod(shape)).reshape(shape)
        return [read_at(x, np.array(part)) for part in function(positions, *args, **kwargs)]

    return adapter


def gathered(function: Any, arrays: Sequence[Any], *args: Any, **kwargs: Any) -> Meaning:
    """`function(arrays, ...)`, which moves entries of several arrays: a read from all of them joined."""
    ends = np.cumsum([0, *(math.prod(shape_of(a)) for a in arrays)])
    positions = [
        np.arange(start, end).reshape(shape_of(a))
        for a, start, end in zip(arrays, ends[:-1], ends[1:], strict=True)
    ]
    joined = np.concatenate([np.reshape(a, -1) for a in arrays])
    return read_at(joined, np.array(function(positions, *args, **kwargs)))


def _dstack(tup: Any, **options: Any) -> Meaning:
    return gathered(np.dstack, tuple(tup), **options)


def _insert(arr: Any, obj: Any, values: Any, axis: Any = None) -> Meaning:
    return gathered(lambda both: np.insert(both[0], obj, both[1], axis), (arr, values))


def _where_positions(x: Any, shape: Any = None, strides: Any = None, *_: Any, **options: Any) -> Meaning:
    """as_strided: steps in bytes, so the positions need the layout of the array itself."""
    layout = getattr(x, "value", x)
    while hasattr(layout, "value"):
        layout = layout.value
    stand_in = np.arange(layout.size).astype(np.dtype(f"i{layout.dtype.itemsize}")).reshape(layout.shape)
    if layout.strides != stand_in.strides:
        raise TypeError("numpy.lib.stride_tricks.as_strided: of an array in C order only; copy it first")
    return read_at(x, np.array(np.lib.stride_tricks.as_strided(stand_in, shape, strides)).astype(int))


def _meshgrid(*xi: Any, copy: bool = True, sparse: bool = False, indexing: str = "xy") -> list[Meaning]:
    flat = [np.reshape(x, -1) for x in xi]
    grids = np.meshgrid(*(np.arange(shape_of(x)[0]) for x in flat), sparse=sparse, indexing=indexing)  # type: ignore[call-overload]
    return [read_at(x, np.array(grid)) for x, grid in zip(flat, grids, strict=True)]


def _broadcast_arrays(*args: Any, subok: bool = False) -> list[Meaning]:
    grids = np.broadcast_arrays(*(np.arange(math.prod(shape_of(a))).reshape(shape_of(a)) for a in args))
    return [read_at(a, np.array(grid)) for a, grid in zip(args, grids, strict=True)]


def _block(arrays: Any) -> Meaning:
    leaves: list[Any] = []

    def numbered(item: Any) -> Any:
        if isinstance(item, list):
            return [numbered(part) for part in item]
        leaves.append(item)
        return len(leaves) - 1

    nested = numbered(arrays)

    def filled(item: Any, parts: Sequence[Any]) -> Any:
        return [filled(part, parts) for part in item] if isinstance(item, list) else parts[item]

    return gathered(lambda parts: np.block(filled(nested, parts)), leaves)


def _joined(owner: Any, key: Any) -> Meaning:
    """`np.r_[a, 1.0, b]` and `np.c_[a, b]`; slices stand for numbers, texts for the way of joining."""
    parts = [np.r_[part] if isinstance(part, slice) else part for part in
             (key if isinstance(key, tuple) else (key,))]  # fmt: skip
    arrays = [part for part in parts if not isinstance(part, str)]

    def join(positions: Sequence[Any]) -> Any:
        numbers = iter(positions)
        return owner[tuple([part if isinstance(part, str) else next(numbers) for part in parts])]

    return gathered(join, arrays)


def _kept(function: Any) -> Adapter:
    """Adapter for `function(condition, array, ...)`."""
    return lambda condition, a, *args, **kw: moved(lambda p: function(condition, p, *args, **kw))(a)


_ONE = (
    np.rot90, np.diagonal, np.ndarray.diagonal, np.rollaxis, np.delete, np.resize, np.atleast_3d,
    np.lib.stride_tricks.sliding_window_view, np.fft.fftshift, np.fft.ifftshift,
)  # fmt: skip
_SEVERAL = (np.split, np.array_split, np.hsplit, np.vsplit, np.dsplit, np.unstack)

MOVING: tuple[tuple[Any, Op, Adapter], ...] = (
    *((function, INDEX, moved(function)) for function in _ONE),
    *((function, INDEX, parted(function)) for function in _SEVERAL),
    (np.diagflat, INDEX, moved_among_zeros(np.diagflat)),
    (np.compress, INDEX, _kept(np.compress)),
    (
        np.ndarray.compress,
        INDEX,
        lambda a, condition, *args, **kw: _kept(np.compress)(condition, a, *args, **kw),
    ),
    (np.extract, INDEX, _kept(np.extract)),
    (np.dstack, INDEX, _dstack),
    (np.block, INDEX, _block),
    (type(np.r_).__getitem__, INDEX, _joined),
    (np.insert, INDEX, _insert),
    (np.meshgrid, INDEX, _meshgrid),
    (np.broadcast_arrays, INDEX, _broadcast_arrays),
    (np.lib.stride_tricks.as_strided, INDEX, _where_positions),
)
"""What users call, the operation it ends in, and the adapter."""
