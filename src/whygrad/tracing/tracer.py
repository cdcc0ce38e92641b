"""The tracer: calls what the user calls on the same values, and appends a row for each operation."""

from __future__ import annotations

import functools
import itertools
import threading
import time
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

import numpy as np

from whygrad.errors import LimitError, NoRuleError, Place, TraceError, WhygradError
from whygrad.graph import CONSTANT, INPUT, NO_PARAMS, Abstract, Op
from whygrad.ops import OPS, call, lookup
from whygrad.ops.calls import Meaning, spelled
from whygrad.ops.gaps import reason
from whygrad.source import site as site_of
from whygrad.tracing.buffers import owner_of
from whygrad.tracing.meanings import invoked, meant_row
from whygrad.tracing.nesting import active, innermost, make_active, tracer_of, writer_of
from whygrad.tracing.special import AS_GIVEN, SEQUENCES, SPECIAL, WHOLE, handler_of
from whygrad.tracing.stores import Stores
from whygrad.tracing.ufuncs import at, has_options, with_options
from whygrad.tracing.values import Traced, abstract, plain
from whygrad.tracing.writes import Flat

NUMBERS = frozenset({float, int, bool})
SCALARS = frozenset({float, int, bool, np.float64, np.float32, np.bool_, np.int64})
"""Types of numbers that live nowhere else: no views, no writes."""
RESULTS = (np.ndarray, np.generic, float, int, tuple, list)
"""What an operation may give: a value, or several."""

_serials = itertools.count(1)


@functools.cache
def is_simple(function: Any) -> bool:
    """Is it an operation whose arguments stand as they are in the call?"""
    known = lookup(function)
    return known is not None and known.adapter is None and function not in SPECIAL


