"""A circuit drawn in the terminal with box-drawing characters, in bands where it is wider than the terminal.

The forward value stands above the wire, the gradient below. A wire that feeds several boxes shows the sum of
its gradients where it starts, and what each branch contributes where that ends.
"""

from __future__ import annotations

from whygrad.rendering.cells import Line, wrapped
from whygrad.rendering.layout import wires_in_order
from whygrad.rendering.plan import Plan
from whygrad.rendering.tables import table_lines
from whygrad.rendering.terminal import can_draw, painted, terminal_width, wants_color
from whygrad.report import Circuit, Style, Table, Words

_LARGEST = 200_000  # cells


def circuit_text(
    circuit: Circuit, width: int | None = None, color: bool | None = None, unicode: bool | None = None
) -> str:
    """The circuit as text; arguments as of `render_text`. Raises ValueError for a wire to an unknown box."""
    width = terminal_width() if width is None else max(20, width)
    return painted(
        circuit_lines(circuit, width),
        wants_color() if color is None else color,
        can_draw() if unicode is None else unicode,
    )


def circuit_lines(circuit: Circuit, width: int) -> list[Line]:
    """The drawing with its legend; a table where a rank is wider than `width` or the whole is too large."""
    caption = wrapped([Words(circuit.caption, "dim")], width) if circuit.caption else []
    if not circuit.boxes:
        return caption
    plan = Plan.of(circuit)
    small = not plan.tangled and plan.placed.length * plan.placed.breadth <= _LARGEST
    bands = _bands(plan, width) if small else None
    if bands is None:
        why = wrapped([Words(f"too large to draw in {width} columns, so as a table:", "dim")], width)
        return [*caption, *why, *table_lines(_as_table(circuit), width)]
    picture = plan.drawn()
    lines: list[Line] = []
    for number, (start, stop) in enumerate(bands):
        if number:
            lines.append([])
        lines += _band(picture, start, stop, number > 0, number < len(bands) - 1)
    return [*caption, *lines, [], *_legend(plan, len(bands) > 1, width)]


def _bands(plan: Plan, width: int) -> list[tuple[int, int]] | None:
    """Columns of each band; None where one rank does not fit.

    Bands end where a rank ends: as few as will do, then such as cut the fewest wires, then alike in width.
    """
    ends = [0, *plan.placed.ends]
    count = len(ends) - 1
    wires = [0, *(sum(len(net.entries) for net in nets) for nets in plan.channels)]
    best: list[tuple[int, int, int, int]] = [(0, 0, 0, 0)]  # bands, wires cut, squares of widths, where from
    for stop in range(1, count + 1):
        choices = []
        for start in range(stop - 1, -1, -1):
            room = ends[stop] - ends[start] + (2 if start else 0) + (2 if stop < count else 0)
            if room > width:
                break
            bands, cut, squares, _ = best[start]
            choices.append((bands + 1, cut + wires[start], squares + room * room, start))
        if not choices:
            return None
        best.append(min(choices))
    found, stop = [], count
    while stop:
        start = best[stop][3]
        found.append((ends[start], ends[stop]))
        stop = start
    return found[::-1]


def _band(
    picture: list[list[tuple[str, Style]]], start: int, stop: int, goes_on: bool, goes_further: bool
) -> list[Line]:
    """A slice of the picture, with dots where its wires come from and lead to another band."""
    lines: list[Line] = []
    for row in picture:
        line: Line = list(row[start:stop])
        if goes_on:
            joins = bool(line) and line[0][0] in "─╮╯┤┬┴┼●"
            line[:0] = [("┄" if joins else " ", "dim")] * 2
        if goes_further:
            joins = bool(line) and line[-1][0] in "─╭╰├┬┴┼●"
            line += [("┄" if joins else " ", "dim")] * 2
        if not (lines and line == lines[-1] and all(text in " │" for text, _ in line)):
            lines.append(line)  # rows in which nothing happens are shown once
    while lines and all(not text.strip() for text, _ in lines[0]):
        del lines[0]
    while lines and all(not text.strip() for text, _ in lines[-1]):
        del lines[-1]
    return lines


def _legend(plan: Plan, cut_up: bool, width: int) -> list[Line]:
    words = [
        Words("above a wire", "value"), Words(": forward value; "),
        Words("below", "gradient"), Words(": gradient"),
    ]  # fmt: skip
    if any(plan.fans):
        words.append(Words("; where a branch ends: its contribution to the gradient at its start"))
    if cut_up:
        words.append(Words("; ┄ goes on in the next rows"))
    return wrapped(words, width)


def _as_table(circuit: Circuit) -> Table:
    """Boxes as rows, for drawings that do not fit."""
    label = {box.key: box.name or (box.label if box.kind == "input" else box.key) for box in circuit.boxes}
    operands: dict[str, list[str]] = {box.key: [] for box in circuit.boxes}
    for wire in wires_in_order(circuit)[0]:
        operands[wire.target].append(label[wire.source])
    rows = tuple(
        (
            Words(label[box.key], "name"),
            Words(box.label if box.kind in ("op", "gate", "block") else box.kind),
            Words(", ".join(operands[box.key])),
            Words(box.value, "value"),
            Words(box.gradient, "gradient"),
        )
        for box in circuit.boxes
    )
    return Table(("box", "does", "from", "value", "gradient"), rows, "lllrr")
