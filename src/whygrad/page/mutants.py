"""What a wrong entry of an exercise may come from: the usual slips, made beforehand at every gradient.

A mutant is a row over the rows of the derivative: the true contribution of one edge with one slip in it, plus
the other contributions. The page computes it with everything else, at whatever point the reader has moved to,
and tells the cause of the first whose number is the reader's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from whygrad.differentiation import Derivative
from whygrad.emission.javascript import javascript
from whygrad.explanation.ledger import Ledger
from whygrad.explanation.links import rewrite
from whygrad.explanation.numbers import number_text
from whygrad.gates import Gate
from whygrad.graph import CONSTANT, INPUT, Abstract, Graph, GraphBuilder
from whygrad.ops import OPS
from whygrad.page.groups import gates_of, own_derivative
from whygrad.tracing.formulas import parse_formula

Json = dict[str, Any]
NUMBER = Abstract((), float)
MOST = 4000


SLIPS = {
    "missing path": (
        "WG301",
        "the path through `{top}` is missing",
        "`{name}` also feeds `{top}`, and a gradient is the sum over all places where a value is used",
    ),
    "sign": (
        "WG204",
        "the sign is wrong",
        "the size is right; look at the sign of the local gradient at `{top}`",
    ),
    "no upstream": (
        "WG206",
        "this is the local gradient alone",
        "it says how `{top}` moves with `{name}`; multiply it by the upstream gradient of `{top}` to say how "
        "`{out}` moves",
    ),
    "no local": (
        "WG207",
        "this is the upstream gradient alone",
        "what arrives at `{top}` still has to be multiplied by the local gradient there",
    ),
    "own factor": (
        "WG203",
        "this multiplies by `{name}` itself",
        "the local gradient of a product is the other factor, here `{about}`",
    ),
    "value as upstream": (
        "WG201",
        "this multiplies by the value `{about}` where the upstream gradient belongs",
        "a local gradient is multiplied by the gradient that arrives from the next gate, never by a value of "
        "the forward pass",
    ),
    "value as local": (
        "WG208",
        "this multiplies by the value `{top}`, not by a derivative",
        "the local gradient says how fast `{top}` moves with `{name}`, not how large it is",
    ),
    "twice": (
        "WG210",
        "the local gradient is multiplied in twice",
        "each gate on the way gives one factor, and `{top}` has given its own already",
    ),
    "added": (
        "WG211",
        "local and upstream gradient are added",
        "along a path gradients are multiplied; only different paths are added",
    ),
    "value": (
        "WG208",
        "this is the value of `{name}`",
        "a gradient says how much `{out}` moves with `{name}`, not what `{name}` is",
    ),
}
"""Each kind of slip: the code of its cause, a title, and why it is one."""


class Edge(NamedTuple):
    """An edge of the drawing, by rows of the derivative: what flows along it, and where."""

    source: int
    result: int
    local: int
    upstream: int
    other: int
    """The other operand of a product, or -1."""
    place: Json
    """Which edge of the graph, or which closed gate."""


def mutants_of(entries: Ledger, derivative: Derivative) -> Json:
    """Mutants of all gradients of single numbers: `list`, and the `code` that computes their `slot`s."""
    bench = _Bench(entries, derivative, GraphBuilder.extending(derivative.graph))
    first = len(derivative.graph)
    found = [mutant for edge in bench.edges() for mutant in bench.mutants(edge)][:MOST]
    graph = bench.builder.freeze(derivative.graph.inputs, ())
    return {"code": javascript(graph, range(first, len(graph))), "list": found}


@dataclass(eq=False)
class _Bench:
    """Where rows are added."""

    entries: Ledger
    derivative: Derivative
    builder: GraphBuilder

    # --- the edges of the drawing, opened and closed ------------------------------------------------------
    def edges(self) -> Iterator[Edge]:
        graph, derivative = self.entries.graph, self.derivative
        for (row, arg), edge in sorted(derivative.edges.items(), key=lambda item: (-item[0][0], item[0][1])):
            source = graph.args(row)[arg]
            if edge.local is None or not self.numbers(row, source, edge.contribution):
                continue
            local = edge.local if isinstance(edge.local, int) else self.builder.constant(float(edge.local))
            args = graph.args(row)
            other = args[1 - arg] if graph.op(row).name == "multiply" and len(args) == 2 else -1
            other = -1 if other >= 0 and graph.op(other) is CONSTANT else other
            upstream = derivative.cotangents[row]
            yield Edge(source, row, local, upstream, other, {"edge": [row, arg]})
        for key, gate in gates_of(graph):
            yield from self.closed(key, gate)

    def closed(self, key: str, gate: Gate) -> Iterator[Edge]:
        """The one edge of a closed gate that has a derivative of its own."""
        known = own_derivative(gate)
        if known is None or not self.numbers(gate.output, gate.inputs[0]):
            return
        upstream = self.derivative.cotangents[gate.output]
        if upstream >= 0 and self.derivative.cotangents[gate.inputs[0]] >= 0:
            names = {gate.parameters[0]: gate.inputs[0], known.result: gate.output}
            local = self.written(known.derivative, names, gate.bound)
            yield Edge(gate.inputs[0], gate.output, local, upstream, -1, {"group": key})

    def written(self, text: str, names: Mapping[str, int], bound: Mapping[str, Any]) -> int:
        """Add the rows of a formula over rows by name."""
        formula = parse_formula(
            rewrite(text, {name: number_text(value, 17) for name, value in bound.items()})
        )
        given = dict(zip(formula.graph.inputs, (names[name] for name in formula.names), strict=True))
        return _copied(self.builder, formula.graph, given)

    def numbers(self, *rows: int) -> bool:
        return not any(self.builder.abstract(row).shape for row in rows)

    # --- slips ----------------------------------------------------------------------------------------------
    def mutants(self, edge: Edge) -> Iterator[Json]:
        """Each slip of one edge, the other contributions left as they are."""
        rest, label = self.rest(edge), self.entries.label
        names = {"name": label(edge.source), "top": label(edge.result), "out": label(self.entries.output)}
        for kind, row, about in self.slips(edge, rest):
            code, title, why = (text.format(**names, about=label(about)) for text in SLIPS[kind])
            slot = row if rest < 0 or kind == "missing path" else self.add("add", row, rest)
            yield {"row": edge.source, **edge.place, "slot": slot, "code": code, "title": title, "why": why}

    def rest(self, edge: Edge) -> int:
        """The other contributions to the same gradient, or -1: the whole less this one."""
        uses = self.entries.uses(edge.source)
        inside = set(self.gate_rows(edge)) if "group" in edge.place else {edge.result}
        others = [
            u
            for u in uses
            if u.row not in inside or ("edge" in edge.place and [u.row, u.arg] != edge.place["edge"])
        ]
        rows = [self.derivative.edges[u.row, u.arg].contribution for u in others]
        return self.sum_of(rows)

    def gate_rows(self, edge: Edge) -> tuple[int, ...]:
        return next(gate.rows for key, gate in gates_of(self.entries.graph) if key == edge.place["group"])

    def sum_of(self, rows: list[int]) -> int:
        total = -1
        for row in rows:
            total = row if total < 0 else self.add("add", total, row)
        return total

    def slips(self, edge: Edge, rest: int) -> Iterator[tuple[str, int, int]]:
        """Each slip as its kind, the row that it makes, and the row that it is about."""
        local, upstream, result = edge.local, edge.upstream, edge.result
        whole = self.add("multiply", local, upstream)
        if rest >= 0:
            yield "missing path", rest, result
        yield "sign", self.add("negative", whole), result
        if upstream != self.derivative.seeds[0]:
            yield "no upstream", local, result
        yield "no local", upstream, result
        if edge.other >= 0:
            yield "own factor", self.add("multiply", edge.source, upstream), edge.other
        for row in dict.fromkeys((result, self.entries.output)):
            yield "value as upstream", self.add("multiply", local, row), row
        yield "value as local", self.add("multiply", result, upstream), result
        yield "twice", self.add("multiply", whole, local), result
        yield "added", self.add("add", local, upstream), result
        yield "value", edge.source, result

    def add(self, name: str, *args: int) -> int:
        return self.builder.add(OPS[name], args, NUMBER)


def _copied(builder: GraphBuilder, graph: Graph, given: Mapping[int, int]) -> int:
    """The rows of a small graph added to another; its inputs are rows there."""
    new = dict(given)
    for row in range(len(graph)):
        if graph.op(row) is CONSTANT:
            new[row] = builder.constant(graph.params(row)["value"])
        elif graph.op(row) is not INPUT:
            new[row] = builder.add(
                graph.op(row), [new[a] for a in graph.args(row)], NUMBER, graph.params(row)
            )
    return new[graph.outputs[0]]
