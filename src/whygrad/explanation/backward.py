"""The backward pass as a circuit of its own: from the seed at the output to the gradients of the inputs.

What a rule says where it does not hold is folded away, as in formulas. Values of the forward pass come in as
inputs, in green above their wires; everything that flows is a gradient, in red below its wire. The way back
through a call or a loop is a block, as the call itself is in the forward pass.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from whygrad.differentiation import Derivative
from whygrad.errors import UsageError
from whygrad.execution.interpreter import Run
from whygrad.explanation.circuit import Drawing, Edge, short_text
from whygrad.explanation.heat import heat_of
from whygrad.explanation.ledger import Ledger
from whygrad.explanation.locals import Fold
from whygrad.gates.blocks import Blocks
from whygrad.gates.records import Block, Part
from whygrad.gates.views import COMFORT, MANY, Cut
from whygrad.graph import CONSTANT, INPUT, Graph, GraphBuilder
from whygrad.report import Box, Circuit, Wire


def backward_circuit(ledger: Ledger, caption: str = "") -> Circuit:
    """The circuit by which the gradients of all inputs are computed, large ones by calls and loops.

    Raises UsageError where no gradient reaches an input.
    """
    graph, run, forward = ledger.derivative.graph, ledger.run, len(ledger.graph)
    wanted = [row for row in ledger.graph.inputs if ledger.gradient(row) is not None]
    if not wanted:
        raise UsageError("no gradient reaches an input", hint="show the forward pass, without --backward")
    cotangents = {row: ledger.derivative.cotangents[row] for row in wanted}
    fold = Fold(graph, run, forward, ledger.names)
    fold.add(cotangents.values())
    _name(ledger, fold)
    _place(graph, fold)
    inputs = [row for row in range(len(fold.builder)) if fold.builder.op(row) is INPUT]
    outputs = [fold.rows[cotangent] for cotangent in cotangents.values()]
    folded = fold.builder.freeze(inputs, outputs)
    values: dict[int, Any] = {}
    for row, new in fold.rows.items():
        values.setdefault(new, run[row])
    for row in range(len(folded)):
        if folded.op(row) is CONSTANT:
            values[row] = folded.params(row)["value"]
    labels = [f"gradient of {ledger.label(row)}" for row in cotangents]
    flows = {flow.contribution for flow in ledger.derivative.edges.values()}
    flows |= set(ledger.derivative.cotangents)
    flowing = {new for row, new in fold.rows.items() if row in flows and row >= forward}
    flowing.difference_update(inputs)
    for row in range(len(folded)):  # what is made of a gradient is one
        if any(arg in flowing for arg in folded.args(row)):
            flowing.add(row)
    tree = Blocks(folded, ())
    drawn = _Backward(folded, Run(folded, values), labels, flowing, tree.visible()).drawn(caption)
    if len(drawn.boxes) <= COMFORT:
        return drawn
    return _Backward(folded, Run(folded, values), labels, flowing, tree.visible(COMFORT // 2)).drawn(caption)


def _name(ledger: Ledger, fold: Fold) -> None:
    """Gradients of what the user named, by their names."""
    for row, cotangent in enumerate(ledger.derivative.cotangents):
        if cotangent in fold.rows and ledger.graph.name(row) and row not in ledger.graph.inputs:
            new = fold.rows[cotangent]
            if fold.builder.op(new) not in (INPUT, CONSTANT):
                fold.builder.name_row(new, f"grad_{ledger.label(row)}")


def _place(graph: Graph, fold: Fold) -> None:
    """Say of each folded row in which call and iteration of the forward pass it goes back.

    Executions are numbered anew, as they are met on the way back.
    """
    builder, met, here = fold.builder, {0: 0}, 0
    placed: set[int] = set()
    for row, new in fold.rows.items():
        if row < fold.forward:
            continue
        if graph.origin(row) is not None and not _is_sum(graph, row):
            here = graph.instance_column[row]
        if new not in placed:
            placed.add(new)
            builder.instance_column[new] = _met(graph, here, met, builder)
            builder.site_column[new] = graph.site_column[row]


def _is_sum(graph: Graph, row: int) -> bool:
    """Adding up is done where the newest contribution is made, just before, whatever row receives."""
    origin = graph.origin(row)
    return origin is not None and origin[1] < 0 and graph.op(row).name == "add"


def _met(graph: Graph, number: int, met: dict[int, int], builder: GraphBuilder) -> int:
    """The new number of an execution; those around it get theirs first."""
    way = []
    while number not in met:
        way.append(number)
        number = graph.instance_parents[number]
    for one in reversed(way):
        met[one] = len(builder.instance_parents)
        builder.instance_parents.append(met[graph.instance_parents[one]])
        builder.instance_sites.append(graph.instance_sites[one])
        builder.instance_ordinals.append(graph.instance_ordinals[one])
    return met[way[0] if way else number]


class _Backward(Drawing):
    """A drawing in which what flows is a gradient, and everything else a value (of the forward pass, or a
    local gradient made of such)."""

    many_inputs = 3

    def __init__(self, graph: Graph, run: Run, labels: list[str], flowing: set[int], cut: Cut) -> None:
        silent = Derivative(graph, (), (), [-1] * len(graph), {}, ())  # type: ignore[arg-type]
        super().__init__(graph, run, silent, cut)
        self.labels, self.flowing = labels, flowing

    def numbers(self, row: int) -> dict[str, Any]:
        value = self.run[row]
        if row not in self.flowing:
            return {"value": short_text(value), "value_heat": heat_of(value)}
        return {"gradient": short_text(value), "gradient_heat": heat_of(value)}

    def connect(self, source: int, target: str, order: int, edges: Sequence[Edge]) -> None:
        part = self.owner.get(source, source)
        several = isinstance(part, Block) and len(self.cut.tree.boundary(part)[1]) > 1
        if not several:
            self.wires.append(Wire(self.key(part), target, order))
        elif (source in self.flowing) and not self.is_one_of_many(part, target, order):
            self.wires.append(Wire(self.key(part), target, order, gradient=short_text(self.run[source], 2)))
        elif source not in self.flowing:
            self.wires.append(Wire(self.key(part), target, order, short_text(self.run[source], 2)))

    def is_one_of_many(self, part: Part, target: str, order: int) -> bool:
        """Whether a wire is drawn already that stands for all between a block and a box that adds up many."""
        if not target.isdigit():
            return False
        args = self.graph.args(int(target))
        here = [k for k, arg in enumerate(args) if self.owner.get(arg, arg) is part]
        if len(here) <= MANY:
            return False
        if order == here[0]:
            self.wires.append(Wire(self.key(part), target, order, gradient=f"{len(here)} gradients"))
        return True

    def bundle_words(self, rows: Sequence[int]) -> tuple[str, str]:
        return f"{len(rows)} forward values", ""

    def draw_outputs(self) -> None:
        for number, (row, label) in enumerate(zip(self.graph.outputs, self.labels, strict=True)):
            key = f"out:{number}"
            if self.graph.op(row) is CONSTANT:
                self.draw_constant(key, 0, row)
            else:
                self.connect(row, key, 0, ())
            self.boxes.append(Box(key, label, "output", name=label))