class Tracer(Stores):
    """One trace. It belongs to one thread; a trace within a trace has the greater serial number."""

    def __init__(self, lenient: bool = False, seconds: float = 0.0) -> None:
        super().__init__()
        self.serial = next(_serials)
        self.lenient = lenient
        """In recordings: what has no rule is run, noted, and enters as a constant."""
        self.notes: list[str] = []
        self.recorder: Any = None
        self.deadline = time.monotonic() + seconds if seconds else 0.0
        self.steps = 0
        self.held: list[Any] = []
        """Right sides within chains of comparisons."""
        self.constants: dict[Any, int] = {}
        self.arrays: dict[int, tuple[Any, Any, int]] = {}
        self.op_numbers: dict[Any, int] = {}
        self.abstract_numbers: dict[type, int] = {}
        self.outer: Tracer | None = None

    def __enter__(self) -> Tracer:
        self.outer, self.thread = active(), threading.get_ident()
        make_active(self)
        return self

    def __exit__(self, *_: Any) -> None:
        make_active(self.outer)

    # -- rows --

    def input(self, value: Any, name: str) -> Traced:
        """An input row. Arrays are copied, so that the caller's stay as they are."""
        if type(value) is float:
            self.values.append(value)
            return Traced(self, self.builder.add_input(abstract(value), name), value)
        if isinstance(value, np.ndarray):
            value = np.array(value, order="K")
        row = self.builder.add(INPUT, (), abstract(value))
        self.builder.name_row(row, name)
        return self.keep(row, value)

    def constant(self, value: Any) -> int:
        """A new constant row."""
        builder = self.builder
        row = builder.add(CONSTANT, (), abstract(value))
        # Not interned: a cache of ours finds numbers faster, and arrays are not worth hashing.
        builder.params_column[row] = builder.tables.params.append(MappingProxyType({"value": value}))
        self.values.append(value)
        return row

    def number_row(self, value: Any) -> int:
        """The constant row of a number; each number has one."""
        key = (type(value), value) if value else (type(value), str(value))
        found = self.constants.get(key)
        if found is None:
            found = self.constants[key] = self.constant(value)
        return found

    def row(self, value: Any) -> int:
        """The row that holds a value as it is now; a constant row for what depends on no input."""
        kind = type(value)
        if kind is Traced:
            return self._row_of_traced(value)
        if kind in SCALARS:
            return self.number_row(value)
        if kind is list or kind is tuple:
            return self.row(self.array_of(value))
        if isinstance(value, np.ndarray):
            return self._row_of_array(value)
        if not isinstance(value, np.generic) and kind not in NUMBERS:
            raise TraceError(
                f"a {kind.__name__} is computed with a value that depends on an input",
                hint="compute with real numbers and arrays of them",
                place=self.place(),
            )
        return self.constant(value)

    def _row_of_traced(self, value: Traced) -> int:
        if value.tracer is not self:
            return self.constant(value)
        return self.current_row(value) if self.buffers else value.row

    def _row_of_array(self, array: Any) -> int:
        if self.is_buffer(array):
            return self.current_row(array)
        known = self.arrays.get(id(array))
        if known is not None and _same(known[1], array):
            return known[2]
        copy = np.array(array, order="K")
        copy.flags.writeable = False
        row = self.constant(copy)
        self.arrays[id(array)] = (array, copy, row)
        return row

    def keep(self, row: int, value: Any) -> Traced:
        """Note the value of a new row, and wrap it."""
        if threading.get_ident() != self.thread:
            self.refuse_thread()
        array = plain(value)
        if isinstance(array, np.ndarray):
            owner = owner_of(array)
            if id(owner) in self.buffers:
                self.values.append(self.snapshot(value))
                traced = Traced(self, row, value)
                traced.version = self.buffers[id(owner)].version
                return traced
            if array is owner:
                self.owners[id(array)] = row
            elif id(owner) in self.owners:
                self.sharing.setdefault(id(owner), []).append(row)
            else:
                # A view of an array that nobody else can reach, as NumPy makes within some functions.
                value = self.snapshot(value)
                self.owners[id(plain(value))] = row
        self.values.append(value)
        return Traced(self, row, value)

    def emit(self, op: Op, value: Any, args: Sequence[Any], params: Mapping[str, Any] = NO_PARAMS) -> Traced:
        """Append the row `op(*args, **params)` whose value is known."""
        rows = [self.row(a) for a in args]
        return self.keep(self.builder.add(op, rows, self._abstract(value), params), value)

    def _abstract(self, value: Any) -> Abstract:
        found = abstract(value)
        if isinstance(found.dtype, np.dtype) and found.dtype.kind not in "fiub":
            raise TraceError(
                f"a value of dtype {found.dtype} depends on an input; whygrad follows real numbers",
                hint="compute with real numbers: x.real, x.imag",
                place=self.place(),
            )
        return found

    def scalar(self, site: int, function: Any, value: Any, a: int, b: int) -> Traced:
        """Append a row of two arguments whose value is a number: the short way of `emit`."""
        self.builder.arg_column.append(a)
        return self.of_number(site, function, value, b)

    def of_number(self, site: int, function: Any, value: Any, last: int, params: int = 0) -> Traced:
        """Append a row whose value is a number and whose last argument is `last`, after those appended."""
        if threading.get_ident() != self.thread:
            self.refuse_thread()
        builder = self.builder
        number = self.op_numbers.get(function)
        if number is None:
            known = lookup(function)
            assert known is not None
            number = self.op_numbers[function] = builder.tables.ops.number(known.op)
        kind = type(value)
        shape = self.abstract_numbers.get(kind)
        if shape is None:
            shape = self.abstract_numbers[kind] = builder.tables.abstracts.number(abstract(value))
        values = self.values
        row = len(values)
        builder.op_column.append(number)
        columns = builder.arg_column
        columns.append(last)
        builder.arg_offsets.append(len(columns))
        builder.params_column.append(params)
        builder.abstract_column.append(shape)
        builder.name_column.append(0)
        builder.site_column.append(site)
        builder.instance_column.append(builder.current_instance)
        values.append(value)
        return Traced(self, row, value)

    def flat(self, array: Any) -> Flat:
        """`array.flat`."""
        return Flat(self, array)

    # -- calls --

    def operate(
        self, site: int, function: Any, args: Sequence[Any], kwargs: Mapping[str, Any] = NO_PARAMS
    ) -> Any:
        """Call a function that is no user's, with traced values among its arguments."""
        inner = innermost((args, kwargs) if kwargs else args)
        if inner is not None and inner is not self and inner.serial > self.serial:
            return inner.operate(site, function, args, kwargs)
        if site:
            self.builder.current_site = site
        if kwargs.get("out") is not None or (
            type(function) is np.ufunc and has_options(function, args, kwargs)
        ):
            return with_options(self, function, args, dict(kwargs))
        special = handler_of(function)
        if special is not None:
            return special(self, function, tuple(args), dict(kwargs))
        if (
            getattr(function, "__name__", "") == "at"
            and type(getattr(function, "__self__", None)) is np.ufunc
        ):
            return at(self, function, *args)
        if function is np.where and len(args) == 1:
            function = np.nonzero
        value = invoked(function, self.opened(tuple(args)), self.opened(dict(kwargs)))
        if value is NotImplemented:
            return value
        found = lookup(function)
        if found is None or not isinstance(plain(value), RESULTS):
            return self.without_rule(function, value, args, kwargs)
        if found.adapter is None and not kwargs and not any(type(a) in (list, tuple) for a in args):
            return meant_row(
                self, function, Meaning(found.op, tuple([self.traced(a) for a in args]), {}), value
            )
        try:
            with np.errstate(all="ignore"):
                named = {name: self._as_array(given) for name, given in kwargs.items()}
                meant = found.meaning(*self._arranged(function, args), **named)
        except TypeError as error:
            if isinstance(error, WhygradError) and not self.lenient:
                raise
            return self.refused(str(error), None, value)
        if isinstance(meant, list):
            made = [meant_row(self, function, m, v) for m, v in zip(meant, value, strict=True)]
            return type(value)(*made) if hasattr(value, "_fields") else type(value)(made)
        return meant_row(self, function, meant, value)

    def _arranged(self, function: Any, args: Sequence[Any]) -> list[Any]:
        """Arguments with nested lists of numbers as arrays."""
        if function in AS_GIVEN:
            return [self._with_written(a) for a in args]
        if function in SEQUENCES:
            first = [self._as_array(a, True) for a in args[0]]
            return [first, *args[1:]]
        return [self._as_array(a) for a in args]

    def _as_array(self, value: Any, always: bool = False) -> Any:
        """A nested list as an array where numbers of it are traced; a written array as it is now."""
        if type(value) in (list, tuple):
            return self.array_of(value) if always or innermost(value) is not None else value
        return self.traced(value)

    def _with_written(self, value: Any) -> Any:
        """Written arrays as they are now, in nested lists too."""
        if type(value) in (list, tuple):
            return type(value)([self._with_written(v) for v in value])
        return self.traced(value)

    def apply(self, op: Op, args: Sequence[Any], params: Mapping[str, Any]) -> Any:
        """The hook of `ops.call`: an operation that NumPy has no function for."""
        inner = innermost(args) or self
        return inner.emit(op, call(op, *inner.opened(tuple(args)), **params), args, params)

    def without_rule(self, function: Any, value: Any, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
        """What a function without a rule returned: whole numbers are guarded, other numbers refused."""
        if function in WHOLE:
            for leaf in _traced_leaves((args, kwargs), self):
                self.guard(leaf, plain(leaf))
            return value
        hint = reason(spelled(function)) or (
            "build it from NumPy functions that whygrad knows: arithmetic, exp, log, sum, matmul, where, ..."
        )
        return self.refused(f"`{spelled(function)}` has no derivative rule", hint, value)

    def refused(self, message: str, hint: str | None, value: Any) -> Any:
        """Refuse a step without a derivative; in recordings, note that its result is taken as a constant."""
        if not self.lenient:
            raise NoRuleError(message, hint=hint, place=self.place())
        place = self.place()
        note = f"line {place.line}: {message}; its result is taken as a constant" if place else message
        if note not in self.notes:
            self.notes.append(note)
        return value

    def settled(self, value: Any, name: str = "size") -> Any:
        """A parameter: traced whole numbers become plain ones, with a guard; others would lose something."""
        if type(value) is Traced:
            if abstract(value).is_float:
                message = f"the option `{name}` depends on an input, and its derivative is not followed"
                self.refused(message, "compute it before the function, and hand it in as an argument", value)
            return self.guard(value, plain(value))
        return tuple([self.settled(v, name) for v in value]) if type(value) is tuple else value

    def opened(self, value: Any) -> Any:
        """A value as the plain run has it: without this trace (an outer trace stays)."""
        kind = type(value)
        if kind is Traced:
            return value.value if value.tracer is self else value
        if kind is tuple or kind is list:
            return kind([self.opened(v) for v in value])
        if kind is dict:
            return {name: self.opened(v) for name, v in value.items()}
        if kind is slice:
            return slice(*[self.opened(v) for v in (value.start, value.stop, value.step)])
        if kind is np.ndarray and self.outer is not None:
            writer = writer_of(value, self.outer)
            return value if writer is None else writer.traced(value)
        return value

    def snapshot(self, value: Any) -> Any:
        """A copy of an array for the values of a row."""
        opened = self.opened(value)
        if type(opened) is Traced:
            return opened.tracer.operate(0, np.copy, (opened,))
        return opened.copy(order="K")

    def array_of(self, items: Sequence[Any]) -> Any:
        """The array that NumPy makes of nested lists; traced if they have traced numbers in them."""
        if innermost(items) is None:
            return np.array(items)
        value = call_array(self.opened(items))
        if all(type(item) not in (list, tuple) and not np.ndim(plain(item)) for item in items):
            return self.emit(OPS["stack"], value, items)
        parts = [self.array_of(item) if type(item) in (list, tuple) else item for item in items]
        return self.emit(OPS["stack"], value, parts)

    # -- where the run depends on a value, and where it is --

    def guard(self, traced: Traced, expected: Any) -> Any:
        """Note that the run went its way because of this value."""
        if isinstance(expected, np.ndarray):
            expected = expected.copy()
        if traced.tracer is not self:
            return traced.tracer.guard(traced, expected)
        self.builder.guard(self.row(traced), expected)
        return plain(expected)

    def place(self) -> Place | None:
        number = self.builder.current_site
        return site_of(number).place if number else None

    def tick(self) -> None:
        """Raise LimitError when the run has passed its time."""
        self.steps += 1
        if self.deadline and not self.steps & 0xFF and time.monotonic() > self.deadline:
            raise LimitError("the script is still running at its time limit", place=self.place())


def call_array(items: Any) -> Any:
    """`np.array(items)`; of an outer trace's values where there are such."""
    outer = tracer_of(items)
    return np.array(items) if outer is None else outer.array_of(items)


def _same(copy: Any, array: Any) -> bool:
    """Have the bytes of an array stayed the same? (A NaN is equal to itself here, and -0.0 is not 0.0.)"""
    if copy.shape != array.shape or copy.dtype != array.dtype:
        return False
    if array.dtype.hasobject or not (array.flags.c_contiguous and copy.flags.c_contiguous):
        return bool(copy.tobytes() == array.tobytes())
    return bool(np.array_equal(copy.reshape(-1).view(np.uint8), array.reshape(-1).view(np.uint8)))


def _traced_leaves(value: Any, tracer: Tracer) -> list[Traced]:
    if type(value) is Traced:
        return [value] if value.tracer is tracer else []
    if isinstance(value, Mapping):
        value = tuple(value.values())
    if isinstance(value, list | tuple):
        return [leaf for v in value for leaf in _traced_leaves(v, tracer)]
    return []
