"""(Graph, Run, Derivative) to Circuit: rows and blocks become boxes and wires with values and gradients.

A row of one operand and a plain number is drawn as course notes draw it, with the number in its label
(`+1`, `*-1`, `1/x`). A closed block (a gate, a call, a loop) is one box; an opened one a frame around its
boxes.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np

from whygrad.differentiation import Derivative
from whygrad.errors import UsageError
from whygrad.execution.interpreter import Run
from whygrad.explanation.heat import heat_of, scale_of
from whygrad.explanation.ledger import marks_of
from whygrad.explanation.numbers import number_text
from whygrad.gates.blocks import Blocks
from whygrad.gates.records import Block, Gate, Part, end_of
from whygrad.gates.views import Cut
from whygrad.graph import CONSTANT, INPUT, Graph
from whygrad.ops import Slot
from whygrad.report import Box, Circuit, Frame, Wire

MAX_BOXES = 2000

SAID = {"sum_to": "sum", "damped_multiply": "*", "broadcast_to": "spread", "accumulate": "add at"}
"""Operations of rules, in the words of a drawing."""
Edge = tuple[int, int]


def circuit_of(
    graph: Graph, run: Run, derivative: Derivative, cut: Cut | None = None, caption: str = ""
) -> Circuit:
    """The circuit of a forward graph, as it is cut into blocks and rows (by default every row is a box).

    `derivative` is that of `graph`, `run` has all rows of `derivative.graph` (keep=True). Rows that no output
    needs are left out. Raises UsageError for more boxes than a drawing can hold.
    """
    if cut is None:
        tree = Blocks(graph, ())
        cut = Cut(tree, tuple(tree.operations.tolist()))
    return Drawing(graph, run, derivative, cut).drawn(caption)


def short_text(value: Any, entries: int = 3) -> str:
    """A value as it fits on a wire: a number, a few entries, or shape and scale (`3x4 ±0.52`)."""
    array = np.asarray(value)
    if array.ndim == 0:
        return number_text(array[()])
    if array.ndim == 1 and 0 < array.size <= entries:
        return f"[{', '.join(number_text(entry) for entry in array)}]"
    if array.size == 0 or array.dtype.kind not in "fiub":
        return str(array.shape)
    return f"{'x'.join(map(str, array.shape))} ±{number_text(scale_of(array), 2)}"


class Drawing:
    """Boxes and wires in the making."""

    many_inputs = 12
    """More inputs that only one block reads are drawn as one box."""

    def __init__(self, graph: Graph, run: Run, derivative: Derivative, cut: Cut) -> None:
        self.graph, self.run, self.derivative, self.cut = graph, run, derivative, cut
        self.boxes: list[Box] = []
        self.wires: list[Wire] = []
        self.owner = {row: part for part in cut.boxes for row in self.rows(part)}
        self.bundled: dict[int, str] = {}
        """Inputs that are drawn together, with the key of their box."""

    def drawn(self, caption: str) -> Circuit:
        parts = [part for part in self.cut.boxes if any(self.needed[row] for row in self.rows(part))]
        self.bundle_inputs(parts)
        inputs = [r for r in range(len(self.graph)) if self.graph.op(r) is INPUT and self.needed[r]]
        inputs = [row for row in inputs if row not in self.bundled]
        if len(parts) + len(inputs) > MAX_BOXES:
            raise UsageError(
                f"the circuit has {len(parts) + len(inputs)} boxes, more than the {MAX_BOXES} that a drawing "
                "can show",
                hint="show a smaller example: fewer entries, or a shorter loop",
            )
        for part in sorted([*parts, *inputs], key=end_of):
            self.draw(part)
        self.draw_outputs()
        return Circuit(tuple(self.boxes), tuple(self.wires), caption, self.frames())

    @cached_property
    def needed(self) -> bytearray:
        """Marks the rows that an output needs."""
        return marks_of(self.graph, self.graph.outputs)

    def rows(self, part: Part) -> Sequence[int]:
        return (part,) if isinstance(part, int) else self.cut.tree.members(part)

    # -- numbers --

    def gradient(self, row: int) -> Any:
        cotangent = self.derivative.cotangents[row]
        return self.run[cotangent] if cotangent >= 0 else None

    def contribution(self, edges: Sequence[Edge]) -> str:
        """What flows back along edges from one row into one box; nothing where none varies."""
        flows = self.derivative.edges
        found = [self.run[flows[e].contribution] for e in edges if e in flows]
        return short_text(sum(found[1:], start=found[0]), 2) if found else ""

    def numbers(self, row: int) -> dict[str, Any]:
        """What is written, or painted, beside the wire that leaves a box."""
        value, gradient = self.run[row], self.gradient(row)
        found: dict[str, Any] = {"value": short_text(value), "value_heat": heat_of(value)}
        if gradient is not None:
            found |= {"gradient": short_text(gradient), "gradient_heat": heat_of(gradient)}
        return found

    # -- boxes --

    def draw(self, part: Part) -> None:
        if isinstance(part, Block):
            self.draw_block(part)
        elif self.graph.op(part) is INPUT:
            name = self.graph.name(part)
            self.boxes.append(Box(str(part), name or f"%{part}", "input", name=name, **self.numbers(part)))
        else:
            self.draw_row(part)

    def draw_row(self, row: int) -> None:
        graph = self.graph
        args = list(enumerate(graph.args(row)))
        if folds(graph, row):
            args = [(i, arg) for i, arg in args if graph.op(arg) is not CONSTANT]
        for order, (i, arg) in enumerate(args):
            if graph.op(arg) is CONSTANT:
                self.draw_constant(str(row), order, arg)
            else:
                self.connect(arg, str(row), order, [(row, i)])
        name = "" if row in graph.outputs else graph.name(row)
        self.boxes.append(Box(str(row), label_of(graph, row)[0], "op", name=name, **self.numbers(row)))

    def draw_block(self, block: Block) -> None:
        key = self.key(block)
        inputs, outputs = self.cut.tree.boundary(block)
        if block.gate is not None:
            named = in_order(block.gate)
            inputs = [*named, *[row for row in inputs if row not in named]]
        reading = self.readings(block)
        order = 0
        for row in inputs:
            if row in self.bundled:
                continue
            self.connect(row, key, order, reading.get(row, ()))
            order += 1
        if self.bundled and key in self.bundled.values():
            self.draw_bundle(key, order)
        outputs = [row for row in outputs if self.needed[row]]
        single = self.numbers(outputs[0]) if len(outputs) == 1 else {}
        name = self.graph.name(outputs[0]) if single and outputs[0] not in self.graph.outputs else ""
        kind = "gate" if block.is_gate else "block"
        self.boxes.append(Box(key, block.label, kind, name=name, note=block.says, **single))  # type: ignore[arg-type]

    def readings(self, block: Block) -> dict[int, list[Edge]]:
        """The edges by which a block reads each row outside."""
        found: dict[int, list[Edge]] = {}
        for row in self.rows(block):
            for i, arg in enumerate(self.graph.args(row)):
                if self.owner.get(arg) is not block:
                    found.setdefault(arg, []).append((row, i))
        return found

    def connect(self, source: int, target: str, order: int, edges: Sequence[Edge]) -> None:
        part = self.owner.get(source, source)
        name = ""
        if isinstance(part, Block) and len(self.cut.tree.boundary(part)[1]) > 1:
            name = self.graph.name(source)
        value, gradient = short_text(self.run[source], 2 if name else 3), self.contribution(edges)
        self.wires.append(Wire(self.key(part), target, order, value, gradient, name))

    def key(self, part: Part) -> str:
        return str(part) if isinstance(part, int) else part.key

    def bundle_inputs(self, parts: Sequence[Part]) -> None:
        """Many inputs of a block that nothing else reads become one box."""
        readers: dict[int, set[str]] = {}
        for part in parts:
            for row in self.rows(part):
                for arg in self.graph.args(row):
                    if self.graph.op(arg) is INPUT:
                        readers.setdefault(arg, set()).add(self.key(part))
        alone: dict[str, list[int]] = {}
        for row, keys in readers.items():
            if len(keys) == 1:
                alone.setdefault(next(iter(keys)), []).append(row)
        for key, rows in alone.items():
            if len(rows) > self.many_inputs:
                self.bundled |= dict.fromkeys(rows, key)

    def draw_bundle(self, key: str, order: int) -> None:
        rows = [row for row, into in self.bundled.items() if into == key]
        label, note = self.bundle_words(rows)
        self.boxes.append(Box(f"inputs of {key}", label, "input", name=note, note=note))
        self.wires.append(Wire(f"inputs of {key}", key, order))

    def bundle_words(self, rows: Sequence[int]) -> tuple[str, str]:
        names = [self.graph.name(row) or f"%{row}" for row in rows]
        return f"{', '.join(names[:2])}, ... {names[-1]}", f"{len(rows)} inputs"

    def draw_constant(self, target: str, order: int, source: int) -> None:
        key, value, name = f"{source}:{target}:{order}", short_text(self.run[source]), self.graph.name(source)
        if name:  # data that the user named
            heat = heat_of(self.run[source])
            self.boxes.append(Box(key, name, "constant", value, name=name, value_heat=heat))
        else:
            self.boxes.append(Box(key, value, "constant"))
        self.wires.append(Wire(key, target, order, value))

    def draw_outputs(self) -> None:
        for number, row in enumerate(self.graph.outputs):
            key = f"out:{number}"
            name = self.graph.name(row) or ("out" if len(self.graph.outputs) == 1 else f"out{number}")
            if self.graph.op(row) is CONSTANT:
                self.draw_constant(str(row), number, row)
                continue
            seed = short_text(self.run[self.derivative.seeds[number]])
            self.boxes.append(Box(key, name, "output", name=name))
            source = self.key(self.owner.get(row, row))
            self.wires.append(Wire(source, key, 0, short_text(self.run[row]), seed))

    # -- frames --

    def frames(self) -> tuple[Frame, ...]:
        """Opened blocks around what is drawn of them; not the whole, and none around a single box."""
        drawn = {box.key for box in self.boxes}
        found = []
        for block in self.cut.open:
            rows = self.cut.tree.members(block)
            keys = dict.fromkeys(self.key(self.owner[row]) for row in rows if row in self.owner)
            members = tuple(key for key in keys if key in drawn)
            if len(members) > 1 and not self.is_all(block):
                found.append(Frame(block.key, block.label, members, block.says))
        return tuple(found)

    def is_all(self, block: Block) -> bool:
        return block.gate is None and block.rows == self.cut.tree.root.rows


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
    if op.name != "index":
        return SAID.get(op.name, op.name), False
    arrays = [graph.name(a) or "i" for a in args[1:]]
    return f"[{_key_text(graph.params(row)['key'], arrays)}]", False


def _key_text(key: Any, arrays: Sequence[str] = ()) -> str:
    """An index as it is written between brackets; `arrays` are the names of those in it."""
    if isinstance(key, tuple) and not isinstance(key, Slot):
        return ", ".join(_key_text(one, arrays) for one in key)
    if isinstance(key, Slot):
        return arrays[key.k] if key.k < len(arrays) else "i"
    if isinstance(key, slice):
        ends = ["" if end is None else str(end) for end in (key.start, key.stop)]
        return ":".join(ends if key.step is None else [*ends, str(key.step)])
    if key is Ellipsis:
        return "..."
    return str(key) if key is None or isinstance(key, int) else "i"


def in_order(gate: Gate) -> list[int]:
    """The inputs of a gate as its formula names them."""
    if gate.known is None:
        return list(gate.inputs)
    place = {parameter: k for k, parameter in enumerate(gate.known.parameters)}
    pairs = zip(gate.parameters, gate.inputs, strict=True)
    return [row for _, row in sorted(pairs, key=lambda pair: place[pair[0]])]
