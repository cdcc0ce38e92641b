"""Arrays that are written: which row an array has now, after the writes to it and to its views.

A written array is known by the array that owns its memory. Its buffer keeps the row from before the
writes and the list of writes; reading all of it makes one `assemble` row, reading the element last written
at a place gives the very row that was written, so that recurrences stay linear.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import as_strided
from numpy.typing import NDArray

from whygrad.ops import Slot

Array = NDArray[Any]
Position = tuple[int, ...]


def owner_of(array: Array) -> Array:
    """The array that owns the memory of a view."""
    base = array.base
    while base is not None:
        if isinstance(base, np.ndarray):
            array = base
        elif type(base).__name__ != "DummyArray":  # what stands between an array and its strided views
            break
        base = base.base
    return array


class Buffer:
    """The writes to one owner of memory since its last `assemble` row."""

    __slots__ = (
        "_memory", "adds", "array", "coverage", "depth", "dynamic", "keys", "row", "rows", "shape", "version",
        "views", "written",
    )  # fmt: skip

    def __init__(self, array: Array, row: int) -> None:
        self.array = array
        self.shape = array.shape
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
        self.adds = False
        """Are the pending writes additions?"""
        self.coverage: Coverage | None = None
        """What covers each entry; made when a piece that is no single place is first written or read."""

    def add(self, key: Any, row: int, dynamic: Sequence[int], whole: bool = True, adds: bool = False) -> None:
        """Note a write of `row` at `key`. `whole`: the row has the shape and dtype of what it is written to.
        With `adds` it is added there; then all pending writes are additions."""
        place = place_of(key)
        if self.coverage is None and (place is None or not whole or adds):
            self.coverage = Coverage(self.array, self._pending())
        self.adds = adds
        if self.coverage is not None:
            self.coverage.write(None if dynamic else key, row if whole and not adds else None)
        if place is None or adds:
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
        self.adds = False
        if self.coverage is not None:
            self.coverage.settle()

    def _pending(self) -> Iterator[tuple[Any, int | None]]:
        """The pending writes, as a coverage notes them: before there is one, all go to places or anywhere."""
        for key, row in zip(self.keys, self.rows, strict=True):
            anywhere = any(type(part) is Slot for part in (key if type(key) is tuple else (key,)))
            yield (None, None) if anywhere else (key, None if self.adds else row)

    def read(self, key: Any) -> tuple[int, Any] | None:
        """A row and the key that reads a piece from it (None: all of it); None where several writes meet."""
        if not self.keys:
            return self.row, key
        if self.coverage is None:
            self.coverage = Coverage(self.array, self._pending())
        found = self.coverage.source(key)
        return (self.row, key) if found == () else found  # type: ignore[return-value]

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


class Coverage:
    """Which pending write each entry of an array was last covered by, and what entry of it stands there.

    Pieces that are written and read one by one (the columns of a table, windows beside one another) are then
    read from the very row that was written: a loop of them takes time and memory of what it writes.
    """

    def __init__(self, array: Array, writes: Iterable[tuple[Any, int | None]]) -> None:
        self.serials = np.zeros(array.shape, np.int32)
        self.offsets = np.zeros(array.shape, np.int32)
        self.count = self.settled = 0
        self.rows: dict[int, tuple[int, tuple[int, ...]]] = {}
        """By number of the write its row and shape, where they can be read from."""
        for key, row in writes:
            self.write(key, row)

    def write(self, key: Any, row: int | None) -> None:
        """Note a write; without a key it may be anywhere, without a row it cannot be read from."""
        self.count += 1
        part = self.serials[...] if key is None else self.serials[key]
        shape = np.shape(part)
        self.serials[... if key is None else key] = self.count
        if row is not None and key is not None:
            self.offsets[key] = np.arange(part.size, dtype=np.int32).reshape(shape)
            self.rows[self.count] = row, shape

    def settle(self) -> None:
        """One row holds everything."""
        self.settled = self.count
        self.rows.clear()

    def source(self, key: Any) -> tuple[int, Any] | tuple[()] | None:
        """The row that covers a piece, and the key in it; () where no pending write does, None for more."""
        serials = np.asarray(self.serials[key])
        if not serials.size or serials.max() <= self.settled:
            return ()
        first = int(serials.flat[0])
        known = self.rows.get(first)
        if known is None or not (serials == first).all():
            return None
        row, shape = known
        places = np.asarray(self.offsets[key])
        if places.shape == shape and np.array_equal(places.reshape(-1), np.arange(places.size)):
            return row, None
        inner = block_key(places, shape)
        return None if inner is None or np.empty(shape)[inner].shape != places.shape else (row, inner)


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
