"""The interpreter: (Graph, inputs) to Run, row by row with NumPy, without recursion.

A graph is executed where its user never was, so arithmetic is IEEE's: nothing warns, and where Python would
raise (1.0 / 0.0, math.log(-1.0)) the row gets NumPy's inf or nan. Branches are another matter: a row that a
guard watches must have the value of the traced run, else the graph does not hold and GuardError says where.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from whygrad.errors import GuardError, UsageError
from whygrad.graph import CONSTANT, INPUT, Abstract, Graph, Guard, Op, abstract_of
from whygrad.ops import OPS, call
from whygrad.source import site

CHUNK = 1 << 15
"""Rows made ready at a time: enough to pay for NumPy's calls, few enough for the memory not to count."""

FEW = 256
"""Up to this many rows are made ready by plain loops, which then cost less than NumPy's calls."""

WRITERS = frozenset({OPS["assemble"], OPS["accumulate"]})

Step = tuple[int, Callable[..., Any], int, int, int, int]
Integers = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Run:
    """The values of a graph's rows at one point: all of them, or those that were asked for."""

    graph: Graph
    values: Sequence[Any] | Mapping[int, Any]

    def __getitem__(self, row: int) -> Any:
        """The value of a row; KeyError if it was not kept."""
        try:
            return self.values[row]
        except (KeyError, IndexError):
            raise KeyError(
                f"row {row} was not kept: name it in `wanted`, or execute with keep=True"
            ) from None

    @property
    def outputs(self) -> tuple[Any, ...]:
        return tuple([self.values[row] for row in self.graph.outputs])


def execute(
    graph: Graph,
    inputs: Sequence[Any] | Mapping[str, Any] = (),
    wanted: Iterable[int] | None = None,
    keep: bool = False,
    known: Sequence[Any] = (),
) -> Run:
    """Compute the rows of a graph at a point.

    `inputs` are numbers and arrays in the order of `graph.inputs`, or by name; their shapes must be those of
    the rows. Kept are the outputs and the rows `wanted`, or with `keep` all rows; arrays that nothing needs
    any more are dropped on the way. `known` are the values of the first rows, from a traced run: then only
    the others are computed, and `inputs` are for the inputs among them. Values may be those of an outer
    trace, which then records every row. Raises GuardError where a branch, length or index differs from the
    traced run.
    """
    start = len(known)
    values: list[Any] = [*known, *[None] * (len(graph) - start)]
    open_inputs = [row for row in graph.inputs if row >= start]
    for row, value in zip(open_inputs, _given(graph, open_inputs, inputs), strict=True):
        values[row] = _admit(graph, row, value)
    kept = {*graph.outputs, *(wanted or ())}
    deaths = {} if keep else _deaths(graph, kept)
    guards: dict[int, list[Guard]] = {}
    for guard in graph.guards:
        if guard.row >= start:
            guards.setdefault(guard.row, []).append(guard)
    _advance(graph, values, deaths, guards, start)
    return Run(graph, values if keep else {row: values[row] for row in kept})


def _given(graph: Graph, rows: Sequence[int], inputs: Sequence[Any] | Mapping[str, Any]) -> Sequence[Any]:
    """The values of the input rows, in order."""
    if isinstance(inputs, Mapping):
        names = [graph.name(row) for row in rows]
        missing = [name for name in names if name not in inputs]
        if missing:
            raise UsageError(
                f"no value was given for the input `{missing[0]}`", hint=f"inputs: {', '.join(names)}"
            )
        return [inputs[name] for name in names]
    if len(inputs) != len(rows):
        raise UsageError(f"{len(inputs)} values were given for the {len(rows)} inputs of a graph")
    return inputs


def _admit(graph: Graph, row: int, value: Any) -> Any:
    """An input in the kind of its row: a graph holds for other numbers, not for other shapes."""
    expected, name = graph.abstract(row), graph.name(row) or f"%{row}"
    if hasattr(value, "__whygrad_apply__"):
        return value
    if type(value) not in (float, int, bool):
        value = np.asarray(value)[()]
    if type(value) is int and expected.is_float:
        value = float(value)
    found = abstract_of(value)
    if found.shape != expected.shape:
        raise GuardError(
            f"the input `{name}` has shape {found.shape}; the graph was traced for shape {expected.shape}",
            hint="trace again at this point",
        )
    if isinstance(expected.dtype, np.dtype) and found.dtype != expected.dtype and found.dtype is not float:
        return np.asarray(value, expected.dtype)[()] if expected.is_float else value
    return value


