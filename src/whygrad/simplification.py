"""Graph to smaller graph with the same values: an ordered tuple of small rewrites, then dead rows are
dropped.

Rewrites look at one row whose arguments are already simplified, so one forward pass applies them all. They
keep values to the bit (but for the sign of a zero), and names, sites, instances and origins.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from whygrad.graph import CONSTANT, INPUT, Abstract, Graph, GraphBuilder, Guard, Op
from whygrad.ops import OPS


@dataclass(frozen=True, eq=False)
class Simplified:
    """The smaller graph, and for each row of the given graph its row there (-1: not needed any more)."""

    graph: Graph
    rows: Sequence[int]


class _Rows:
    """The table being written, as rewrites see it. `add` returns the equal row if there is one."""

    def __init__(self, graph: Graph) -> None:
        self.written = GraphBuilder()
        tables = self.written.tables = graph.tables.copy()
        self.input, self.constant = tables.ops.number(INPUT), tables.ops.number(CONSTANT)
        self.known: dict[Any, int] = {}
        self.reals: dict[int, Any] = {}
        """The value of each row that is a single constant number."""

    def add(self, numbers: tuple[int, int, int], args: list[int], name: int, place: tuple[int, int]) -> int:
        """Append a row (numbers of op, params, abstract), unless an equal one is there whose name is no
        other.
        """
        written = self.written
        key = (*numbers, *args)
        found = self.known.get(key) if numbers[0] != self.input else None
        if found is not None and (not name or name == written.name_column[found]):
            return found
        row = len(written.op_column)
        written.op_column.append(numbers[0])
        written.params_column.append(numbers[1])
        written.abstract_column.append(numbers[2])
        written.arg_column.extend(args)
        written.arg_offsets.append(len(written.arg_column))
        written.name_column.append(name)
        written.site_column.append(place[0])
        written.instance_column.append(place[1])
        self.known.setdefault(key, row)
        if numbers[0] == self.constant and not written.abstract(row).shape:
            self.reals[row] = written.params(row)["value"]
        return row


Rewrite: TypeAlias = Callable[[_Rows, Op, list[int], Any, Abstract], Any]
"""Called with (rows, op, args, params, abstract). Returns a row that has the same value, or what to write in
place of this one as (op, args, params), or None."""


def neutral_element(rows: _Rows, op: Op, args: list[int], params: Any, abstract: Abstract) -> Any:
    """x*1, 1*x, x/1, x**1, x+0, 0+x, x-0."""
    if op.name not in ("add", "subtract", *PRODUCTS, "divide", "power"):
        return None
    a, b = (rows.reals.get(arg) for arg in args)
    unit = 0.0 if op.name in ("add", "subtract") else 1.0
    if b is not None and b == unit:
        return args[0]
    if a is not None and a == unit and op.name in ("add", "multiply", "damped_multiply"):
        return args[1]
    return None


def minus_minus(rows: _Rows, op: Op, args: list[int], params: Any, abstract: Abstract) -> Any:
    """-(-x)."""
    below = rows.written
    return below.args(args[0])[0] if below.op(args[0]).name == "negative" else None


def minus_one(rows: _Rows, op: Op, args: list[int], params: Any, abstract: Abstract) -> Any:
    """x * -1 and -1 * x are -x."""
    for k in (0, 1) if op.name in PRODUCTS else ():
        factor = rows.reals.get(args[k])
        if factor is not None and factor == -1 and rows.written.abstract(args[1 - k]) == abstract:
            return OPS["negative"], [args[1 - k]], {}
    return None


def undamped(rows: _Rows, op: Op, args: list[int], params: Any, abstract: Abstract) -> Any:
    """A constant that is not zero needs no damping."""
    g = rows.reals.get(args[0]) if op.name == "damped_multiply" else None
    return (OPS["multiply"], args, {}) if g is not None and g != 0 and g == g else None


def nothing_flows(rows: _Rows, op: Op, args: list[int], params: Any, abstract: Abstract) -> Any:
    """A damped product is 0 where its first factor is."""
    zero = op.name == "damped_multiply" and not abstract.shape and rows.reals.get(args[0]) == 0
    return (CONSTANT, [], {"value": real(0.0, abstract)}) if zero else None


def same_form(rows: _Rows, op: Op, args: list[int], params: Any, abstract: Abstract) -> Any:
    """sum_to, reshape, broadcast_to, astype to what is there already."""
    return args[0] if rows.written.abstract(args[0]) == abstract else None


def reshape_twice(rows: _Rows, op: Op, args: list[int], params: Any, abstract: Abstract) -> Any:
    """reshape(reshape(x))."""
    below = rows.written
    if below.op(args[0]) is not op:
        return None
    first = below.args(args[0])[0]
    return first if below.abstract(first) == abstract else (op, [first], params)


def transpose_twice(rows: _Rows, op: Op, args: list[int], params: Any, abstract: Abstract) -> Any:
    """transpose(transpose(x)) where the second undoes the first."""
    below = rows.written
    if below.op(args[0]) is not op:
        return None
    ndim = len(abstract.shape)
    inner, outer = (p.get("axes") or range(ndim)[::-1] for p in (below.params(args[0]), params))
    return below.args(args[0])[0] if [inner[k] for k in outer] == list(range(ndim)) else None


def constants(rows: _Rows, op: Op, args: list[int], params: Any, abstract: Abstract) -> Any:
    """Single numbers computed from constants alone."""
    if abstract.shape or any(a not in rows.reals for a in args):
        return None
    with np.errstate(all="ignore"):
        value = op.value(*(rows.reals[a] for a in args), **params)
    return CONSTANT, [], {"value": real(value, abstract)}


def real(value: Any, abstract: Abstract) -> Any:
    """A number in the type of a row."""
    kind = abstract.dtype
    return kind(value) if isinstance(kind, type) else kind.type(value)


FORMS = ("sum_to", "reshape", "broadcast_to", "astype")
PRODUCTS = ("multiply", "damped_multiply")


@dataclass(frozen=True, slots=True)
class Entry:
    """When a rewrite is tried: for rows of these operations, or for all that have a constant number."""

    rewrite: Rewrite
    ops: tuple[str, ...] = ()


REWRITES = (
    Entry(constants),
    Entry(neutral_element),
    Entry(nothing_flows),
    Entry(minus_one),
    Entry(undamped),
    Entry(minus_minus, ("negative",)),
    Entry(same_form, FORMS),
    Entry(reshape_twice, ("reshape",)),
    Entry(transpose_twice, ("transpose",)),
)
"""The rewrites in the order in which they are tried."""


def simplify(graph: Graph, keep: Iterable[int] = ()) -> Simplified:
    """Apply REWRITES, merge equal rows, drop rows that no output, input, guard or row of `keep` needs."""
    smaller, first = rewritten(graph)
    kept, second = live(smaller, [first[row] for row in keep])
    return Simplified(kept, array("i", [second[row] for row in first]))


def rewritten(graph: Graph, rewrites: Sequence[Entry] | None = None) -> tuple[Graph, array[int]]:
    """One forward pass of all rewrites (by default REWRITES). Also returns the row map."""
    rewrites = REWRITES if rewrites is None else rewrites
    rows, new = _Rows(graph), array("i")
    table = graph.tables
    by_op = [[e.rewrite for e in rewrites if op.name in e.ops] for op in table.ops.values]
    on_constants = [e.rewrite for e in rewrites if not e.ops]
    for row in range(len(graph)):
        args = [new[a] for a in graph.args(row)]
        numbers = graph.op_column[row], graph.params_column[row], graph.abstract_column[row]
        tried = by_op[numbers[0]]
        if not rows.reals.keys().isdisjoint(args):
            tried = [*on_constants, *tried]
        found = _reduced(rows, tried, graph, row, args) if tried else None
        if isinstance(found, tuple):
            numbers, args = found
        count, name = len(rows.written.op_column), graph.name_column[row]
        if isinstance(found, int):
            if name:
                rows.written.name_row(found, graph.name(row))
        else:
            found = rows.add(numbers, args, name, (graph.site_column[row], graph.instance_column[row]))
        new.append(found)
        if len(rows.written.op_column) > count and row >= graph.origin_start:
            _carry_origin(graph, row, rows.written, new)
    written = rows.written
    written.instance_parents, written.instance_sites = graph.instance_parents, graph.instance_sites
    written.instance_ordinals = graph.instance_ordinals
    written.guards = [
        Guard(new[g.row], g.expected, g.site) for g in graph.guards if written.op(new[g.row]) is not CONSTANT
    ]
    return written.freeze([new[r] for r in graph.inputs], [new[r] for r in graph.outputs]), new


def _reduced(rows: _Rows, rewrites: list[Rewrite], graph: Graph, row: int, args: list[int]) -> Any:
    """The row that stands for this one, or (numbers, args) to write in its place, or None."""
    op, params, abstract = graph.op(row), graph.params(row), graph.abstract(row)
    written = rows.written
    for rewrite in rewrites:
        found = rewrite(rows, op, args, params, abstract)
        if isinstance(found, tuple):
            op, args, params = found
            number = written.params_number(params) if params else 0
            return (written.tables.ops.number(op), number, graph.abstract_column[row]), args
        if found is not None and written.abstract(found) == abstract:
            return found
    return None


def _carry_origin(graph: Graph, row: int, written: GraphBuilder, new: array[int]) -> None:
    """Give the row just written its origin. Where the edge is no more, the origin is its row (argument
    -1).
    """
    origin = graph.origin(row)
    if not written.origin_row_column:
        if origin is None:
            return
        written.origin_start = len(written) - 1
    forward, arg = (new[origin[0]], origin[1]) if origin else (-1, -1)
    written.origin_row_column.append(forward)
    written.origin_arg_column.append(arg if forward < 0 or arg < len(written.args(forward)) else -1)


def live(graph: Graph, keep: Iterable[int] = ()) -> tuple[Graph, array[int]]:
    """Drop the rows that no output, input, guard or row of `keep` needs. Also returns the row map."""
    marks = bytearray(len(graph))
    for row in (*graph.outputs, *graph.inputs, *(g.row for g in graph.guards), *keep):
        marks[row] = 1
    offsets, args = graph.arg_offsets, graph.arg_column
    for row in range(len(graph) - 1, -1, -1):
        if marks[row]:
            for k in range(offsets[row], offsets[row + 1]):
                marks[args[k]] = 1
    mask = np.frombuffer(marks, np.uint8).astype(bool)
    new = np.where(mask, np.cumsum(mask) - 1, -1).astype(np.intc)
    return _compact(graph, mask, new), _column("i", new)


def _compact(graph: Graph, mask: NDArray[np.bool_], new: NDArray[np.intc]) -> Graph:
    """The rows of a mask, renumbered, column by column."""
    builder = GraphBuilder()
    builder.tables = graph.tables
    for name in ("op", "params", "abstract", "name", "site", "instance"):
        column = getattr(graph, f"{name}_column")
        setattr(builder, f"{name}_column", _column(column.typecode, np.asarray(column)[mask]))
    counts = np.diff(np.asarray(graph.arg_offsets))
    builder.arg_column = _column("i", new[np.asarray(graph.arg_column)[np.repeat(mask, counts)]])
    builder.arg_offsets = _column("i", np.concatenate([[0], np.cumsum(counts[mask])]))
    start, stop = graph.origin_start, graph.origin_start + len(graph.origin_row_column)
    kept = mask[start:stop]
    origins = np.asarray(graph.origin_row_column, np.intc)[kept]
    moved = np.where(origins >= 0, new[origins], -1)
    edges = np.where(moved >= 0, np.asarray(graph.origin_arg_column, np.intc)[kept], -1)
    builder.origin_start = int(np.count_nonzero(mask[:start]))
    builder.origin_row_column, builder.origin_arg_column = _column("i", moved), _column("i", edges)
    for name in ("instance_parents", "instance_sites", "instance_ordinals"):
        setattr(builder, name, getattr(graph, name))
    builder.guards = [Guard(int(new[g.row]), g.expected, g.site) for g in graph.guards]
    return builder.freeze([int(new[r]) for r in graph.inputs], [int(new[r]) for r in graph.outputs])


def _column(typecode: str, values: NDArray[Any]) -> array[int]:
    column = array(typecode)
    column.frombytes(values.astype(typecode).tobytes())
    return column
