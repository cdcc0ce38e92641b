"""Graph to graph: reverse mode (`differentiate`) and forward mode (`tangent`).

The derivative is one combined graph: the forward rows, then the seeds, then the rows that the rules write,
each with its origin, the edge that it serves. A rule is run on symbols once for each kind of edge; the rows it
wrote are kept as a template and stamped, renumbered, for every further edge of that kind. Broadcasting is
undone and the dtype restored here (`fit`) and nowhere else. Nothing recurses; all sweeps are linear.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from whygrad.errors import NoRuleError
from whygrad.graph import CONSTANT, INPUT, NO_PARAMS, Abstract, Graph
from whygrad.ops import OPS, Keys, Slot, infer
from whygrad.source import site
from whygrad.tracing.symbols import Symbol, apply
from whygrad.tracing.templates import Scratch, Template, Writer

FEW = 6
"""Rows of up to this many arguments are stamped from templates; beyond, the rule runs once for the row."""

ADD, INDEX, ACCUMULATE, SUM_TO = OPS["add"], OPS["index"], OPS["accumulate"], OPS["sum_to"]
ASTYPE, BROADCAST_TO = OPS["astype"], OPS["broadcast_to"]


class Edge(NamedTuple):
    """What flows back along one edge of the forward graph.

    `local` is the row of the local gradient (an int), the local gradient itself where it is the same at every
    point (a float), or None where the operation has no elementwise partial (matmul, reshape).
    `contribution` is the row of upstream times local. That of a read `x[i]` has the shape of what was read;
    the accumulate row of `x` puts it in its place.
    """

    local: int | float | None
    contribution: int


class Edges(Mapping[tuple[int, int], Edge]):
    """All edges that carry a gradient, by (forward row, argument); columns, because there are many."""

    def __init__(self) -> None:
        self.rows, self.args, self.locals, self.contributions = (array("i") for _ in range(4))
        self.constants: list[float] = []

    def add(self, row: int, arg: int, local: int, contribution: int) -> None:
        self.rows.append(row)
        self.args.append(arg)
        self.locals.append(local)
        self.contributions.append(contribution)

    def constant(self, value: float) -> int:
        """The code under which `locals` holds a constant."""
        self.constants.append(value)
        return -1 - len(self.constants)

    @cached_property
    def _index(self) -> dict[tuple[int, int], int]:
        return {edge: k for k, edge in enumerate(zip(self.rows, self.args, strict=True))}

    def __getitem__(self, edge: tuple[int, int]) -> Edge:
        k = self._index[edge]
        code = self.locals[k]
        local = code if code >= 0 else None if code == -1 else self.constants[-2 - code]
        return Edge(local, self.contributions[k])

    def __iter__(self) -> Iterator[tuple[int, int]]:
        return zip(self.rows, self.args, strict=True)

    def __len__(self) -> int:
        return len(self.rows)


@dataclass(frozen=True, eq=False)
class Derivative:
    """The combined graph, whose outputs are the gradients of `wrt`, and the way back from forward rows to it."""

    graph: Graph
    wrt: tuple[int, ...]
    seeds: tuple[int, ...]
    """The row of the seed of each output."""
    cotangents: Sequence[int]
    """For each forward row the row of its cotangent, or -1 where none flows."""
    edges: Edges
    reached: tuple[bool, ...]
    """For each of `wrt`, whether any output depends on it."""


def differentiable(abstract: Abstract) -> int:
    """2 for floating rows, 1 for whole numbers (real to us while nothing rounds), 0 for booleans."""
    return {"f": 2, "c": 2, "i": 1, "u": 1}.get(np.dtype(abstract.dtype).kind, 0)


def varying(graph: Graph, wrt: Sequence[int]) -> bytearray:
    """Marks the rows that depend differentiably on `wrt`. Rounding a float to a whole number cuts the path."""
    marks = bytearray(len(graph))
    kinds = [differentiable(a) for a in graph.tables.abstracts.values]
    for row in wrt:
        marks[row] = kinds[graph.abstract_column[row]] > 0
    offsets, args, abstracts = graph.arg_offsets, graph.arg_column, graph.abstract_column
    for row in range(min(wrt, default=len(graph)), len(graph)):
        start, end = offsets[row], offsets[row + 1]
        for k in range(start, end):
            arg = args[k]
            if marks[arg]:
                kind = kinds[abstracts[row]]
                if kind == 2 or kind == kinds[abstracts[arg]]:
                    marks[row] = kind
                    break
    return marks


def fit(value: Any, target: Abstract) -> Any:
    """Give a contribution the shape and the floating dtype of its row: undo broadcasting, restore the dtype."""
    if value.shape != target.shape:
        stretched = np.broadcast_shapes(value.shape, target.shape) == target.shape
        value = value.__whygrad_apply__(
            BROADCAST_TO if stretched else SUM_TO, (value,), {"shape": target.shape}
        )
    weak = not isinstance(target.dtype, np.dtype) or target.dtype.kind not in "fc"
    have = value.abstract.dtype
    if weak and (have is float or have == np.float64):
        return value
    want = np.dtype(np.float64) if weak else target.dtype
    return value if have == want else value.__whygrad_apply__(ASTYPE, (value,), {"dtype": want})


def refuse(graph: Graph, row: int) -> None:
    """Raise NoRuleError for a row, with its place."""
    name, number = graph.op(row).name, graph.site_column[row]
    raise NoRuleError(
        f"`{name}` (result {graph.abstract(row)}) has no derivative rule, but the gradient must pass through it",
        hint="compute this value from operations that have a rule, or before the part to differentiate",
        place=site(number).place if number else None,
    )


class _Reverse:
    """One reverse sweep. Row numbers of the forward graph stay valid in the graph that it writes."""

    def __init__(self, graph: Graph, wrt: Sequence[int]) -> None:
        self.graph, self.wrt = graph, wrt
        self.marks = varying(graph, wrt)
        self.writer = Writer.of(graph)
        self.cotangents = array("i", [-1]) * len(graph)
        self.edges = Edges()
        self.templates: dict[Any, list[Template | None]] = {}
        self.sums: dict[tuple[int, int], int] = {}
        self.reads: dict[int, list[tuple[int, int]]] = {}

    def seed(self, output: int, value: Any) -> int:
        """The row of an output's seed: an input row, or a constant. Returns its number."""
        writer, abstract = self.writer, self.graph.abstract(output)
        if value is None:
            dtype = abstract.dtype if differentiable(abstract) == 2 else float
            row = writer.add(INPUT, (), Abstract(abstract.shape, dtype))
            writer.name_row(row, f"grad_{self.graph.name(output) or 'out'}")
            return row
        return writer.constant(value)

    def receive(self, row: int, contribution: int) -> None:
        """Add a contribution to the cotangent of a row."""
        before = self.cotangents[row]
        if before < 0:
            self.cotangents[row] = contribution
            return
        writer = self.writer
        kinds = writer.abstract_column[before], writer.abstract_column[contribution]
        number = self.sums.get(kinds)
        if number is None:
            abstract = infer(ADD, (writer.abstract(before), writer.abstract(contribution)), NO_PARAMS)
            number = self.sums[kinds] = writer.tables.abstracts.number(abstract)
        writer.current_origin = (row, -1)
        self.cotangents[row] = writer.add(ADD, (before, contribution), writer.tables.abstracts.values[number])

    def sweep(self) -> None:
        """Visit the rows from last to first; each has its whole cotangent when it is visited."""
        graph, cotangents, marks = self.graph, self.cotangents, self.marks
        offsets = graph.arg_offsets
        leaves = {graph.tables.ops.number(INPUT), graph.tables.ops.number(CONSTANT)}
        index = graph.tables.ops.number(INDEX)
        for row in range(len(graph) - 1, -1, -1):
            if row in self.reads:
                self.place_reads(row)
            if cotangents[row] < 0 or graph.op_column[row] in leaves:
                continue
            start, end = offsets[row], offsets[row + 1]
            if graph.op_column[row] == index:
                self.read(row, start)
            elif end - start > FEW:
                self.pass_together(row)
            elif any(marks[a] for a in graph.arg_column[start:end]):
                self.pass_edges(row, graph.arg_column[start:end])

    def pass_edges(self, row: int, args: array[int]) -> None:
        """Stamp the contributions of a row to its arguments."""
        writer, marks, cotangent = self.writer, self.marks, self.cotangents[row]
        abstracts = writer.abstract_column
        key = (
            writer.op_column[row], writer.params_column[row], abstracts[row], abstracts[cotangent],
            *[abstracts[a] for a in args],
        )  # fmt: skip
        templates = self.templates.get(key)
        if templates is None:
            templates = self.templates[key] = list(self.write(row, cotangent))
        for i, arg in enumerate(args):
            template = templates[i] if marks[arg] else None
            if template is None:
                continue
            slots = [*args, row, cotangent]
            if template.ops:
                writer.stamp(template, slots, row, i)
            local = slots[template.local] if template.local >= 0 else template.local
            contribution = slots[template.result]
            self.edges.add(row, i, local, contribution)
            self.receive(arg, contribution)

    def write(self, row: int, cotangent: int) -> Iterator[Template | None]:
        """Run the rule of a row on symbols, once for each argument."""
        writer, args = self.writer, self.graph.args(row)
        op, params, kind = self.graph.op(row), self.graph.params(row), differentiable(self.graph.abstract(row))
        if op.rule is None and kind == 1:
            yield from [None] * len(args)  # whole numbers that do not vary smoothly, such as those of argmax
            return
        if op.rule is None or np.dtype(self.graph.abstract(row).dtype).kind == "c":
            refuse(self.graph, row)
            return
        abstracts = [writer.abstract(r) for r in (*args, row, cotangent)]
        for i in range(len(args)):
            if not differentiable(abstracts[i]):
                yield None
                continue
            scratch = Scratch(writer)
            *operands, y, g = scratch.slots(abstracts)
            local = op.rule.partial(i, y, operands, params)
            value = op.rule.vjp(i, g, y, operands, params)
            if value is None:
                yield None
                continue
            if not isinstance(value, Symbol):
                value = Symbol(scratch, scratch.constant(value))
            fitted = fit(value, abstracts[i])
            yield scratch.template(len(abstracts), fitted.row, self.local_code(local))

    def local_code(self, local: Any) -> int:
        if isinstance(local, Symbol):
            return local.row
        return self.edges.constant(float(local)) if isinstance(local, int | float) else -1

    def pass_together(self, row: int) -> None:
        """The contributions of a row of many arguments, from one run of its rule."""
        graph, writer = self.graph, self.writer
        op, args = graph.op(row), graph.args(row)
        if op.rule is None:
            refuse(graph, row)
            return
        wanted = [i for i, a in enumerate(args) if self.marks[a]]
        writer.current_origin = (row, wanted[0])
        first = len(writer)
        y, g = Symbol(writer, row), Symbol(writer, self.cotangents[row])
        values = op.rule.vjps(wanted, g, y, [Symbol(writer, a) for a in args], graph.params(row))
        received = []
        for i, value in zip(wanted, values, strict=True):
            if value is None:
                continue
            contribution = fit(value, graph.abstract(args[i])).row
            received.append((args[i], contribution))
            for k in range(first, contribution + 1):
                writer.origin_arg_column[k - writer.origin_start] = i
            first = max(first, contribution + 1)
            self.edges.add(row, i, -1, contribution)
        for arg, contribution in received:
            self.receive(arg, contribution)

    def read(self, row: int, start: int) -> None:
        """Keep a read for `place_reads`: all reads of an array become one accumulate row."""
        base = self.graph.arg_column[start]
        if self.marks[base]:
            cotangent = self.cotangents[row]
            self.reads.setdefault(base, []).append((row, cotangent))
            self.edges.add(row, 0, -1, cotangent)

    def place_reads(self, row: int) -> None:
        """Put what was read from a row back in its places, adding up."""
        graph, writer = self.graph, self.writer
        keys: list[Any] = []
        dynamic: list[int] = []
        reads = self.reads.pop(row)
        for reader, _ in reads:
            keys.append(shifted(graph.params(reader)["key"], len(dynamic)))
            dynamic.extend(graph.args(reader)[1:])
        writer.current_origin = (row, -1)
        operands = (self.zeros(row), *(g for _, g in reads), *dynamic)
        total = apply(writer, ACCUMULATE, [Symbol(writer, r) for r in operands], {"keys": Keys(keys)})
        self.receive(row, total.row)

    def zeros(self, row: int) -> int:
        """A constant row of zeros with the shape and floating dtype of a row."""
        self.writer.current_origin = (row, -1)
        abstract = self.graph.abstract(row)
        if not isinstance(abstract.dtype, np.dtype):
            return self.writer.constant(0.0)
        dtype = abstract.dtype if abstract.dtype.kind in "fc" else np.dtype(np.float64)
        return self.writer.constant(np.zeros(abstract.shape, dtype) if abstract.shape else dtype.type(0))


