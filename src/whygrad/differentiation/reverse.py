"""Reverse mode: one sweep over the rows from last to first, without recursion.

A rule is run on symbols once for each kind of edge; the rows it wrote are kept as a template and stamped for
every further edge of that kind. Contributions to a row are added up as they arrive, except those of reads:
all reads `x[i]` of one array become one accumulate row, so that a loop of reads stays linear.
"""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np

from whygrad.differentiation.edges import Derivative, Edges
from whygrad.differentiation.fitting import differentiable, fit, one, refuse, symbol, varying, zeros
from whygrad.differentiation.writing import Template, Writer
from whygrad.graph import CONSTANT, INPUT, NO_PARAMS, Abstract, Graph
from whygrad.ops import OPS, Keys, Slot, infer
from whygrad.rules import Rule
from whygrad.tracing.symbols import Symbol, apply
from whygrad.tracing.templates import Pattern, Patterns, Scratch, key_of_params

FEW = 6
"""Rows of up to this many arguments are stamped from templates. Beyond, and for writes, which differ in their
keys, the rule runs once for the row."""

ADD, INDEX, ASSEMBLE, ACCUMULATE = (OPS[name] for name in ("add", "index", "assemble", "accumulate"))

PATTERNS = Patterns()
"""What the rules wrote in this process."""


class _Reverse:
    """One reverse sweep. Row numbers of the forward graph stay valid in the graph that it writes."""

    def __init__(self, graph: Graph, wrt: Sequence[int]) -> None:
        self.graph, self.wrt = graph, wrt
        self.marks = varying(graph, wrt)
        self.writer = Writer.of(graph)
        self.cotangents = array("i", [-1]) * len(graph)
        self.abstracts = array("i", [-1]) * len(graph)
        """The shape and dtype of each cotangent, by number."""
        self.edges = Edges(self.writer.stamps)
        self.templates: dict[Any, Template] = {}
        self.sums: dict[tuple[int, int], Template] = {}
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

    def receive(self, row: int, contribution: int, abstract: int) -> None:
        """Add a contribution to the cotangent of a row."""
        before = self.cotangents[row]
        if before >= 0:
            kinds = self.abstracts[row], abstract
            template = self.sums.get(kinds) or self.sums.setdefault(kinds, self.sum_of(kinds))
            contribution = self.writer.stamp(template, array("i", (before, contribution)), row)
            abstract = template.results[0].abstract
        self.cotangents[row], self.abstracts[row] = contribution, abstract

    def sum_of(self, kinds: tuple[int, int]) -> Template:
        """The template that adds two contributions."""
        a, b = (self.writer.tables.abstracts.values[k] for k in kinds)
        plus = Pattern((ADD,), ((NO_PARAMS, ()),), (infer(ADD, (a, b)),), (2,), (0, 1), None, 2)
        return self.writer.template(kinds, [(-1, plus)])

    def sweep(self) -> None:
        """Visit the rows from last to first; each has its whole cotangent when it is visited."""
        graph, cotangents = self.graph, self.cotangents
        offsets = graph.arg_offsets
        leaves = {graph.tables.ops.number(INPUT), graph.tables.ops.number(CONSTANT)}
        index = graph.tables.ops.number(INDEX)
        writes = {graph.tables.ops.number(ASSEMBLE), graph.tables.ops.number(ACCUMULATE)}
        for row in range(len(graph) - 1, -1, -1):
            if row in self.reads:
                self.place_reads(row)
            if cotangents[row] < 0 or graph.op_column[row] in leaves:
                continue
            start, end = offsets[row], offsets[row + 1]
            if graph.op_column[row] == index:
                self.read(row, start)
            elif end - start > FEW or graph.op_column[row] in writes:
                self.pass_together(row)
            else:
                self.pass_edges(row, graph.arg_column[start:end])

    def pass_edges(self, row: int, args: array[int]) -> None:
        """Stamp the contributions of a row to its arguments."""
        writer, marks = self.writer, self.marks
        kinds = writer.abstract_column
        key = (
            writer.op_column[row], writer.params_column[row], kinds[row], self.abstracts[row],
            *[kinds[a] if marks[a] else ~kinds[a] for a in args],
        )  # fmt: skip
        template = self.templates.get(key)
        if template is None:
            template = self.templates[key] = self.template_of(row, args)
        slots, given = args, template.given
        slots.append(row)
        slots.append(self.cotangents[row])
        above = writer.stamp(template, slots, row) - given
        for i, _, slot, abstract in template.results:
            self.receive(slots[i], slots[slot] if slot < given else above + slot, abstract)

    def template_of(self, row: int, args: Sequence[int]) -> Template:
        """The rows for all edges of a row along which something flows."""
        graph, writer = self.graph, self.writer
        if not any(self.marks[a] for a in args):
            return writer.template([0] * (len(args) + 2), ())
        kinds = [*[writer.abstract_column[r] for r in (*args, row)], self.abstracts[row]]
        abstracts = [writer.tables.abstracts.values[k] for k in kinds]
        key = (graph.op(row), key_of_params(graph.params(row)), *abstracts)
        patterns = PATTERNS.find(key, partial(write, graph, row, abstracts))
        flowing = [(i, p) for i, p in enumerate(patterns) if p is not None and self.marks[args[i]]]
        return writer.template(kinds, flowing)

    def pass_together(self, row: int) -> None:
        """The contributions of a row of many arguments, from one run of its rule."""
        graph, writer = self.graph, self.writer
        op, args = graph.op(row), graph.args(row)
        if op.rule is None:
            refuse(graph, row)
        wanted = [i for i, a in enumerate(args) if self.marks[a]]
        if not wanted:
            return
        if op is ASSEMBLE and wanted[0] == 0:  # its base last: the cotangent is then free to be written to
            wanted = [*wanted[1:], 0]
        writer.flush()
        writer.current_origin = (row, wanted[0])
        first = len(writer)
        y, g = Symbol(writer, row), Symbol(writer, self.cotangents[row])
        values = op.rule.vjps(wanted, g, y, [Symbol(writer, a) for a in args], graph.params(row))
        received = []
        for i, value in zip(wanted, values, strict=True):
            if value is None:
                continue
            contribution = fit(symbol(writer, value), graph.abstract(args[i])).row
            received.append((args[i], contribution))
            for k in range(first, contribution + 1):
                writer.origin_arg_column[k - writer.origin_start] = i
            first = max(first, contribution + 1)
            self.edges.add(row, i, contribution)
        for arg, contribution in received:
            self.receive(arg, contribution, writer.abstract_column[contribution])

    def read(self, row: int, start: int) -> None:
        """Keep a read for `place_reads`: all reads of an array become one accumulate row."""
        base = self.graph.arg_column[start]
        if self.marks[base]:
            cotangent = self.cotangents[row]
            self.reads.setdefault(base, []).append((row, cotangent))
            self.edges.add(row, 0, cotangent)

    def place_reads(self, row: int) -> None:
        """Put what was read from a row back in its places, adding up."""
        graph, writer = self.graph, self.writer
        keys: list[Any] = []
        dynamic: list[int] = []
        reads = self.reads.pop(row)
        writer.flush()
        for reader, _ in reads:
            keys.append(shifted(graph.params(reader)["key"], len(dynamic)))
            dynamic.extend(graph.args(reader)[1:])
        writer.current_origin = (row, -1)
        # Added to the other contributions, not to zeros: executors can then do it in place.
        base = self.cotangents[row]
        base = base if base >= 0 else zeros(writer, graph.abstract(row))
        operands = [Symbol(writer, k) for k in (base, *(g for _, g in reads), *dynamic)]
        found = self.cotangents[row] = apply(writer, ACCUMULATE, operands, {"keys": Keys(keys)}).row
        self.abstracts[row] = writer.abstract_column[found]


