"""The tracer: runs what the user's code runs, on the same values, and appends a row for each operation."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from whygrad.errors import LimitError, NoRuleError, Place, TraceError
from whygrad.graph import CONSTANT, INPUT, NO_PARAMS, Abstract, GraphBuilder, Op
from whygrad.ops import OPS, Call, Keys, lookup, template
from whygrad.source import site as site_of
from whygrad.tracing.slice.buffers import Buffer, is_everything, normal_place, owner_of, place_of
from whygrad.tracing.slice.values import Traced, abstract, plain

ACTIVE = threading.local()
"""`.tracers`: the tracers running in this thread, outermost first."""


def active() -> Tracer | None:
    """The innermost tracer of this thread."""
    tracers = getattr(ACTIVE, "tracers", None)
    return tracers[-1] if tracers else None


def opened(value: Any, tracer: Tracer) -> Any:
    """A value as the plain run has it: traced leaves of this tracer replaced by what they hold."""
    kind = type(value)
    if kind is Traced:
        return value.value if value.tracer is tracer else value
    if kind is list or kind is tuple:
        return kind([opened(v, tracer) for v in value])
    if kind is dict:
        return {k: opened(v, tracer) for k, v in value.items()}
    if kind is slice:
        return slice(*(opened(v, tracer) for v in (value.start, value.stop, value.step)))
    return value


def innermost(values: Any, found: Tracer | None = None) -> Tracer | None:
    """The tracer that began last, among those of the traced values in nested lists and tuples."""
    for value in values:
        kind = type(value)
        if kind is Traced:
            if found is None or value.tracer.level > found.level:
                found = value.tracer
        elif kind is list or kind is tuple:
            found = innermost(value, found)
        elif kind is slice:
            found = innermost((value.start, value.stop, value.step), found)
    return found


class Tracer:
    """One trace. It belongs to one thread; traces within traces have higher levels."""

    def __init__(self, lenient: bool = False, seconds: float | None = None) -> None:
        self.builder = GraphBuilder()
        self.values: list[Any] = []
        self.buffers: dict[int, Buffer] = {}
        """Written arrays, by the id of the owner of their memory."""
        self.rows_of_owner: dict[int, tuple[Any, int]] = {}
        self.sharing: dict[int, list[int]] = {}
        """Rows whose stored value shares memory with an owner: copied before it is written."""
        self.constants: dict[Any, int] = {}
        self.arrays: dict[int, tuple[Any, int]] = {}
        self.lenient, self.notes = lenient, list[str]()
        self.recorder: Any = None
        self.deadline = None if seconds is None else time.monotonic() + seconds
        self.level = 0

    def __enter__(self) -> Tracer:
        tracers = ACTIVE.__dict__.setdefault("tracers", [])
        self.level = tracers[-1].level + 1 if tracers else 1
        tracers.append(self)
        return self

    def __exit__(self, *_: Any) -> None:
        ACTIVE.tracers.pop()

    # -- rows --

    def input(self, value: Any, name: str) -> Traced:
        """An input row. Arrays are copied, so that the caller's stay as they are."""
        if isinstance(value, np.ndarray):
            value = value.copy()
        row = self.builder.add(INPUT, (), abstract(value))
        self.builder.name_row(row, name)
        return self._keep(row, value)

    def row(self, value: Any) -> int:
        """The row that holds a value now; a new constant row for what depends on no input."""
        kind = type(value)
        if kind is Traced and value.tracer is self:
            if self.buffers and isinstance(value.value, np.ndarray):
                buffer = self.buffers.get(id(owner_of(value.value)))
                if buffer is not None and value.version < buffer.version:
                    return self._current(buffer, value.value)
            return int(value.row)
        if kind is float or kind is int or kind is bool:
            key = (kind, value) if value else (kind, str(value))
            found = self.constants.get(key)
            if found is None:
                found = self.constants[key] = self._constant(value)
            return found
        if kind is list or kind is tuple:
            return self.row(self.array_of(value))
        if isinstance(value, np.ndarray):
            return self._row_of_array(value)
        return self._constant(value)

    def _constant(self, value: Any) -> int:
        row = self.builder.add(CONSTANT, (), abstract(value), {"value": value})
        self.values.append(value)
        return row

    def _row_of_array(self, array: Any) -> int:
        owner = owner_of(array)
        buffer = self.buffers.get(id(owner))
        if buffer is not None:
            return self._current(buffer, array)
        known = self.arrays.get(id(array))
        if known is None:
            known = self.arrays[id(array)] = (array, self._constant(array.copy()))
        return known[1]

    def _keep(self, row: int, value: Any, version: int | None = None) -> Traced:
        self.values.append(value)
        traced = Traced(self, row, value)
        if isinstance(value, np.ndarray):
            owner = owner_of(value)
            buffer = self.buffers.get(id(owner))
            traced.version = buffer.version if buffer else 1
            if value is owner:
                self.rows_of_owner[id(owner)] = (owner, row)
            elif id(owner) not in self.rows_of_owner and buffer is None:
                # A view of something nobody else can reach: the copy makes the value its own owner.
                traced.value = self.values[-1] = value.copy(order="K")
                self.rows_of_owner[id(traced.value)] = (traced.value, row)
                owner = traced.value
            self.sharing.setdefault(id(owner), []).append(row)
        return traced

    def emit(self, op: Op, value: Any, args: Sequence[Any], params: Mapping[str, Any] = NO_PARAMS) -> Traced:
        """Append the row `op(*args, **params)` whose value is known."""
        rows = [self.row(a) for a in args]
        row = self.builder.add(op, rows, abstract(value), params)
        return self._keep(row, value)

    # -- calls --

    def operate(
        self, site: int, function: Any, args: Sequence[Any], kwargs: Mapping[str, Any] = NO_PARAMS
    ) -> Any:
        """Call a function of the user's with traced arguments."""
        inner = innermost(args) or self
        if inner.level > self.level:
            return inner.operate(site, function, args, kwargs)
        if site:
            self.builder.current_site = site
        from whygrad.tracing.slice.calls import SPECIAL

        special = SPECIAL.get(function) if _hashable(function) else None
        if special is not None:
            return special(self, args, kwargs)
        found = lookup(function)
        if found is None:
            return self._unknown(function, args, kwargs)
        return self._known(found, function, args, kwargs)

    def _known(self, found: Call, function: Any, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
        value = function(*opened(tuple(args), self), **opened(dict(kwargs), self))
        if value is NotImplemented:
            return value
        try:
            arguments, params = found.bind(*args, **kwargs)
        except TypeError as error:
            return self._refused(str(error), "leave the option out", value)
        arguments = [self.array_of(a) if type(a) in (list, tuple) else a for a in arguments]
        params = {k: self._settled(v) for k, v in params.items()}
        return self.emit(found.op, value, arguments, params)

    def _settled(self, value: Any) -> Any:
        """A parameter: traced numbers become what they are, and a guard."""
        if type(value) is Traced:
            return self.guarded(value, plain(value))
        if type(value) is tuple:
            return tuple([self._settled(v) for v in value])
        return value

    def apply(self, op: Op, args: Sequence[Any], params: Mapping[str, Any]) -> Any:
        inner = innermost(args) or self
        return inner.emit(op, op.value(*opened(tuple(args), inner), **params), args, params)

    def _unknown(self, function: Any, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
        name = getattr(function, "__qualname__", None) or getattr(function, "__name__", repr(function))
        value = function(*opened(tuple(args), self), **opened(dict(kwargs), self))
        return self._refused(
            f"{name} has no derivative rule, and a value that depends on an input goes into it",
            "write it with NumPy operations that `whygrad` knows, or hand its result in as an input",
            value,
        )

    def _refused(self, message: str, hint: str, value: Any) -> Any:
        harmless = value is None or isinstance(value, bool | int | str | np.bool_ | np.integer)
        if harmless or (isinstance(value, np.ndarray) and value.dtype.kind in "biuSU"):
            return value
        if self.lenient:
            note = f"{self.place()}: {message}" if self.place() else message
            if note not in self.notes:
                self.notes.append(note)
            return value
        raise NoRuleError(message, hint=hint, place=self.place())

    def place(self) -> Place | None:
        number = self.builder.current_site
        return site_of(number).place if number else None

    def guarded(self, traced: Traced, expected: Any) -> Any:
        """Note that the run depended on this value."""
        self.builder.guard(self.row(traced), expected)
        return expected

    def tick(self) -> None:
        """Stop a run that passed its time."""
        if self.deadline is not None and time.monotonic() > self.deadline:
            raise LimitError("the script ran longer than its limit", place=self.place())

    def array_of(self, items: Sequence[Any]) -> Any:
        """An array of nested lists with traced leaves."""
        values = np.array(_deep(items))
        flat: list[Any] = []
        _leaves(items, flat)
        if not any(type(leaf) is Traced or self.is_buffer(leaf) for leaf in flat):
            return values
        if all(np.ndim(plain(leaf)) == 0 for leaf in flat):
            kinds = [leaf for leaf in flat]
            op = lookup(np.stack)
            assert op is not None
            arguments, params = op.bind(kinds)
            joined = self.emit(op.op, values.reshape(-1), arguments, params)
            return joined if values.ndim == 1 else self.operate(0, np.reshape, (joined, values.shape))
        return self.operate(
            0, np.stack, ([self.array_of(i) if type(i) in (list, tuple) else i for i in items],)
        )

    def traced(self, value: Any) -> Any:
        """A traced twin of an array that was written; other values as they are."""
        if not self.is_buffer(value):
            return value
        return self._forward(self.row(value), value)

    def forget(self, array: Any) -> None:
        """A plain array is written with plain values: its constant row holds no more."""
        if self.arrays:
            owner = owner_of(array)
            for key in [k for k, (known, _) in self.arrays.items() if owner_of(known) is owner]:
                del self.arrays[key]

    def is_buffer(self, value: Any) -> bool:
        return bool(self.buffers) and isinstance(value, np.ndarray) and id(owner_of(value)) in self.buffers

    # -- reading and writing pieces --

    def getitem(self, site: int, owner: Any, key: Any) -> Any:
        inner = innermost((owner, key)) or self
        if inner.level > self.level:
            return inner.getitem(site, owner, key)
        if site:
            self.builder.current_site = site
        array = owner.value if type(owner) is Traced and owner.tracer is self else owner
        if not isinstance(array, np.ndarray | np.generic | Traced):
            return array[self._whole(key)]
        if type(key) is list:
            key = self.array_of(key)
        value = array[opened(key, self)]
        if isinstance(array, np.ndarray) and self.buffers:
            buffer = self.buffers.get(id(owner_of(array)))
            if buffer is not None and buffer.is_whole(array):
                place = place_of(normal_place(key, array.shape))
                if place is not None and place in buffer.written:
                    return self._forward(buffer.written[place], value)
                if place is not None and buffer.untouched(place):
                    return self._read(buffer.row, value, key)
        return self._read(self.row(owner), value, key)

    def _forward(self, row: int, value: Any) -> Traced:
        traced = Traced(self, row, value)
        if isinstance(value, np.ndarray):
            traced.version = self.buffers[id(owner_of(value))].version
        return traced

    def _read(self, row: int, value: Any, key: Any) -> Traced:
        stated, dynamic = template(normal_key(key))
        rows = [row, *[self.row(d) for d in dynamic]]
        params: dict[str, Any] = {"key": stated}
        op = OPS["index"]
        if any(self.builder.abstract(r).dtype == np.bool_ for r in rows[1:]):
            params["shape"] = np.shape(plain(value))
        return self._keep(self.builder.add(op, rows, abstract(value), params), value)

    def _whole(self, key: Any) -> Any:
        """A key for a list or dict."""
        if type(key) is Traced:
            return self.guarded(key, plain(key))
        if type(key) is slice:
            return slice(*(self._whole(k) for k in (key.start, key.stop, key.step)))
        if type(key) is tuple:
            return tuple([self._whole(k) for k in key])
        return key

    def buffer(self, array: Any) -> Buffer:
        """The buffer of an array's memory, from now on written."""
        owner = owner_of(array)
        found = self.buffers.get(id(owner))
        if found is None:
            known = self.rows_of_owner.get(id(owner))
            row = known[1] if known else self._constant(owner.copy())
            found = self.buffers[id(owner)] = Buffer(owner, row)
            found.version = 1
        for row in self.sharing.pop(id(owner), ()):
            self.values[row] = self.values[row].copy()
        return found

    def setitem(self, site: int, value: Any, owner: Any, key: Any) -> None:
        inner = innermost((owner, key, value)) or self
        if inner.level > self.level:
            return inner.setitem(site, value, owner, key)
        if site:
            self.builder.current_site = site
        array = plain(owner)
        if not isinstance(array, np.ndarray):
            array[self._whole(key)] = value
            return None
        if type(key) is list:
            key = self.array_of(key)
        row = self.row(self.array_of(value) if type(value) in (list, tuple) else value)
        buffer = self.buffer(array)
        array[opened(key, self)] = opened(value, self)
        self._write(buffer, array, key, row)
        return None

    def _write(self, buffer: Buffer, array: Any, key: Any, row: int) -> None:
        if buffer.is_whole(array):
            if is_everything(key) and self.builder.abstract(row) == abstract(buffer.array):
                return buffer.replace(row)
            stated, dynamic = template(normal_key(normal_place(key, array.shape)), len(buffer.dynamic))
            return buffer.add(stated, row, [self.row(d) for d in dynamic])
        places = np.unravel_index(buffer.positions(array)[opened(key, self)], buffer.array.shape)
        stated, dynamic = template(tuple(places), len(buffer.dynamic))
        return buffer.add(stated, row, [self.row(np.asarray(d)) for d in dynamic])

    def _current(self, buffer: Buffer, array: Any) -> int:
        """The row of an array whose memory has been written."""
        whole = self._assembled(buffer)
        if buffer.is_whole(array):
            return whole
        layout = (array.__array_interface__["data"][0], array.shape, array.strides)
        known = buffer.views.get(layout)
        if known is None or known[0] != buffer.version:
            places = np.unravel_index(buffer.positions(array), buffer.array.shape)
            row = self._read(whole, array.copy(), tuple(places)).row
            known = buffer.views[layout] = (buffer.version, row)
        return known[1]

    def _assembled(self, buffer: Buffer) -> int:
        if buffer.keys:
            rows = [buffer.row, *buffer.rows, *buffer.dynamic]
            row = self.builder.add(OPS["assemble"], rows, abstract(buffer.array), {"keys": Keys(buffer.keys)})
            self.values.append(buffer.array.copy())
            buffer.settle(row)
        return buffer.row

    def in_place(self, site: int, function: Any, target: Any, value: Any) -> Any:
        """`target += value` and its kin: arrays are changed, numbers made anew."""
        inner = innermost((target, value)) or self
        if inner.level > self.level:
            return inner.in_place(site, function, target, value)
        if site:
            self.builder.current_site = site
        array = plain(target)
        if not isinstance(array, np.ndarray):
            return self.operate(site, function, (target, value))
        found = lookup(function)
        if found is None:
            return self._unknown(function, (target, value), {})
        rows = [self.row(target), self.row(value)]
        buffer = self.buffer(array)
        function(array, opened(value, self))
        row = self.builder.add(found.op, rows, abstract(array))
        self.values.append(array.copy())
        self._write(buffer, array, Ellipsis, row)
        return self._forward(row, array)

    def add_at(self, target: Any, key: Any, value: Any) -> None:
        """`np.add.at(target, key, value)`."""
        array = plain(target)
        if type(key) is list:
            key = self.array_of(key)
        stated, dynamic = template(normal_key(key))
        rows = [self.row(target), self.row(value), *[self.row(d) for d in dynamic]]
        buffer = self.buffer(array)
        np.add.at(array, opened(key, self), opened(value, self))
        row = self.builder.add(OPS["accumulate"], rows, abstract(array), {"keys": Keys((stated,))})
        self.values.append(array.copy())
        self._write(buffer, array, Ellipsis, row)


def normal_key(key: Any) -> Any:
    """Whole numbers in a key as Python ints."""
    if type(key) is tuple:
        return tuple([normal_key(k) for k in key])
    return int(key) if isinstance(key, np.integer) else key


def _deep(items: Any) -> Any:
    kind = type(items)
    if kind is list or kind is tuple:
        return [_deep(i) for i in items]
    return plain(items)


def _leaves(items: Any, into: list[Any]) -> None:
    for item in items:
        if type(item) is list or type(item) is tuple:
            _leaves(item, into)
        else:
            into.append(item)


def _hashable(function: Any) -> bool:
    return getattr(type(function), "__hash__", None) is not None
