"""Where everything of a terminal drawing stands, in cells, and the picture that follows from it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from whygrad.rendering.cells import cut, width_of
from whygrad.rendering.channels import Net, routed
from whygrad.rendering.layout import (
    Extent,
    Layout,
    arrivals,
    have_main_operand,
    last_place,
    layout,
    reordered,
    respaced,
    spread,
    wires_in_order,
)
from whygrad.report import Box, Circuit, Style, Wire

_UP, _DOWN, _LEFT, _RIGHT = 1, 2, 4, 8
_SIGNS = " │││─╯╮┤─╰╭├─┴┬┼"
_JOINT = "●"  # where a wire branches to both sides and goes on; "┼" is two wires that cross


@dataclass(slots=True)
class Cells:
    """A box with the text around it, in cells."""

    text: str
    style: Style
    value: str
    gradient: str
    stub: int = 0
    entry: int = 0
    ports: int = 0
    has_main: bool = False

    name: str = ""
    """The user's name for the value of an operation, written below its box."""
    reordered: bool = False
    """Its operands come in another order than the formula's, and the order matters: they get numbers."""

    @property
    def left(self) -> int:
        return width_of(self.text) // 2

    @property
    def right(self) -> int:
        return width_of(self.text) - self.left

    @property
    def extent(self) -> Extent:
        rows = 3
        if self.entry:
            rows = 2 * self.ports + 1 if self.tight else 4 * self.ports - 1
        wide = width_of(self.name)
        before, after = max(self.left, wide // 2), max(self.right, wide - wide // 2)
        return Extent(self.entry + before, after + self.stub, max(3, rows))

    @property
    def tight(self) -> bool:
        """Whether its wires take as little room as possible, at the price of a straight main path."""
        return self.ports > 3 or not self.has_main


@dataclass(slots=True)
class Plan:
    """Everything that is placed: boxes, wires, tracks."""

    cells: list[Cells]
    wires: list[Wire]
    pairs: list[tuple[int, int]]
    fans: list[bool]
    placed: Layout
    arrival: list[int] = field(default_factory=list)
    """For each wire, the row in which it reaches its target."""
    channels: list[list[Net]] = field(default_factory=list)
    tangled: bool = False
    """No room was found for some wire."""

    @classmethod
    def of(cls, circuit: Circuit) -> Plan:
        """The plan of a circuit; made twice where operands come in another order, to give room to numbers."""
        first = cls._of(circuit, frozenset())
        mixed = reordered(circuit, first.wires, first.pairs, arrivals(first.placed, first.pairs))
        return cls._of(circuit, mixed) if mixed else first

    @classmethod
    def _of(cls, circuit: Circuit, mixed: frozenset[int]) -> Plan:
        wires, pairs = wires_in_order(circuit)
        leaving: list[list[Wire]] = [[] for _ in circuit.boxes]
        for wire, (source, _) in zip(wires, pairs, strict=True):
            leaving[source].append(wire)
        fans = [len(out) > 1 for out in leaving]
        cells = [_cells_of(box, out) for box, out in zip(circuit.boxes, leaving, strict=True)]
        for one, main in zip(cells, have_main_operand(len(cells), pairs), strict=True):
            one.has_main = main
        for wire, (source, target) in zip(wires, pairs, strict=True):
            cells[target].ports += 1
            if fans[source]:
                cells[target].entry = max(cells[target].entry, width_of(wire.gradient) + 2)
        for box in mixed:
            cells[box].reordered, cells[box].entry = True, max(cells[box].entry, 3)
        extents = [c.extent for c in cells]
        placed = layout(extents, pairs, gap=0, rank_gap=1)
        plan = cls(cells, wires, pairs, fans, placed)
        plan.arrival = plan._arrivals()
        plan.channels, gaps = plan._routed()
        plan.placed = respaced(placed, extents, gaps)
        return plan

    def _arrivals(self) -> list[int]:
        """One row for all wires of a box, or ports in the order in which they come where one has a number."""
        rows = [self.placed.across[target] for _, target in self.pairs]
        for target, found in enumerate(arrivals(self.placed, self.pairs)):
            if self.cells[target].entry:
                places = [last_place(self.placed, self.pairs, w) for w in found]
                steps = spread(places, self.placed.across[target], self.cells[target].tight)
                for wire, step in zip(found, steps, strict=True):
                    rows[wire] += step
        return rows

    def _routed(self) -> tuple[list[list[Net]], list[int]]:
        """Nets of every channel with their tracks, and the width of every channel."""
        steps: list[dict[int, set[int]]] = [{} for _ in self.placed.starts]
        for index, (source, _) in enumerate(self.pairs):
            rows = (self.placed.across[source], *self.placed.routes[index], self.arrival[index])
            for step, (one, two) in enumerate(pairwise(rows)):
                steps[self.placed.rank[source] + step].setdefault(one, set()).add(two)
        channels, gaps = [], []
        for links in steps:
            nets, tracks = routed(_joined(links), self.placed.breadth)
            self.tangled = self.tangled or tracks < 0
            channels.append(nets)
            gaps.append(tracks + 2 if tracks > 0 else 1)
        return channels, gaps

    def drawn(self) -> list[list[tuple[str, Style]]]:
        """The picture as rows of single cells."""
        height, length = self.placed.breadth, self.placed.length + 1
        masks = [[0] * length for _ in range(height)]
        for rank, nets in enumerate(self.channels):
            start = self.placed.ends[rank]
            stop = self.placed.starts[rank + 1] if rank + 1 < len(self.channels) else start
            for net in nets:
                _draw_net(masks, net, nets, start, stop)
        self._straight_pieces(masks)
        picture: list[list[tuple[str, Style]]] = [[(_SIGNS[m], "dim") for m in row] for row in masks]
        for row, column in self._joints():
            picture[row][column] = (_JOINT, "dim")
        self._written(picture)
        return picture

    def _joints(self) -> Iterator[tuple[int, int]]:
        """Where a wire goes four ways."""
        for rank, nets in enumerate(self.channels):
            for net in nets:
                for row in set(net.entries) & set(net.exits):
                    if net.low < row < net.high:
                        yield row, self.placed.ends[rank] + 1 + net.track
        for box, reaching in enumerate(arrivals(self.placed, self.pairs)):
            row = self.placed.across[box]
            steps = {(self.arrival[w] > row) - (self.arrival[w] < row) for w in reaching}
            if len(steps) == 3:  # from above, from below and straight
                cells = self.cells[box]
                yield row, self.placed.along[box] - cells.extent.before + cells.entry - 1

    def _straight_pieces(self, masks: list[list[int]]) -> None:
        """Wires inside the ranks: from a box to the end of its rank, past boxes, and up to a box."""
        placed = self.placed
        sources = {source for source, _ in self.pairs}
        for box, cells in enumerate(self.cells):
            end = placed.ends[placed.rank[box]] if box in sources else 0
            begin = placed.along[box] + cells.right
            _run(
                masks[placed.across[box]],
                begin,
                max(end, placed.along[box] + cells.extent.after) if cells.stub else begin,
            )
        for index, (source, target) in enumerate(self.pairs):
            for step, row in enumerate(placed.routes[index], placed.rank[source] + 1):
                _run(masks[row], placed.starts[step], placed.ends[step])
            row, cells = self.arrival[index], self.cells[target]
            edge = placed.along[target] - cells.extent.before + cells.entry
            _run(masks[row], placed.starts[placed.rank[target]], edge)
            self._up_to_box(masks, row, placed.across[target], edge - 1)
            _run(masks[placed.across[target]], edge, placed.along[target] - cells.left)

    @staticmethod
    def _up_to_box(masks: list[list[int]], row: int, middle: int, column: int) -> None:
        if row == middle:
            return
        step = 1 if row < middle else -1
        ahead, back = (_DOWN, _UP) if step > 0 else (_UP, _DOWN)
        masks[row][column] = masks[row][column] & ~_RIGHT | ahead
        for between in range(row + step, middle, step):
            masks[between][column] |= _UP | _DOWN
        masks[middle][column] |= back | _RIGHT

    def _written(self, picture: list[list[tuple[str, Style]]]) -> None:
        placed = self.placed
        for box, cells in enumerate(self.cells):
            x, y = placed.along[box], placed.across[box]
            _write(picture, y, x - cells.left, cells.text, cells.style)
            _write(picture, y + 1, x - width_of(cells.name) // 2, cells.name, "dim")
            if cells.stub:
                start = x + cells.extent.after - cells.stub
                _write(
                    picture, y - 1, start + (cells.stub - width_of(cells.value)) // 2, cells.value, "value"
                )
                shift = (cells.stub - width_of(cells.gradient)) // 2
                _write(picture, y + 1, start + shift, cells.gradient, "gradient")
        for index, (source, target) in enumerate(self.pairs):
            text, cells = self.wires[index].gradient, self.cells[target]
            if cells.reordered:
                edge = placed.along[target] - cells.extent.before + cells.entry
                _write(picture, self.arrival[index], edge - 2, str(self.wires[index].order + 1), "dim")
            if self.fans[source] and text:
                start = placed.along[target] - cells.extent.before
                _write(picture, self.arrival[index] + 1, start, text, "gradient")


def _cells_of(box: Box, out: Sequence[Wire]) -> Cells:
    only = out[0] if len(out) == 1 else None
    text = cut(box.label or box.name or box.key, 24)
    if box.kind == "op" and "(" not in text:
        text = f"({text})"
    elif box.kind == "op":
        text = f"<{text}>"
    elif box.kind in ("gate", "block"):
        text = f"[{text}]"
    else:
        text = f"{text} " if box.kind != "output" else f" {text}"
    style: Style = "dim" if box.kind == "constant" else "strong"
    value = box.value or (only.value if only else "")
    gradient = box.gradient or (only.gradient if only else "")
    cells = Cells(text, style, value, gradient)
    if box.kind in ("op", "gate", "block"):
        cells.name = cut(box.name, 24)
    if out or (box.kind != "output" and (value or gradient)):
        cells.stub = max(width_of(value), width_of(gradient), 1) + 2
    return cells


def _joined(step: dict[int, set[int]]) -> list[Net]:
    """Nets of a channel: wires of one start together, and wires that end in one row together."""
    nets: dict[tuple[int, ...], list[int]] = {}
    for entry, exits in sorted(step.items()):
        nets.setdefault(tuple(sorted(exits)), []).append(entry)
    return [Net(tuple(entries), exits) for exits, entries in nets.items()]


def _draw_net(masks: list[list[int]], net: Net, nets: Sequence[Net], start: int, stop: int) -> None:
    if net.track < 0:
        _run(masks[net.entries[0]], start, stop)
        return
    column = start + 1 + net.track
    left = start if net.follows < 0 else start + 2 + nets[net.follows].track
    for row in net.entries:
        _run(masks[row], left, column)
        masks[row][column] |= _LEFT
    halves = any(other.follows >= 0 and nets[other.follows] is net for other in nets)
    for row in net.exits:
        if not halves:
            _run(masks[row], column + 1, stop)
        masks[row][column] |= _RIGHT
    for row in range(net.low, net.high + 1):
        masks[row][column] |= (_UP if row > net.low else 0) | (_DOWN if row < net.high else 0)


def _run(row: list[int], start: int, stop: int) -> None:
    for column in range(start, stop):
        row[column] |= _LEFT | _RIGHT


def _write(picture: list[list[tuple[str, Style]]], row: int, column: int, text: str, style: Style) -> None:
    for character in text:
        picture[row][column] = (character, style)
        column += 1
        for _ in range(width_of(character) - 1):  # the second cell of a wide character
            picture[row][column] = ("", style)
            column += 1