def _deaths(graph: Graph, kept: set[int]) -> dict[int, list[int]]:
    """Row by row, the arrays that nothing needs after it. Single numbers are not worth dropping."""
    shaped = [bool(a.shape) for a in graph.tables.abstracts.values]
    if not any(shaped):
        return {}
    size = len(graph)
    offsets, args = graph.arg_offsets, graph.arg_column
    deaths: dict[int, list[int]] = {}
    if size <= FEW:
        last = list(range(size))
        for row in range(size):
            for k in range(offsets[row], offsets[row + 1]):
                last[args[k]] = row
        mortal = [row for row in range(size) if shaped[graph.abstract_column[row]] and row not in kept]
    else:
        ends = np.arange(size)
        # Later rows come later, and of several writes to one place NumPy keeps the last.
        ends[np.asarray(args)] = np.repeat(np.arange(size), np.diff(np.asarray(offsets)))
        marks = np.array(shaped)[np.asarray(graph.abstract_column)]
        marks[list(kept)] = False
        last, mortal = ends.tolist(), np.flatnonzero(marks).tolist()
    for row in mortal:
        deaths.setdefault(last[row], []).append(row)
    return deaths


def _advance(
    graph: Graph,
    values: list[Any],
    deaths: Mapping[int, list[int]],
    guards: Mapping[int, list[Guard]],
    start: int,
) -> None:
    """Compute the rows from `start` on, in order. This loop is the interpreter: it sets the time per row."""
    args = graph.arg_column
    chunks = _few if len(graph) - start <= FEW else _chunks
    with np.errstate(all="ignore"):
        for chunk in chunks(graph, values, deaths, {*deaths, *guards}, start):
            steps = iter(chunk)
            while True:
                try:
                    for row, function, count, a, b, event in steps:
                        if count == 2:
                            values[row] = function(values[a], values[b])
                        elif count == 1:
                            values[row] = function(values[a])
                        elif count > 0:
                            first = graph.arg_offsets[row]
                            values[row] = function(*[values[k] for k in args[first : first + count]])
                        elif count < 0:
                            values[row] = _write_in_place(graph, row, values)
                        if event:
                            _settle(graph, row, values, deaths, guards)
                    break
                except (ZeroDivisionError, OverflowError, ValueError):
                    values[row] = _as_ieee(graph, row, values)
                    if event:
                        _settle(graph, row, values, deaths, guards)


def _few(
    graph: Graph, values: list[Any], deaths: Mapping[int, list[int]], events: set[int], begin: int
) -> Iterator[Iterable[Step]]:
    """As `_chunks`, for few rows: all of them at once."""
    offsets, args = graph.arg_offsets, graph.arg_column
    recorded = _is_recorded(values)
    steps = []
    for row in range(begin, len(graph)):
        op, event = graph.op(row), row in events
        if op is CONSTANT:
            values[row] = graph.params(row)["value"]
        if not event and (op is CONSTANT or op is INPUT):
            continue
        first, end = offsets[row], offsets[row + 1]
        count = end - first
        a, b = args[first] if count else 0, args[first + 1] if count > 1 else 0
        if op in WRITERS and a >= begin and graph.op(a) in WRITERS and not recorded:
            count = -1 if a in deaths.get(row, ()) else count
        steps.append((row, _function(graph, row, recorded), count, a, b, int(event)))
    yield steps


def _chunks(
    graph: Graph, values: list[Any], deaths: Mapping[int, list[int]], events: set[int], begin: int
) -> Iterator[Iterable[Step]]:
    """What `_advance` needs for each row, made ready chunk by chunk; constants are put in place on the way.

    A count of -1 marks a write into an array that dies with it.
    """
    ops, params, abstracts, offsets, args = (
        np.asarray(column) for column in (
            graph.op_column, graph.params_column, graph.abstract_column, graph.arg_offsets, graph.arg_column,
        )
    )  # fmt: skip
    table = graph.tables
    kernels: dict[int, Callable[..., Any]] = {}
    leaves = [k for k, op in enumerate(table.ops.values) if op is CONSTANT or op is INPUT]
    writers = [k for k, op in enumerate(table.ops.values) if op in WRITERS]
    flags = np.zeros(len(graph), np.int64)
    flags[list(events)] = 1
    recorded = _is_recorded(values)
    for first in range(begin, len(graph), CHUNK):
        part = slice(first, first + CHUNK)
        leaf = np.isin(ops[part], leaves)
        for row in (first + np.flatnonzero(leaf)).tolist():
            if table.ops.values[ops[row]] is CONSTANT:
                values[row] = table.params.values[params[row]]["value"]
        busy = first + np.flatnonzero(~leaf | (flags[part] == 1))
        kinds = (ops[busy].astype(np.int64) << 48) | (params[busy].astype(np.int64) << 20) | abstracts[busy]
        functions = []
        for row, kind in zip(busy.tolist(), kinds.tolist(), strict=True):
            function = kernels.get(kind)
            if function is None:
                function = kernels[kind] = _function(graph, row, recorded)
            functions.append(function)
        start = offsets[busy]
        counts = offsets[busy + 1] - start
        one, two = (np.where(counts > k, args[np.minimum(start + k, len(args) - 1)], 0) for k in (0, 1))
        mine = np.isin(ops[busy], writers) & (one >= begin) & np.isin(ops[one], writers)
        for k in np.flatnonzero(mine).tolist() if not recorded else ():
            if one[k] in deaths.get(int(busy[k]), ()):
                counts[k] = -1
        columns = (busy, counts, one, two, flags[busy])
        rows, number, a, b, event = (column.tolist() for column in columns)
        yield zip(rows, functions, number, a, b, event, strict=True)


