"""Boxes of a picture with what is written and painted around them, and the room that this takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from whygrad.rendering.cells import cut, width_of
from whygrad.rendering.heatmaps import size_of
from whygrad.rendering.layout import Extent, have_main_operand
from whygrad.rendering.themes import LABEL, NUMBER
from whygrad.report import Box, Circuit, Wire

CHARACTER = 0.61  # width of a monospace character by its size; the widest common font has 0.602
RADIUS, PORT, ENTRY, LINE = 17, 9, 22, 17
OUTLINED = ("op", "gate", "block")
"""Kinds of boxes that have an outline; the others are text on a wire."""


def room(text: str, size: int = NUMBER) -> int:
    """Points that a text takes."""
    return round(width_of(text) * size * CHARACTER + 0.5)


@dataclass(slots=True)
class Drawn:
    """A box with what stands around it."""

    box: Box
    half: int
    """Half the width of its outline."""
    value: str
    gradient: str
    stub: int = 0
    entry: int = 0
    ports: int = 0
    fans: bool = False
    reordered: bool = False
    has_main: bool = False
    named_wires: bool = False
    """Wires of a block with several results arrive here: each says which one it is."""

    @property
    def named(self) -> bool:
        return bool(self.box.name) and (self.box.kind in OUTLINED or bool(self.box.note))

    @property
    def reach(self) -> int:
        """Half the width of outline and name."""
        return max(self.half, room(cut(self.box.name, 24)) // 2 + 2) if self.named else self.half

    @property
    def round(self) -> bool:
        return self.half == RADIUS and self.box.kind in ("op", "gate")

    @property
    def tight(self) -> bool:
        """Whether its wires take as little room as possible, at the price of a straight main path."""
        return bool(self.entry) and (self.ports > 4 or not self.has_main)

    @property
    def spacing(self) -> int:
        """Between two wires where they arrive: room for numbers, or as the outline allows."""
        if self.named_wires:
            return ENTRY + LINE
        return ENTRY if self.entry else min(PORT, 2 * RADIUS // max(1, self.ports))

    @property
    def extent(self) -> Extent:
        above = LINE + size_of(self.box.value_heat)[1] + 6 * (self.box.value_heat is not None)
        below = LINE + size_of(self.box.gradient_heat)[1] + 6 * (self.box.gradient_heat is not None)
        across = 2 * max(above, below, RADIUS) + 2
        if self.entry:
            across = max(across, self.spacing * (self.ports if self.tight else 2 * self.ports - 1))
        if self.named:
            across = max(across, 2 * (RADIUS + LABEL) + 2)
        return Extent(self.reach + self.entry, self.reach + self.stub, across + across % 2)


def measured(circuit: Circuit, wires: Sequence[Wire], pairs: Sequence[tuple[int, int]]) -> list[Drawn]:
    """All boxes of a circuit, measured; `wires` and `pairs` are those of `wires_in_order`."""
    leaving: list[list[Wire]] = [[] for _ in circuit.boxes]
    arriving: list[list[Wire]] = [[] for _ in circuit.boxes]
    for wire, (source, target) in zip(wires, pairs, strict=True):
        leaving[source].append(wire)
        arriving[target].append(wire)
    fans = {box.key for box, out in zip(circuit.boxes, leaving, strict=True) if len(out) > 1}
    drawn = [
        _drawn(box, out, into, fans) for box, out, into in zip(circuit.boxes, leaving, arriving, strict=True)
    ]
    for one, main in zip(drawn, have_main_operand(len(drawn), pairs), strict=True):
        one.has_main = main
    return drawn


def _drawn(box: Box, out: Sequence[Wire], into: Sequence[Wire], fans: set[str]) -> Drawn:
    only = out[0] if len(out) == 1 and not out[0].name else None
    value = box.value or (only.value if only and box.kind != "constant" else "")
    gradient = box.gradient or (only.gradient if only else "")
    one = Drawn(box, _half(box), value, gradient, ports=len(into), fans=len(out) > 1)
    wide = max(room(value), room(gradient), size_of(box.value_heat)[0], size_of(box.gradient_heat)[0])
    if out:
        one.stub = max(wide, 6) + 16
    elif box.kind != "output" and (value or gradient):
        one.stub = wide + 16
    one.named_wires = any(w.name for w in into)
    labels = [w.gradient for w in into if (w.source in fans or w.name) and w.gradient]
    labels += [wire_text(w) for w in into if w.name]
    if labels:
        one.entry = max(map(room, labels)) + 22
    return one


def wire_text(wire: Wire) -> str:
    """What is written above a wire of a box with several results."""
    return f"{wire.name} {wire.value}".strip()


def text_of(box: Box) -> str:
    """What is written in a box: of a block what it holds."""
    return cut(box.note if box.kind == "block" and box.note else box.label or box.name or box.key, 40)


def _half(box: Box) -> int:
    """Half the width of what stands for the box."""
    text = room(text_of(box), LABEL) // 2 + 1
    if box.kind in OUTLINED:
        return RADIUS if text <= RADIUS - 3 and box.kind != "block" else text + 8
    return text + 5