def write(graph: Graph, row: int, abstracts: Sequence[Abstract]) -> list[Pattern | None]:
    """Run the rule of a row on symbols, once for each argument. `abstracts` are those of the arguments, the
    row and its cotangent."""
    op, params, found = graph.op(row), graph.params(row), graph.abstract(row)
    count = len(abstracts) - 2
    if op.rule is None and differentiable(found) == 1:
        return [None] * count  # whole numbers that do not vary smoothly, such as those of argmax
    if op.rule is None or np.dtype(found.dtype).kind == "c":
        refuse(graph, row)
    return [
        _edge(op.rule, i, params, abstracts) if differentiable(abstracts[i]) else None for i in range(count)
    ]


def _edge(rule: Rule, i: int, params: Mapping[str, Any], abstracts: Sequence[Abstract]) -> Pattern | None:
    """What a rule writes for its argument `i`; None where that is exactly zero."""
    scratch = Scratch()
    *operands, y, g = scratch.slots(abstracts)
    local = rule.partial(i, y, operands, params)
    value = rule.vjp(i, g, y, operands, params)
    if value is None:
        return None
    fitted = fit(symbol(scratch, value), abstracts[i])
    known = (
        local.row if isinstance(local, Symbol) else float(local) if isinstance(local, int | float) else None
    )
    return scratch.pattern(len(abstracts), fitted.row, known)


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

    `outputs` and `wrt` are rows, by default the graph's outputs and inputs. `seeds` has one cotangent for
    each output, a value, or None for a new input row; by default 1.0 for a scalar, an input row for an array.
    The gradients have the shapes and floating dtypes of the rows; by whole numbers they are float64. Those
    that no output depends on are constant zeros. Raises NoRuleError where an operation without a rule is in
    the way.
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
            reverse.receive(output, row, reverse.writer.abstract_column[row])
    reverse.sweep()
    writer, cotangents = reverse.writer, reverse.cotangents
    gradients = [
        cotangents[row] if cotangents[row] >= 0 else zeros(writer, graph.abstract(row)) for row in wrt
    ]
    writer.end()
    inputs = (*graph.inputs, *(row for row in rows if writer.op(row) is INPUT))
    reached = tuple([cotangents[row] >= 0 for row in wrt])
    return Derivative(writer.freeze(inputs, gradients), wrt, rows, cotangents, reverse.edges, reached)
