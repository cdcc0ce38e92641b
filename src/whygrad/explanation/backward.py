"""The backward pass as a circuit of its own: from the seed at the output to the gradients of the inputs.

What a rule says where it does not hold is folded away, as in formulas. Values of the forward pass come in as
inputs, in green above their wires; everything that flows is a gradient, in red below its wire.
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
from whygrad.gates.views import MOST_BOXES, Cut
from whygrad.graph import CONSTANT, INPUT, Graph
from whygrad.report import Box, Circuit, Wire


def backward_circuit(ledger: Ledger, caption: str = "") -> Circuit:
    """The circuit by which the gradients of all inputs are computed.

    Raises UsageError where it has more boxes than a drawing shows.
    """
    graph, run, forward = ledger.derivative.graph, ledger.run, len(ledger.graph)
    wanted = [row for row in ledger.graph.inputs if ledger.gradient(row) is not None]
    if not wanted:
        raise UsageError("no gradient reaches an input", hint="show the forward pass, without --backward")
    cotangents = {row: ledger.derivative.cotangents[row] for row in wanted}
    fold = Fold(graph, run, forward, ledger.names)
    fold.add(cotangents.values())
    _name(ledger, fold)
    inputs = [row for row in range(len(fold.builder)) if fold.builder.op(row) is INPUT]
    outputs = [fold.rows[cotangent] for cotangent in cotangents.values()]
    folded = fold.builder.freeze(inputs, outputs)
    values: dict[int, Any] = {}
    for row, new in fold.rows.items():
        values.setdefault(new, run[row])
    for row in range(len(folded)):
        if folded.op(row) is CONSTANT:
            values[row] = folded.params(row)["value"]
    if len(folded) > 3 * MOST_BOXES:
        raise UsageError(
            f"the backward pass has {len(folded)} operations, more than a drawing shows",
            hint="draw a smaller example: fewer steps of a loop",
        )
    labels = [f"gradient of {ledger.label(row)}" for row in cotangents]
    flows = {flow.contribution for flow in ledger.derivative.edges.values()}
    flows |= set(ledger.derivative.cotangents)
    flowing = {new for row, new in fold.rows.items() if row in flows and row >= forward}
    for row in range(len(folded)):  # what is made of a gradient is one
        if any(arg in flowing for arg in folded.args(row)):
            flowing.add(row)
    return _Backward(folded, Run(folded, values), labels, flowing).drawn(caption)


def _name(ledger: Ledger, fold: Fold) -> None:
    """Gradients of what the user named, by their names."""
    for row, cotangent in enumerate(ledger.derivative.cotangents):
        if cotangent in fold.rows and ledger.graph.name(row) and row not in ledger.graph.inputs:
            new = fold.rows[cotangent]
            if fold.builder.op(new) not in (INPUT, CONSTANT):
                fold.builder.name_row(new, f"grad_{ledger.label(row)}")


class _Backward(Drawing):
    """A drawing in which what flows is a gradient, and everything else a value (of the forward pass, or a
    local gradient made of such)."""

    def __init__(self, graph: Graph, run: Run, labels: list[str], flowing: set[int]) -> None:
        tree = Blocks(graph, ())
        silent = Derivative(graph, (), (), [-1] * len(graph), {}, ())  # type: ignore[arg-type]
        super().__init__(graph, run, silent, Cut(tree, tuple(tree.operations.tolist())))
        self.labels, self.flowing = labels, flowing

    def numbers(self, row: int) -> dict[str, Any]:
        value = self.run[row]
        if row not in self.flowing:
            return {"value": short_text(value), "value_heat": heat_of(value)}
        return {"gradient": short_text(value), "gradient_heat": heat_of(value)}

    def connect(self, source: int, target: str, order: int, edges: Sequence[Edge]) -> None:
        self.wires.append(Wire(self.key(self.owner.get(source, source)), target, order))

    def draw_outputs(self) -> None:
        for number, (row, label) in enumerate(zip(self.graph.outputs, self.labels, strict=True)):
            key = f"out:{number}"
            if self.graph.op(row) is CONSTANT:
                self.draw_constant(key, 0, row)
            else:
                self.wires.append(Wire(self.key(self.owner.get(row, row)), key, 0))
            self.boxes.append(Box(key, label, "output", name=label))