def _is_recorded(values: Iterable[Any]) -> bool:
    """Do values of an outer trace take part?"""
    return any(hasattr(kind, "__whygrad_apply__") for kind in set(map(type, values)))


def _function(graph: Graph, row: int, recorded: bool) -> Callable[..., Any]:
    op, params = graph.op(row), graph.params(row)
    return partial(call, op, **params) if recorded else kernel(op, params, graph.abstract(row))


def _write_in_place(graph: Graph, row: int, values: list[Any]) -> Any:
    """An assemble or accumulate row whose base nothing needs after it: the base itself is written to, unless
    a view of it is still alive. A chain of n writes then costs n, not n copies."""
    base, *rest = graph.args(row)
    others = [values[k] for k in rest]
    array, values[base] = values[base], None
    out = array if sys.getrefcount(array) == _ALONE else None
    return graph.op(row).value(array, *others, **graph.params(row), out=out)


def _count_of_one_owner() -> int:
    array = np.zeros(1)
    return sys.getrefcount(array)


_ALONE = _count_of_one_owner()
"""What `sys.getrefcount` says of an array that one local name holds; it differs between Pythons."""


def kernel(op: Op, params: Mapping[str, Any], abstract: Abstract) -> Callable[..., Any]:
    """The function that computes rows of a kind. For Python floats it is Python's own, where the op has one:
    several times faster than NumPy's, and what it raises `_as_ieee` puts right."""
    if not params:
        return _on_floats(op) if abstract.dtype is float else op.value
    value = partial(op.value, **params)
    return value if abstract.dtype is not float else lambda *args: float(value(*args))


@lru_cache(maxsize=1024)
def _on_floats(op: Op) -> Callable[..., Any]:
    """The value of an op as a Python float."""
    # A function with an adapter may mean something else (math.radians is a product).
    stated = [c[0] if isinstance(c, tuple) and c[0].__name__ == op.name else c for c in op.calls]
    for module in ("math", "_operator"):
        for function in stated:
            if getattr(function, "__module__", None) == module:
                return function  # type: ignore[no-any-return]
    value = op.value
    return lambda *args: float(value(*args))


def _as_ieee(graph: Graph, row: int, values: list[Any]) -> Any:
    """The value of a row by NumPy's rules, after Python's own function raised."""
    args = [values[k] for k in graph.args(row)]
    floats = [np.float64(a) if type(a) is float or type(a) is int else a for a in args]
    result = graph.op(row).value(*floats, **graph.params(row))
    return float(result) if graph.abstract(row).dtype is float else result


def _settle(
    graph: Graph,
    row: int,
    values: list[Any],
    deaths: Mapping[int, list[int]],
    guards: Mapping[int, list[Guard]],
) -> None:
    """Check the guards of a row and drop the arrays that it was the last to need."""
    for guard in guards.get(row, ()):
        if not np.array_equal(values[row], guard.expected):
            _refuse(graph, guard, values[row])
    for dead in deaths.get(row, ()):
        values[dead] = None


def _refuse(graph: Graph, guard: Guard, found: Any) -> None:
    place = site(guard.site).place if guard.site else None
    text = f"`{site(guard.site).text}`" if guard.site else f"row %{guard.row}"
    raise GuardError(
        f"{text} was {guard.expected!r} when this graph was traced, and is {found!r} here: "
        "the code would take another way",
        hint="trace again at this point: wg.trace(f)(*args)",
        place=place,
    )
