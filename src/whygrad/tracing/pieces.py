"""Reading and writing pieces of arrays: which row an array has now, what a read or a write adds to the table.

The real arrays get the concrete values, so that aliases and views behave as NumPy's; beside them `buffers`
remembers the rows. The values kept for rows of an array are copied before the array is first written.
"""

from __future__ import annotations

import operator
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from whygrad.errors import NoRuleError, Place
from whygrad.graph import NO_PARAMS, GraphBuilder
from whygrad.ops import OPS, Keys, lookup, template
from whygrad.tracing.buffers import (
    Buffer,
    Position,
    block_key,
    is_everything,
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
            row = self.builder.add(ASSEMBLE, rows, abstract(buffer.array), {"keys": Keys(buffer.keys)})
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
        key = self._key(key)
        value = self.opened(array)[self.opened(key)]
        if self.buffers:
            buffer = self.buffers.get(id(owner_of(plain(array))))
            if buffer is not None and buffer.is_whole(plain(array)):
                place = place_of(normal_place(_whole_numbers(key), plain(array).shape))
                if place is not None:
                    return self._read_place(buffer, place, value)
        stated, dynamic = template(_whole_numbers(key))
        return self._read(self.row(owner), value, stated, dynamic)

    def _key(self, key: Any) -> Any:
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
            base = buffer.row if buffer.untouched(place) else self._assembled(buffer)
            return self._read(base, value, place if len(place) > 1 else place[0], ())
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

    # -- writing --

    def buffer(self, array: Any) -> Buffer:
        """The buffer of an array's memory, which is about to be written."""
        owner = owner_of(array)
        found = self.buffers.get(id(owner))
        if found is None:
            row = self.owners.get(id(owner))
            if row is None:
                row = self.constant(self.snapshot(owner))
            elif plain(self.values[row]) is owner:
                self.values[row] = self.snapshot(self.values[row])
            found = self.buffers[id(owner)] = Buffer(owner, row)
            for shared in self.sharing.pop(id(owner), ()):
                self.values[shared] = self.snapshot(self.values[shared])
        return found

    def setitem(self, site: int, value: Any, owner: Any, key: Any) -> None:
        """`owner[key] = value` where one of the three is traced, or `owner` has been written."""
        if site:
            self.builder.current_site = site
        array = plain(owner)
        if type(key) is int and type(value) is Traced and self._write_number(owner, key, value):
            return
        if not isinstance(array, np.ndarray):
            target = owner.value if type(owner) is Traced else owner
            target[self.key_of_container(key)] = value
            return
        key = self._key(key)
        if type(value) in (list, tuple):
            value = self.array_of(value)
        row = self.row(value)
        buffer = self.buffer(array)
        self._write_below(owner, key, value)
        self._write(buffer, array, key, row)

    def _write_number(self, owner: Any, key: int, value: Traced) -> bool:
        """The short way for `out[i] = number`, the commonest write of all, from its second time on."""
        buffer = self.buffers.get(id(owner))
        number = value.value
        if buffer is None or buffer.array.ndim != 1 or owner.dtype != np.float64 or value.tracer is not self:
            return False
        if type(number) is not float and type(number) is not np.float64:
            return False
        owner[key] = number
        buffer.add(key if key >= 0 else key + len(owner), value.row, ())
        return True

    def _write_below(self, owner: Any, key: Any, value: Any) -> None:
        """The write itself; where an outer trace takes part, through that."""
        target, key, value = self.opened(owner), self.opened(key), self.opened(value)
        outer = [v for v in (target, value, *(key if type(key) is tuple else (key,))) if type(v) is Traced]
        if outer:
            max(outer, key=lambda v: v.tracer.serial).tracer.setitem(0, value, target, key)
        else:
            target[key] = value

    def _write(self, buffer: Buffer, array: Any, key: Any, row: int) -> None:
        """Note that `row` has been written at a key of an array."""
        if buffer.is_whole(array):
            if is_everything(key) and self.builder.abstract(row).shape == array.shape:
                buffer.replace(self._converted(row, array))
                return None
            stated = normal_place(_whole_numbers(key), array.shape)
            if place_of(stated) is not None:
                parts = stated if type(stated) is tuple else (stated,)
                if len(parts) == array.ndim or self.builder.abstract(row).shape == array.shape[len(parts) :]:
                    row = self._converted(row, array)
                    return buffer.add(stated, row, ())
                buffer.add(stated, row, ())
                buffer.written.clear()  # the row is stretched: reading gives another shape
                buffer.depth = -1
                return None
            stated, dynamic = template(stated, len(buffer.dynamic))
            return buffer.add(stated, row, [self.row(d) for d in dynamic])
        positions = buffer.positions(array)
        if positions is None:
            raise NoRuleError("a write through a view with another dtype", place=self.place())
        where = np.asarray(positions[plain_key(key)])
        for part in key if type(key) is tuple else (key,):
            if type(part) is Traced:
                self.guard(part, plain(part))
        shape = buffer.array.shape
        block = block_key(where, shape)
        if block is not None and buffer.array[block].shape == where.shape:
            if place_of(block) is not None and not where.ndim:
                row = self._converted(row, array)
            return buffer.add(block, row, ())
        if not where.size:
            return None
        stated, dynamic = template(tuple(np.unravel_index(where, shape)), len(buffer.dynamic))
        return buffer.add(stated, row, [self.row(d) for d in dynamic])

    def _converted(self, row: int, array: Any) -> int:
        """The row in the dtype of the array it is written to. Python floats stand for float64 as they are."""
        have = self.builder.abstract(row).dtype
        if have == array.dtype or (have is float and array.dtype == np.float64):
            return row
        value = self.values[row]
        if type(value) is Traced:
            value = value.tracer.operate(0, np.ndarray.astype, (value, array.dtype))
        else:
            value = np.asarray(value).astype(array.dtype)[()]
        result = self.builder.add(OPS["astype"], [row], abstract(value), {"dtype": array.dtype})
        self.values.append(value)
        return result

    def in_place(self, site: int, function: Any, target: Any, value: Any) -> Any:
        """`target += value` and its kin: arrays are changed where they are, numbers made anew."""
        if site:
            self.builder.current_site = site
        array = plain(target)
        known = lookup(function)
        if not isinstance(array, np.ndarray) or known is None:
            return self.operate(site, function, (target, value))
        if type(value) in (list, tuple):
            value = self.array_of(value)
        rows = [self.row(target), self.row(value)]
        result_of = self._result_of(target, value, array)
        made = None
        if result_of.dtype != array.dtype:  # NumPy computes in the wider dtype, then converts
            made = known.op.value(self.values[rows[0]], self.opened(value))
        buffer = self.buffer(array)
        below = self.opened(target), self.opened(value)
        outer = [v for v in below if type(v) is Traced]
        if outer:
            max(outer, key=lambda v: v.tracer.serial).tracer.in_place(0, function, *below)
        else:
            function(*below)
        result = self.builder.add(known.op, rows, result_of, {})
        self.values.append(self.snapshot(array) if made is None else made)
        self._write(buffer, array, Ellipsis, self._converted(result, array))
        return target

    def _result_of(self, target: Any, value: Any, array: Any) -> Any:
        """Shape and dtype before the result is converted to the array's."""
        from_types = [abstract(target), abstract(value)]
        kinds = [
            np.ones((), f.dtype)[()] if isinstance(f.dtype, np.dtype) else f.dtype(1) for f in from_types
        ]
        dtype = np.result_type(*kinds)
        return abstract(array)._replace(dtype=array.dtype if dtype.kind == array.dtype.kind == "i" else dtype)

    def add_at(self, function: Any, target: Any, key: Any, value: Any) -> None:
        """`np.add.at(target, key, value)` and `np.subtract.at`."""
        ufunc = function.__self__
        if ufunc not in (np.add, np.subtract):
            raise NoRuleError(f"`numpy.{ufunc.__name__}.at` has no derivative rule", place=self.place())
        array = plain(target)
        if type(key) is list:
            key = self.array_of(key)
        if type(value) in (list, tuple):
            value = self.array_of(value)
        added = (
            value
            if ufunc is np.add
            else self.operate(0, np.negative, (value,))
            if type(value) is Traced
            else -value
        )
        stated, dynamic = template(_whole_numbers(key))
        rows = [self.row(target), self.row(added), *[self.row(d) for d in dynamic]]
        buffer = self.buffer(array)
        below = self.opened(target), self.opened(key), self.opened(value)
        outer = [v for v in below if type(v) is Traced]
        if outer:
            max(outer, key=lambda v: v.tracer.serial).tracer.add_at(function, *below)
        else:
            function(*below)
        row = self.builder.add(ACCUMULATE, rows, abstract(array), {"keys": Keys((stated,))})
        self.values.append(self.snapshot(array))
        self._write(buffer, array, Ellipsis, row)


def plain_key(key: Any) -> Any:
    """A key without traced values."""
    if type(key) is slice:
        return slice(*[plain(k) for k in (key.start, key.stop, key.step)])
    return tuple([plain_key(k) for k in key]) if type(key) is tuple else plain(key)


def _whole_numbers(key: Any) -> Any:
    """NumPy's whole numbers in a key as Python's; a range as the indices that it stands for."""
    if type(key) is tuple:
        return tuple([_whole_numbers(k) for k in key])
    if type(key) is range:
        return np.array(key, dtype=np.intp)
    return int(key) if isinstance(key, np.integer) else key
