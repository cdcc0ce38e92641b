"""(Graph, Run, Derivative) to Circuit: rows become boxes and wires with their values and gradients.

A row of one operand and a plain number is drawn as course notes draw it, with the number in its label
(`+1`, `*-1`, `1/x`). A gate, a named group of rows, becomes one box.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, Protocol

import numpy as np

from whygrad.differentiation import Derivative
from whygrad.errors import UsageError
from whygrad.execution.interpreter import Run
from whygrad.explanation.numbers import number_text
from whygrad.graph import CONSTANT, INPUT, Graph
from whygrad.report import Box, Circuit, Wire

MAX_BOXES = 2000


class Group(Protocol):
    """A gate: rows that are drawn as one box. `inputs` are the rows that it reads, in order."""

    @property
    def name(self) -> str: ...
    @property
    def rows(self) -> Collection[int]: ...
    @property
    def inputs(self) -> Sequence[int]: ...
    @property
    def output(self) -> int: ...


def circuit_of(
    graph: Graph,
    run: Run,
    derivative: Derivative,
    grouping: Sequence[Group] | None = None,
    caption: str = "",
) -> Circuit:
    """The circuit of a forward graph.

    `derivative` is that of `graph`, `run` has all rows of `derivative.graph` (keep=True). Groups must not
    overlap; rows that no output needs are left out. Raises UsageError for more boxes than a drawing can hold.
    """
    drawing = _Drawing(graph, run, derivative, grouping or ())
    rows = drawing.shown()
    if len(rows) > MAX_BOXES:
        raise UsageError(
            f"the circuit has {len(rows)} boxes, more than the {MAX_BOXES} that a drawing can show",
            hint="show a smaller example: fewer entries, or a shorter loop",
        )
    for row in rows:
        drawing.draw(row)
    drawing.draw_outputs()
    return Circuit(tuple(drawing.boxes), tuple(drawing.wires), caption)


def short_text(value: Any) -> str:
    """A value as it fits on a wire: a number, up to three entries, or the shape."""
    array = np.asarray(value)
    if array.ndim == 0:
        return number_text(array[()])
    if array.ndim == 1 and 0 < array.size <= 3:
        return f"[{', '.join(number_text(entry) for entry in array)}]"
    return str(array.shape)


class _Drawing:
    def __init__(self, graph: Graph, run: Run, derivative: Derivative, grouping: Sequence[Group]) -> None:
        self.graph, self.run, self.derivative = graph, run, derivative
        self.groups = {group.output: group for group in grouping}
        self.inside = {row: group.output for group in grouping for row in group.rows}
        self.boxes: list[Box] = []
        self.wires: list[Wire] = []

    def shown(self) -> list[int]:
        """Rows that an output needs, in order; of a group only its output, of constants none."""
        graph = self.graph
        needed = bytearray(len(graph))
        for row in graph.outputs:
            needed[row] = 1
        for row in range(len(graph) - 1, -1, -1):
            if needed[row]:
                for arg in graph.args(row):
                    needed[arg] = 1
        return [
            row
            for row in range(len(graph))
            if needed[row] and self.inside.get(row, row) == row and graph.op(row) is not CONSTANT
        ]

    def gradient(self, row: int) -> str:
        cotangent = self.derivative.cotangents[row]
        return short_text(self.run[cotangent]) if cotangent >= 0 else ""

    def contribution(self, edges: Sequence[tuple[int, int]]) -> str:
        """What flows back along edges from one row into one box; nothing where none varies."""
        found = [self.run[self.derivative.edges[e].contribution] for e in edges if e in self.derivative.edges]
        return short_text(sum(found[1:], start=found[0])) if found else ""

    def draw(self, row: int) -> None:
        graph = self.graph
        op, name = graph.op(row), graph.name(row)
        value, gradient = short_text(self.run[row]), self.gradient(row)
        if op is INPUT:
            self.boxes.append(Box(str(row), name or f"%{row}", "input", value, gradient, name))
            return
        shown_name = "" if row in graph.outputs else name
        group = self.groups.get(row)
        if group is not None:
            operands = self.operands_of(group)
            label, kind = group.name, "gate"
        else:
            operands = [(arg, [(row, i)]) for i, arg in enumerate(graph.args(row))]
            label, kind = label_of(graph, row)[0], "op"
            if folds(graph, row):
                operands = [o for o in operands if graph.op(o[0]) is not CONSTANT]
        for order, (source, edges) in enumerate(operands):
            if graph.op(source) is CONSTANT:
                self.draw_constant(row, order, source)
            else:
                value_in = short_text(self.run[source])
                self.wires.append(Wire(str(source), str(row), order, value_in, self.contribution(edges)))
        self.boxes.append(
            Box(str(row), label, "gate" if kind == "gate" else "op", value, gradient, shown_name)
        )

    def operands_of(self, group: Group) -> list[tuple[int, list[tuple[int, int]]]]:
        """What a group reads, each with the edges by which it does."""
        rows = set(group.rows)
        found: dict[int, list[tuple[int, int]]] = {row: [] for row in group.inputs}
        for row in sorted(rows):
            for i, arg in enumerate(self.graph.args(row)):
                if arg not in rows and (arg in found or self.graph.op(arg) is not CONSTANT):
                    found.setdefault(arg, []).append((row, i))
        return list(found.items())

    def draw_constant(self, row: int, order: int, source: int) -> None:
        key, value = f"{source}:{row}:{order}", short_text(self.run[source])
        self.boxes.append(Box(key, value, "constant"))
        self.wires.append(Wire(key, str(row), order, value))

    def draw_outputs(self) -> None:
        for number, row in enumerate(self.graph.outputs):
            key = f"out:{number}"
            name = self.graph.name(row) or ("out" if len(self.graph.outputs) == 1 else f"out{number}")
            if self.graph.op(row) is CONSTANT:
                self.draw_constant(row, number, row)
                continue
            seed = short_text(self.run[self.derivative.seeds[number]])
            value = short_text(self.run[row])
            self.boxes.append(Box(key, name, "output", name=name))
            self.wires.append(Wire(str(row), key, 0, value, seed))


def folds(graph: Graph, row: int) -> bool:
    """Whether the plain numbers among the operands are written in the label."""
    args = graph.args(row)
    plain = [a for a in args if graph.op(a) is CONSTANT and not graph.abstract(a).shape]
    return len(args) == 2 and len(plain) == 1


def label_of(graph: Graph, row: int) -> tuple[str, bool]:
    """What is written in the box of an operation (`*`, `+1`, `1/x`, `exp`), and whether it holds a number."""
    op, args = graph.op(row), graph.args(row)
    if op.name == "negative":
        return "*-1", False
    sign = op.infix
    if folds(graph, row):
        left, right = (
            number_text(graph.params(a)["value"]) if graph.op(a) is CONSTANT else "x" for a in args
        )
        if not sign:
            return f"{op.name}({left}, {right})", True
        if left == "x":
            return f"{sign}{right}", True
        return (f"{sign}{left}" if sign in ("+", "*") else f"{left}{sign}x"), True
    if sign and len(args) == 2:
        return sign, False
    return (f"[{_key_text(graph.params(row)['key'])}]" if op.name == "index" else op.name), False


def _key_text(key: Any) -> str:
    """An index as it is written between brackets."""
    if isinstance(key, tuple):
        return ", ".join(map(_key_text, key))
    if isinstance(key, slice):
        ends = ["" if end is None else str(end) for end in (key.start, key.stop)]
        return ":".join(ends if key.step is None else [*ends, str(key.step)])
    if key is Ellipsis:
        return "..."
    return str(key) if key is None or isinstance(key, int) else "i"