def shifted(key: Any, by: int) -> Any:
    """A key whose slots are numbered from `by` on, for lists of keys that share their index arrays."""
    if by == 0:
        return key
    if type(key) is tuple:
        return tuple([shifted(k, by) for k in key])
    return Slot(key.k + by) if type(key) is Slot else key


def differentiate(
    graph: Graph,
    outputs: Sequence[int] | int | None = None,
    wrt: Sequence[int] | None = None,
    seeds: Sequence[Any] | None = None,
) -> Derivative:
    """Reverse mode: the combined graph with the gradients of `outputs` (all added up) by the rows `wrt`.

    `outputs` and `wrt` are rows, by default the graph's outputs and inputs. `seeds` has one cotangent for each
    output, a value, or None for a new input row; by default 1.0 for a scalar, an input row for an array.
    The gradients have the shapes and floating dtypes of the rows; by whole numbers they are float64. Those that
    no output depends on are constant zeros. Raises NoRuleError where an operation without a rule is in the way.
    """
    outputs = (outputs,) if isinstance(outputs, int) else graph.outputs if outputs is None else tuple(outputs)
    wrt = graph.inputs if wrt is None else tuple(wrt)
    reverse = _Reverse(graph, wrt)
    if seeds is None:
        seeds = [None if graph.abstract(row).shape else one(graph.abstract(row)) for row in outputs]
    rows = tuple([reverse.seed(row, value) for row, value in zip(outputs, seeds, strict=True)])
    reverse.writer.begin()
    for output, row in zip(outputs, rows, strict=True):
        if reverse.marks[output]:
            reverse.receive(output, row)
    reverse.sweep()
    writer, cotangents = reverse.writer, reverse.cotangents
    gradients = [
        cotangents[row] if cotangents[row] >= 0 else reverse.zeros(row) for row in wrt
    ]
    writer.end()
    inputs = (*graph.inputs, *(row for row in rows if writer.op(row) is INPUT))
    reached = tuple([cotangents[row] >= 0 for row in wrt])
    return Derivative(writer.freeze(inputs, gradients), wrt, rows, cotangents, reverse.edges, reached)


def one(abstract: Abstract) -> Any:
    """The seed of a scalar output: 1 in its own floating type."""
    if isinstance(abstract.dtype, np.dtype) and abstract.dtype.kind in "fc":
        return abstract.dtype.type(1)
    return 1.0
