"""Arrays that are written: which row an array has now, after the writes to it and to its views.

A written array is known by the array that owns its memory. Its buffer keeps the row from before the
writes and the list of writes; reading all of it makes one `assemble` row, reading the element last written
at a place gives the very row that was written, so that recurrences stay linear.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import as_strided
from numpy.typing import NDArray

Array = NDArray[Any]
Position = tuple[int, ...]


def owner_of(array: Array) -> Array:
    """The array that owns the memory of a view."""
    while isinstance(array.base, np.ndarray):
        array = array.base
    return array


class Buffer:
    """The writes to one owner of memory since its last `assemble` row."""

    __slots__ = ("_memory", "array", "depth", "dynamic", "keys", "row", "rows", "version", "views", "written")

    def __init__(self, array: Array, row: int) -> None:
        self.array = array
        self.row = row
        """The array's row without the pending writes."""
        self.keys: list[Any] = []
        self.rows: list[int] = []
        self.dynamic: list[int] = []
        self.written: dict[Position, int] = {}
        """Row of what stands at a place, for places all of one depth."""
        self.depth = 0
        """Length of the places pending; -1 when some pending write is no single place; 0 when none is."""
        self.version = 1
        self.views: dict[Any, tuple[int, int]] = {}
        """Rows of views already read: layout -> (version, row)."""
        self._memory: Array | None = None

    def add(self, key: Any, row: int, dynamic: Sequence[int]) -> None:
        """Note a write of `row` at `key`."""
        place = place_of(key)
        if place is None:
            self.written.clear()
            self.depth = -1
        else:
            if self.written and len(next(iter(self.written))) != len(place):
                self.written.clear()
                self.depth = -1 if self.keys else 0
            self.written[place] = row
            self.depth = len(place) if self.depth in (0, len(place)) else -1
        self.keys.append(key)
        self.rows.append(row)
        self.dynamic.extend(dynamic)
        self.version += 1

    def replace(self, row: int) -> None:
        """All of the array has been written: earlier writes do not matter any more."""
        self.settle(row)
        self.written.clear()
        self.version += 1

    def settle(self, row: int) -> None:
        """`row` holds the array with all pending writes."""
        self.row = row
        self.keys, self.rows, self.dynamic, self.depth = [], [], [], 0

    def untouched(self, place: Position) -> bool:
        """Does the row without the pending writes hold what stands at a place?"""
        return not self.keys or (self.depth == len(place) and place not in self.written)

    def is_whole(self, array: Array) -> bool:
        own = self.array
        return array is own or (
            array.shape == own.shape and array.strides == own.strides and array.dtype == own.dtype
            and array.ctypes.data == own.ctypes.data
        )  # fmt: skip

    def positions(self, view: Array) -> NDArray[np.int64] | None:
        """Flat positions (C order) in the owner of the entries of a view; None where items are cut up."""
        own, item = self.array, self.array.itemsize
        if view.dtype != own.dtype:
            return None
        if self._memory is None:
            numbers: NDArray[np.int64] = np.empty_like(own, dtype=np.int64, subok=False)
            numbers[...] = np.arange(own.size).reshape(own.shape)
            self._memory = numbers.ravel(order="K")
        offset = (_address(view) - _address(own)) // item
        strides = tuple(s // item * self._memory.itemsize for s in view.strides)
        if not view.size:
            return np.empty(view.shape, np.int64)
        return np.array(as_strided(self._memory[offset:], view.shape, strides))


def _address(array: Array) -> int:
    return int(array.__array_interface__["data"][0])


def place_of(key: Any) -> Position | None:
    """The key as non-negative ints, or None."""
    parts = key if type(key) is tuple else (key,)
    for part in parts:
        if type(part) is not int or part < 0:
            return None
    return parts


def normal_place(key: Any, shape: tuple[int, ...]) -> Any:
    """A key of ints with the negative ones counted from the front; other keys as they are."""
    parts = key if type(key) is tuple else (key,)
    if len(parts) > len(shape) or not all(type(part) is int for part in parts):
        return key
    counted = tuple([part + n if part < 0 else part for part, n in zip(parts, shape, strict=False)])
    return counted if type(key) is tuple else counted[0]


def is_everything(key: Any) -> bool:
    """`...` or `:` for all axes."""
    parts = key if type(key) is tuple else (key,)
    return all(part is Ellipsis or (type(part) is slice and part == slice(None)) for part in parts)


def block_key(positions: NDArray[np.int64], shape: tuple[int, ...]) -> tuple[Any, ...] | None:
    """Ints and slices that read these positions, in this order, from an array of this shape; None if none do.

    The shape of what they read may differ by axes of length 1, or by a reshape.
    """
    if not positions.size or not shape:
        return None
    key: list[Any] = []
    for coordinates, size in zip(np.unravel_index(positions, shape), shape, strict=True):
        kinds = np.unique(coordinates)
        first, last = int(kinds[0]), int(kinds[-1])
        if len(kinds) == 1:
            key.append(first)
            continue
        step = int(kinds[1]) - first
        if coordinates.flat[0] == last:
            key.append(slice(last, first - 1 if first else None, -step))
        else:
            key.append(
                slice(first or None, None if last + step >= size else last + 1, None if step == 1 else step)
            )
    read = np.arange(int(np.prod(shape))).reshape(shape)[tuple(key)]
    return (
        tuple(key)
        if read.size == positions.size and np.array_equal(read.ravel(), positions.ravel())
        else None
    )
