"""Writing pieces of arrays: what a write adds to the table, and the write itself.

The writes to an array wait in its buffer; they become one row when all of the array is read.
"""

from __future__ import annotations

import mmap
from typing import Any

import numpy as np

from whygrad.errors import NoRuleError
from whygrad.ops import OPS, Keys, lookup, template
from whygrad.tracing.buffers import Buffer, block_key, is_everything, normal_place, owner_of, place_of
from whygrad.tracing.pieces import ACCUMULATE, Pieces, plain_key, whole_numbers
from whygrad.tracing.values import Traced, abstract, plain

FOREIGN = (memoryview, bytearray, mmap.mmap, np.nditer)
"""Owners of memory that are no arrays."""


class Stores(Pieces):
    """The part of a tracer that writes pieces of arrays."""

    def buffer(self, array: Any) -> Buffer:
        """The buffer of an array's memory, which is about to be written."""
        owner = owner_of(array)
        found = self.buffers.get(id(owner))
        if found is None:
            self._refuse_foreign(owner)
            row = self.owners.get(id(owner))
            if row is None:
                row = self.constant(self.snapshot(owner))
            elif plain(self.values[row]) is owner:
                self.values[row] = self.snapshot(self.values[row])
            found = self.buffers[id(owner)] = Buffer(owner, row)
            for shared in self.sharing.pop(id(owner), ()):
                self.values[shared] = self.snapshot(self.values[shared])
        return found

    def _refuse_foreign(self, owner: Any) -> None:
        """Memory that others read or write out of sight cannot hold what depends on an input."""
        if isinstance(owner.base, FOREIGN) or id(owner) in self.exported:
            raise NoRuleError(
                "a value that depends on an input is written to memory that is read elsewhere "
                "(a memoryview, a bytearray, np.frombuffer, np.nditer)",
                hint="write it to an array made with np.zeros, by x[i] = value",
                place=self.place(),
            )

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
        key = self.key_of_array(key)
        if type(value) in (list, tuple):
            value = self.array_of(value)
        row = self.row(value)
        buffer = self.buffer(array)
        self._settle(buffer, adds=False)
        self._write_below(owner, key, value)
        self._write(buffer, array, key, row)

    def _settle(self, buffer: Buffer, adds: bool) -> None:
        """Before a write of the other kind: the pending ones become a row."""
        if buffer.keys and buffer.adds is not adds:
            self._assembled(buffer)

    def add_block(self, site: int, value: Any, owner: Any, key: Any) -> bool:
        """`owner[key] += value` for a block of an array, as a pending addition: many cost what they add."""
        array = plain(owner)
        if array.dtype.kind != "f" or np.result_type(plain(value)).kind not in "fiu":
            return False
        if site:
            self.builder.current_site = site
        row = self.row(value)
        buffer = self.buffer(array)
        if not buffer.is_whole(array):
            return False
        self._settle(buffer, adds=True)
        below = self.opened(owner), self.opened(value)
        outer = [v for v in below if type(v) is Traced]
        if outer:
            max(outer, key=lambda v: v.tracer.serial).tracer.add_block(0, below[1], below[0], key)
        else:
            below[0][key] += below[1]
        buffer.add(whole_numbers(key), row, (), adds=True)
        return True

    def _write_number(self, owner: Any, key: int, value: Traced) -> bool:
        """The short way for `out[i] = number`, the commonest write of all, from its second time on."""
        buffer = self.buffers.get(id(owner))
        number = value.value
        if buffer is None or buffer.array.ndim != 1 or owner.dtype != np.float64 or value.tracer is not self:
            return False
        if (type(number) is not float and type(number) is not np.float64) or buffer.adds:
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
            stated = normal_place(whole_numbers(key), array.shape)
            if place_of(stated) is not None:
                parts = stated if type(stated) is tuple else (stated,)
                if len(parts) == array.ndim or self.builder.abstract(row).shape == array.shape[len(parts) :]:
                    row = self._converted(row, array)
                    return buffer.add(stated, row, ())
                buffer.add(stated, row, (), whole=False)
                buffer.written.clear()  # the row is stretched: reading gives another shape
                buffer.depth = -1
                return None
            stated, dynamic = template(stated, len(buffer.dynamic))
            whole = not dynamic and self._fills(row, array[stated])
            return buffer.add(stated, row, [self.row(d) for d in dynamic], whole)
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
            return buffer.add(block, row, (), self._fills(row, buffer.array[block]))
        if not where.size:
            return None
        stated, dynamic = template(tuple(np.unravel_index(where, shape)), len(buffer.dynamic))
        return buffer.add(stated, row, [self.row(d) for d in dynamic])

    def _fills(self, row: int, part: Any) -> bool:
        """Is a row all that a part of an array holds after it has been written there?"""
        have = self.builder.abstract(row)
        return have.shape == np.shape(part) and (have.dtype == part.dtype or have.dtype is float)

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
        key = self.key_of_array(key)
        if type(value) in (list, tuple):
            value = self.array_of(value)
        added = (
            value
            if ufunc is np.add
            else self.operate(0, np.negative, (value,))
            if type(value) is Traced
            else -value
        )
        row = self.row(added)
        buffer = self.buffer(array)
        if buffer.is_whole(array):
            self._settle(buffer, adds=True)
            stated, dynamic = template(whole_numbers(key), len(buffer.dynamic))
            buffer.add(stated, row, [self.row(d) for d in dynamic], adds=True)
            return self._add_below(function, target, key, value)
        stated, dynamic = template(whole_numbers(key))
        rows = [self.row(target), row, *[self.row(d) for d in dynamic]]
        self._add_below(function, target, key, value)
        row = self.builder.add(ACCUMULATE, rows, abstract(array), {"keys": Keys((stated,))})
        self.values.append(self.snapshot(array))
        return self._write(buffer, array, Ellipsis, row)

    def _add_below(self, function: Any, target: Any, key: Any, value: Any) -> None:
        """The addition itself; where an outer trace takes part, through that."""
        below = self.opened(target), self.opened(key), self.opened(value)
        outer = [v for v in below if type(v) is Traced]
        if outer:
            max(outer, key=lambda v: v.tracer.serial).tracer.add_at(function, *below)
        else:
            function(*below)
