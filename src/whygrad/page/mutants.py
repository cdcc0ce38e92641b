"""What a wrong entry of an exercise may come from: the usual slips, made beforehand at every gradient.

A mutant is a row over the rows of the derivative: the true contribution of one edge with one slip in it, plus
the other contributions. The page computes it with everything else, at whatever point the reader has moved to,
and tells the cause of the first whose numbers are the reader's. Of arrays a slip may have another shape than
the gradient (a sum over the batch that is missing): then it is known by that.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from whygrad.differentiation import Derivative
from whygrad.emission.javascript import javascript
from whygrad.errors import EmissionError
from whygrad.explanation.ledger import Ledger
from whygrad.explanation.links import rewrite
from whygrad.explanation.numbers import number_text
from whygrad.gates import Gate
from whygrad.graph import CONSTANT, INPUT, Graph, GraphBuilder
from whygrad.ops import OPS, infer
from whygrad.page.groups import own_derivative
from whygrad.page.products import products
from whygrad.page.slips import SLIPS, axes_text
from whygrad.page.whole_gates import slips_of
from whygrad.tracing.formulas import parse_formula

Json = dict[str, Any]
MOST = 4000
MOST_ASKED = 36
"""Gradients of up to so many entries are asked for; larger ones stand."""


class Edge(NamedTuple):
    """An edge of the drawing, by rows of the derivative: what flows along it, and where."""

    source: int
    result: int
    local: int
    """The row of the local gradient, -1 where there is no elementwise one."""
    upstream: int
    contribution: int
    other: int
    """The other operand of a product, or -1."""
    place: Json
    """Which edge of the graph, or which closed gate."""


class Slip(NamedTuple):
    """One slip: its kind, the row that it makes, the row that it is about, and further words for its text."""

    kind: str
    row: int
    about: int
    words: Mapping[str, str] = {}


def mutants_of(entries: Ledger, derivative: Derivative, gates: Sequence[tuple[str, Gate]]) -> Json:
    """Mutants of all gradients that can be asked for: `list`, the `code` that computes their `slot`s, and
    `most`, the entries of the largest gradient that is asked for."""
    bench = Bench(entries, derivative, GraphBuilder.extending(derivative.graph), gates)
    first = len(derivative.graph)
    at_edges = (m for edge in bench.edges() for m in bench.mutants(edge))
    found = [*bench.turned(), *at_edges, *bench.at_whole_gates(), *bench.without_factors()]
    graph = bench.builder.freeze(derivative.graph.inputs, ())
    try:
        code = javascript(graph, range(first, len(graph)))
    except EmissionError:  # a form of an operation that the page lacks, made for a slip only
        code, found = "", []
    return {"code": code, "list": found[:MOST], "most": MOST_ASKED}


@dataclass(eq=False)
class Bench:
    """Where rows are added."""

    entries: Ledger
    derivative: Derivative
    builder: GraphBuilder
    gates: Sequence[tuple[str, Gate]]
    """The gates of the graph, each with the key of its group."""

    # --- the edges of the drawing, opened and closed ------------------------------------------------------
    def edges(self) -> Iterator[Edge]:
        graph, derivative = self.entries.graph, self.derivative
        for (row, arg), edge in sorted(derivative.edges.items(), key=lambda item: (-item[0][0], item[0][1])):
            source = graph.args(row)[arg]
            if not self.asked(source):
                continue
            local = edge.local if isinstance(edge.local, int) else -1
            if isinstance(edge.local, float):
                local = self.builder.constant(edge.local)
            args = graph.args(row)
            other = args[1 - arg] if len(args) == 2 and graph.op(row).name in PRODUCTS else -1
            other = -1 if other >= 0 and graph.op(other) is CONSTANT else other
            upstream = derivative.cotangents[row]
            yield Edge(source, row, local, upstream, edge.contribution, other, {"edge": [row, arg]})
        for key, gate in self.gates:
            yield from self.closed(key, gate)

    def asked(self, row: int) -> bool:
        """Whether the gradient of a row is one that a reader fills in."""
        abstract = self.entries.graph.abstract(row)
        flows = self.derivative.cotangents[row] >= 0
        return (
            flows and self.entries.graph.op(row) is not CONSTANT and math.prod(abstract.shape) <= MOST_ASKED
        )

    def closed(self, key: str, gate: Gate) -> Iterator[Edge]:
        """The one edge of a closed gate that has a derivative of its own."""
        known = own_derivative(gate)
        if known is None or not self.asked(gate.inputs[0]):
            return
        upstream = self.derivative.cotangents[gate.output]
        if upstream >= 0:
            names = {gate.parameters[0]: gate.inputs[0], known.result: gate.output}
            local = self.written(known.derivative, names, gate.bound)
            whole = self.add("multiply", local, upstream)
            yield Edge(gate.inputs[0], gate.output, local, upstream, whole, -1, {"group": key})

    def written(self, text: str, names: Mapping[str, int], bound: Mapping[str, Any]) -> int:
        """Add the rows of a formula over rows by name."""
        numbers = {name: number_text(value, 17) for name, value in bound.items()}
        formula = parse_formula(rewrite(text, numbers))
        given = dict(zip(formula.graph.inputs, (names[name] for name in formula.names), strict=True))
        return self.copied(formula.graph, given)

    def formula(self, text: str, names: Mapping[str, int]) -> int:
        """Add the rows of a formula over rows of any shape, by name."""
        shapes = {name: self.shape(row) for name, row in names.items()}
        point = {name: np.zeros(shape) if shape else 0.0 for name, shape in shapes.items()}
        formula = parse_formula(text, point)
        given = dict(zip(formula.graph.inputs, (names[name] for name in formula.names), strict=True))
        return self.copied(formula.graph, given)

    def copied(self, graph: Graph, given: Mapping[int, int]) -> int:
        """The rows of a small graph added; its inputs are rows here."""
        new = dict(given)
        for row in range(len(graph)):
            if graph.op(row) is CONSTANT:
                new[row] = self.builder.constant(graph.params(row)["value"])
            elif graph.op(row) is not INPUT:
                args = [new[a] for a in graph.args(row)]
                new[row] = self.add(graph.op(row).name, *args, **graph.params(row))
        return new[graph.outputs[0]]

    # --- slips ----------------------------------------------------------------------------------------------
    def mutants(self, edge: Edge) -> Iterator[Json]:
        """Each slip of one edge, the other contributions left as they are."""
        rest, shape = self.rest(edge), self.shape(edge.source)
        for slip in self.slips(edge, rest):
            row = self.fitted(slip.row, shape) if slip.kind not in OWN_SHAPE else slip.row
            if row < 0:
                continue
            if rest >= 0 and slip.kind != "missing path" and self.shape(row) == shape:
                row = self.add("add", row, rest)
            yield self.told(slip, edge.source, edge.result, row) | edge.place

    def at_whole_gates(self) -> Iterator[Json]:
        """Slips in what closed gates of arrays send back."""
        for key, gate in self.gates:
            for source, right, slips in slips_of(self, gate):
                upstream = self.derivative.cotangents[gate.output]
                edge = Edge(source, gate.output, -1, upstream, right, -1, {"group": key})
                rest = self.rest(edge)
                slips.insert(0, ("sign", self.add("negative", right), {}))
                for kind, row, words in slips:
                    total = row if rest < 0 else self.add("add", row, rest)
                    yield self.told(Slip(kind, row, source, words), source, gate.output, total) | edge.place

    def told(self, slip: Slip, source: int, result: int, row: int) -> Json:
        label = self.entries.label
        words = {"name": label(source), "top": label(result), "out": label(self.entries.output)}
        words |= {"about": label(slip.about)} | dict(slip.words)
        code, title, why = (text.format(**words) for text in SLIPS[slip.kind])
        return {"row": source, "slot": row, "code": code, "title": title, "why": why}

    def rest(self, edge: Edge) -> int:
        """The other contributions to the same gradient, or -1: the whole less this one."""
        inside = set(self.gate_rows(edge)) if "group" in edge.place else {edge.result}
        others = [
            u
            for u in self.entries.uses(edge.source)
            if u.row not in inside or ("edge" in edge.place and [u.row, u.arg] != edge.place["edge"])
        ]
        rows = [self.derivative.edges[u.row, u.arg].contribution for u in others]
        if any(self.shape(row) != self.shape(edge.source) for row in rows):  # reads: parts of the whole
            whole = self.derivative.cotangents[edge.source]
            return self.add("subtract", whole, edge.contribution) if self.whole(edge) else -1
        return self.sum_of(rows)

    def whole(self, edge: Edge) -> bool:
        return self.shape(edge.contribution) == self.shape(edge.source)

    def gate_rows(self, edge: Edge) -> tuple[int, ...]:
        return next(gate.rows for key, gate in self.gates if key == edge.place["group"])

    def sum_of(self, rows: list[int]) -> int:
        total = -1
        for row in rows:
            total = row if total < 0 else self.add("add", total, row)
        return total

    def slips(self, edge: Edge, rest: int) -> Iterator[Slip]:
        """Each slip as its kind, the row that it makes, and the row that it is about."""
        result = edge.result
        if rest >= 0:
            yield Slip("missing path", rest, result)
        if self.whole(edge):
            yield Slip("sign", self.add("negative", edge.contribution), result)
        yield from self.elementwise(edge) if edge.local >= 0 else self.of_products(edge)
        yield Slip("value", edge.source, result)

    def elementwise(self, edge: Edge) -> Iterator[Slip]:
        """Slips about local times upstream."""
        local, upstream, result = edge.local, edge.upstream, edge.result
        whole = self.add("multiply", local, upstream)
        yield from self.stretched(edge, whole)
        yield from self.exponent(edge, whole)
        if upstream != self.derivative.seeds[0]:
            yield Slip("no upstream", local, result)
        mean = self.entries.graph.op(result).name == "mean"
        yield Slip("no count" if mean else "no local", upstream, result)
        if edge.other >= 0:
            yield Slip("own factor", self.add("multiply", edge.source, upstream), edge.other)
        for row in dict.fromkeys((result, self.entries.output)):
            yield Slip("value as upstream", self.add("multiply", local, row), row)
        yield Slip("value as local", self.add("multiply", result, upstream), result)
        yield Slip("twice", self.add("multiply", whole, local), result)
        yield Slip("added", self.add("add", local, upstream), result)

    def stretched(self, edge: Edge, whole: int) -> Iterator[Slip]:
        """Slips about the sum over axes along which the operand was stretched."""
        have, want = self.shape(whole), self.shape(edge.source)
        axes = stretched_axes(have, want)
        if not axes or math.prod(have) <= math.prod(want):
            return
        words = {"axes": axes_text(axes)}
        yield Slip("not summed", whole, edge.result, words)
        count = self.builder.constant(float(math.prod(have) / math.prod(want)))
        yield Slip("averaged", self.add("divide", self.fitted(whole, want), count), edge.result, words)
        for axis in range(len(have)):
            if (axis,) != axes:
                yield Slip("other axis", self.add("sum", whole, axis=axis), edge.result, words)

    def exponent(self, edge: Edge, whole: int) -> Iterator[Slip]:
        graph = self.entries.graph
        args = graph.args(edge.result)
        name = graph.op(edge.result).name
        known = name == "power" and edge.source == args[0] and graph.op(args[1]) is CONSTANT
        power = graph.params(args[1])["value"] if known else 2 if name == "square" else 0
        if power not in (0, 1):
            factor = self.builder.constant(float(power))
            yield Slip("no exponent", self.add("divide", whole, factor), edge.result)

    def of_products(self, edge: Edge) -> Iterator[Slip]:
        """Slips about matrix products: factors in another order, or not transposed."""
        if edge.other < 0 or self.entries.graph.op(edge.result).name == "multiply":
            return
        first = self.entries.graph.args(edge.result)[0] == edge.source
        names = f"grad_{self.entries.label(edge.result)}", self.entries.label(edge.other)
        for kind, row, product, right in products(self.add, self.shape, edge, first, names):
            yield Slip(kind, row, edge.other, {"product": f"`{product}`", "right": f"`{right}`"})

    # --- slips that no single edge has ------------------------------------------------------------------
    def turned(self) -> Iterator[Json]:
        """The transpose of a whole gradient."""
        for row in filter(self.asked, self.entries.names):
            if len(self.shape(row)) == 2 and 1 not in self.shape(row):
                turned = self.add("transpose", self.derivative.cotangents[row])
                yield self.told(Slip("transposed", turned, row), row, row, turned)

    def without_factors(self) -> Iterator[Json]:
        """What lacks a constant factor further up, such as the 1/N of the loss."""
        for row in filter(self.asked, self.entries.names):
            whole = self.derivative.cotangents[row]
            for top, below, factor in self.trunk:
                if row < below:
                    text = {"about": number_text(factor)}
                    missing = self.add("divide", whole, self.builder.constant(factor))
                    yield self.told(Slip("factor above", 0, top, text), row, top, missing)

    @cached_property
    def trunk(self) -> list[tuple[int, int, float]]:
        """From the output back, as long as there is one way only: constant factors, each with its row and the
        row below it. Every gradient further below carries them."""
        graph, row = self.entries.graph, self.entries.output
        found: list[tuple[int, int, float]] = []
        while True:
            edges = [k for k in range(len(graph.args(row))) if (row, k) in self.derivative.edges]
            if len(edges) != 1:
                return found
            local = self.derivative.edges[row, edges[0]].local
            below = graph.args(row)[edges[0]]
            if isinstance(local, float) and abs(local) not in (0.0, 1.0):
                found.append((row, below, local))
            row = below

    # --- rows -----------------------------------------------------------------------------------------------
    def shape(self, row: int) -> tuple[int, ...]:
        return self.builder.abstract(row).shape

    def fitted(self, row: int, shape: tuple[int, ...]) -> int:
        """A row summed or stretched to a shape; -1 where it cannot be."""
        have = self.shape(row)
        if have == shape:
            return row
        try:
            if math.prod(have) > math.prod(shape) and stretched_axes(have, shape) is not None:
                return self.add("sum_to", row, shape=shape)
            return self.add("broadcast_to", row, shape=shape)
        except ValueError:
            return -1

    def add(self, name: str, *args: int, **params: Any) -> int:
        op = OPS[name]
        return self.builder.add(op, args, infer(op, [self.builder.abstract(a) for a in args], params), params)


def stretched_axes(have: Sequence[int], want: Sequence[int]) -> tuple[int, ...] | None:
    """The axes along which an array of shape `want` is stretched to `have`; None where it cannot be."""
    lead = len(have) - len(want)
    if lead < 0 or any(n not in (1, have[lead + k]) for k, n in enumerate(want)):
        return None
    return tuple(k for k in range(len(have)) if k < lead or (want[k - lead] == 1 and have[k] != 1))


PRODUCTS = ("multiply", "matmul", "dot")
OWN_SHAPE = ("not summed", "other axis", "not turned", "other product")
"""Slips that are known by their shape."""
