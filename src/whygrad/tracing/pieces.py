"""Reading and writing pieces of arrays: which row an array has now, what a read or a write adds to the table.

The real arrays get the concrete values, so that aliases and views behave as NumPy's; beside them `buffers`
remembers the rows. The values kept for rows of an array are copied before the array is first written.
"""

from __future__ import annotations

import operator
import threading
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from whygrad.errors import NoRuleError, Place, TraceError
from whygrad.graph import NO_PARAMS, GraphBuilder
from whygrad.ops import OPS, Keys, template
from whygrad.tracing.buffers import (
    Buffer,
    Position,
    block_key,
    normal_place,
    owner_of,
    place_of,
)
from whygrad.tracing.values import Traced, abstract, plain

INDEX, ASSEMBLE, ACCUMULATE = OPS["index"], OPS["assemble"], OPS["accumulate"]


class Pieces:
    """The part of a tracer that knows arrays and their pieces."""

    def __init__(self) -> None:
        self.builder = GraphBuilder()
        self.values: list[Any] = []
        self.buffers: dict[int, Buffer] = {}
        """Written arrays, by the id of the owner of their memory."""
        self.owners: dict[int, int] = {}
        """Row of each array that owns its memory, by id (`values` keeps the arrays alive)."""
        self.place_params: dict[int, int] = {}
        """Numbers of the parameters of reads at one place."""
        self.sharing: dict[int, list[int]] = {}
        """Rows of views, by the id of their owner: their values are copied before the owner is written."""
        self.exported: dict[int, Any] = {}
        """Arrays whose memory has been handed out, by id: values that depend on inputs cannot go there."""
        self.thread = threading.get_ident()
        self.stray: TraceError | None = None
        """Raised in another thread, for the trace to raise at its end."""

    if TYPE_CHECKING:  # what the whole tracer adds

        def row(self, value: Any) -> int: ...
        def constant(self, value: Any) -> int: ...
        def keep(self, row: int, value: Any) -> Traced: ...
        def opened(self, value: Any) -> Any: ...
        def snapshot(self, value: Any) -> Any: ...
        def array_of(self, items: Sequence[Any]) -> Any: ...
        def guard(self, traced: Traced, expected: Any) -> Any: ...
        def place(self) -> Place | None: ...
        def of_number(self, site: int, function: Any, value: Any, last: int, params: int = 0) -> Traced: ...
        def operate(
            self, site: int, function: Any, args: Sequence[Any], kwargs: Mapping[str, Any] = NO_PARAMS
        ) -> Any: ...

    def refuse_thread(self) -> None:
        """The rows of a trace are those of one thread."""
        self.stray = TraceError(
            "a value that depends on an input is computed with in another thread; whygrad follows one thread",
            hint="write the work as a loop; or start the threads outside, and differentiate in each",
            place=self.place(),
        )
        raise self.stray

    def is_buffer(self, value: Any) -> bool:
        return bool(self.buffers) and isinstance(value, np.ndarray) and id(owner_of(value)) in self.buffers

    def traced(self, value: Any) -> Any:
        """A written array as a traced value; anything else as it is."""
        if not self.is_buffer(value):
            return value
        traced = Traced(self, self.current_row(value), value)
        traced.version = self.buffers[id(owner_of(value))].version
        return traced

    # -- reading --

    def current_row(self, value: Any) -> int:
        """The row that a traced value or a written array has now."""
        array = plain(value)
        buffer = self.buffers.get(id(owner_of(array))) if isinstance(array, np.ndarray) else None
        if buffer is None:
            return int(value.row)
        if type(value) is Traced:
            if value.version != buffer.version or (value.version and buffer.is_whole(array)):
                value.row, value.version = self._row_of_view(buffer, array), buffer.version
            return value.row
        return self._row_of_view(buffer, array)

    def _row_of_view(self, buffer: Buffer, array: Any) -> int:
        if buffer.shape != buffer.array.shape:
            hint = "write x = x.reshape(...)"
            raise NoRuleError("the shape of a written array is set", hint=hint, place=self.place())
        whole = self._assembled(buffer)
        if buffer.is_whole(array):
            return whole
        layout = (array.__array_interface__["data"][0], array.shape, array.strides)
        known = buffer.views.get(layout)
        if known is None or known[0] != buffer.version:
            known = buffer.views[layout] = (buffer.version, self._read_view(buffer, whole, array))
        return known[1]

    def _read_view(self, buffer: Buffer, whole: int, array: Any) -> int:
        """Rows that read a view out of the array that owns its memory."""
        positions = buffer.positions(array)
        if positions is None:
            raise NoRuleError(
                "a view with another dtype of an array that depends on an input",
                hint="use x.astype(dtype) in place of x.view(dtype)",
                place=self.place(),
            )
        shape = buffer.array.shape
        key = block_key(positions, shape)
        if key is not None:
            read = self._piece(INDEX, buffer.array[key], [whole], {"key": key})
            if buffer.array[key].shape != array.shape:
                return self._piece(OPS["reshape"], array, [read], {"shape": array.shape})
            return read
        if (
            array.ndim > 1
            and (key := block_key(positions.T, shape))
            and buffer.array[key].shape == array.T.shape
        ):
            return self._piece(
                OPS["transpose"], array, [self._piece(INDEX, buffer.array[key], [whole], {"key": key})], {}
            )
        key, dynamic = template(tuple(np.unravel_index(positions, shape)))
        return self._piece(INDEX, array, [whole, *map(self.row, dynamic)], {"key": key})

    def _piece(self, op: Any, value: Any, rows: Sequence[int], params: Any) -> int:
        """A row whose value is a copy of a piece of a written array."""
        row = self.builder.add(op, rows, abstract(value), params)
        self.values.append(
            self.snapshot(np.asarray(value))[()] if np.ndim(value) == 0 else self.snapshot(value)
        )
        return row

    def _assembled(self, buffer: Buffer) -> int:
        """The row of a whole buffer: one `assemble` for all writes pending."""
        if buffer.keys:
            rows = [buffer.row, *buffer.rows, *buffer.dynamic]
            op = ACCUMULATE if buffer.adds else ASSEMBLE
            row = self.builder.add(op, rows, abstract(buffer.array), {"keys": Keys(buffer.keys)})
            self.values.append(self.snapshot(buffer.array))
            buffer.settle(row)
        return buffer.row

    def getitem(self, site: int, owner: Any, key: Any) -> Any:
        """`owner[key]` where one of the two is traced, or `owner` has been written."""
        if site:
            self.builder.current_site = site
        array = owner.value if type(owner) is Traced else owner
        if type(key) is int and type(array) is np.ndarray and array.ndim == 1 and not self.is_buffer(array):
            return self._read_number(site, owner, array[key], key)
        if not isinstance(plain(array), np.ndarray):
            return array[self.key_of_container(key)]
        key = self.key_of_array(key)
        value = self.opened(array)[self.opened(key)]
        if self.buffers:
            buffer = self.buffers.get(id(owner_of(plain(array))))
            if buffer is not None and buffer.is_whole(plain(array)):
                place = place_of(normal_place(whole_numbers(key), plain(array).shape))
                if place is not None:
                    return self._read_place(buffer, place, value)
                if is_block(key):
                    found = buffer.read(whole_numbers(key))
                    if found is not None:
                        return self._read_block(buffer, *found, value)
        stated, dynamic = template(whole_numbers(key))
        return self._read(self.row(owner), value, stated, dynamic)

    def key_of_array(self, key: Any) -> Any:
        """A key with arrays for lists and ranges: `probs[range(N), y]`."""
        if type(key) is tuple and any(type(k) is range for k in key):
            return tuple([np.array(k) if type(k) is range else k for k in key])
        if type(key) is list:
            return self.array_of(key)
        return np.array(key) if type(key) is range else key

    def _read_number(self, site: int, owner: Any, value: Any, key: int) -> Traced:
        """The short way for `x[i]`, the commonest read of all."""
        params = self.place_params.get(key)
        if params is None:
            params = self.place_params[key] = self.builder.tables.params.append(
                MappingProxyType({"key": key})
            )
        return self.of_number(site, operator.getitem, value, self.row(owner), params)

    def _read_place(self, buffer: Buffer, place: Position, value: Any) -> Traced:
        """Read one place of a written array: the very row that was written there, if there is one."""
        row = buffer.written.get(place)
        if row is None:
            if not buffer.untouched(place):
                found = buffer.read(place)
                if found is not None:
                    return self._read_block(buffer, *found, value)
            base = buffer.row if buffer.untouched(place) else self._assembled(buffer)
            return self._read(base, value, place if len(place) > 1 else place[0], ())
        traced = Traced(self, row, value)
        traced.version = buffer.version
        return traced

    def _read_block(self, buffer: Buffer, row: int, key: Any, value: Any) -> Traced:
        """Read a piece of one row: of what was written there, or of what was there before."""
        if key is not None:
            return self._read(row, value, key, ())
        traced = Traced(self, row, value)
        traced.version = buffer.version
        return traced

    def _read(self, row: int, value: Any, stated: Any, dynamic: Sequence[Any]) -> Traced:
        params: dict[str, Any] = {"key": stated}
        rows = [row]
        for index in dynamic:
            rows.append(self.row(index))
            if getattr(plain(index), "dtype", None) == np.bool_:
                params["shape"] = np.shape(plain(value))
                if type(index) is Traced:
                    self.guard(index, plain(index))  # how many entries there are depends on it
        return self.keep(self.builder.add(INDEX, rows, abstract(value), params), value)

    def key_of_container(self, key: Any) -> Any:
        """A key for a list or a dict: what it depends on is guarded."""
        if type(key) is Traced:
            return key.tracer.guard(key, plain(key))
        if type(key) is slice:
            return slice(*[self.key_of_container(k) for k in (key.start, key.stop, key.step)])
        return tuple([self.key_of_container(k) for k in key]) if type(key) is tuple else key


def is_block(key: Any) -> bool:
    """Whole numbers, slices of them, `...` and None: what NumPy reads as a view, if it reads an array."""
    return all(_is_plain_part(part) for part in (key if type(key) is tuple else (key,)))


def _is_plain_part(part: Any) -> bool:
    if type(part) is slice:
        return all(b is None or type(b) is int for b in (part.start, part.stop, part.step))
    return part is None or part is Ellipsis or type(part) is int or isinstance(part, np.integer)


def plain_key(key: Any) -> Any:
    """A key without traced values."""
    if type(key) is slice:
        return slice(*[plain(k) for k in (key.start, key.stop, key.step)])
    return tuple([plain_key(k) for k in key]) if type(key) is tuple else plain(key)


def whole_numbers(key: Any) -> Any:
    """NumPy's whole numbers in a key as Python's; a range as the indices that it stands for."""
    if type(key) is tuple:
        return tuple([whole_numbers(k) for k in key])
    if type(key) is range:
        return np.array(key, dtype=np.intp)
    return int(key) if isinstance(key, np.integer) else key
