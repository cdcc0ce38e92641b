"""A circuit as SVG, as course notes draw it: forward values above the wires, gradients below.

The picture stands alone (no script, no font, no reference), reads in light and in dark, and tells values from
gradients by place and slant as well as by colour. Room for every number is part of the box that it belongs
to, so the layout keeps numbers clear of wires and of each other.
"""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from itertools import pairwise
from zlib import crc32

from whygrad.rendering.cells import cut, visible
from whygrad.rendering.frames import Rectangle, framed
from whygrad.rendering.heatmaps import heat_parts, size_of
from whygrad.rendering.layout import (
    Layout,
    arrivals,
    last_place,
    layout,
    reordered,
    respaced,
    spread,
    wires_in_order,
)
from whygrad.rendering.measuring import OUTLINED, RADIUS, Drawn, measured, room, text_of, wire_text
from whygrad.rendering.themes import Theme, style_of
from whygrad.report import Circuit, Frame, Heat, Wire

_MARGIN, _GAP, _RANK_GAP, _PAD, _FRAME_ROOM = 16, 10, 34, 7, 22


def render_svg(circuit: Circuit, *, theme: Theme = "auto", title: str = "") -> str:
    """The circuit as a self-contained SVG document.

    `theme` "auto" follows the reader's light or dark setting. Raises ValueError for a wire to an unknown box.
    """
    wires, pairs = wires_in_order(circuit)
    drawn = measured(circuit, wires, pairs)
    placed, frames = _arranged(circuit, wires, pairs, drawn, _GAP)
    if len(frames) < len(circuit.frames):  # with more room between rows there may be more of them
        wider = _arranged(circuit, wires, pairs, drawn, _GAP + _FRAME_ROOM)
        if len(wider[1]) > len(frames):
            placed, frames = wider
    ports = _ports(placed, pairs, drawn)
    body = [
        *_frame_parts(frames),
        *_wire_lines(placed, wires, pairs, drawn, ports),
        *_frame_titles(frames),
        *_box_parts(placed, drawn),
    ]
    page = Rectangle(0, 0, placed.length, placed.breadth)
    for _, hull in frames:
        page = page.with_room_for(hull)
    return _document(circuit, page, body, _legend(circuit, drawn, theme), theme, title)


def _arranged(
    circuit: Circuit, wires: list[Wire], pairs: list[tuple[int, int]], drawn: list[Drawn], gap: int
) -> tuple[Layout, list[tuple[Frame, Rectangle]]]:
    """Where the boxes stand, and the frames that find room there."""
    placed = _placed(drawn, pairs, gap)
    mixed = reordered(circuit, wires, pairs, arrivals(placed, pairs))
    for box in mixed:  # operands in another order than they are written get numbers, and room for them
        drawn[box].reordered, drawn[box].entry = True, max(drawn[box].entry, 2 * _MARGIN)
    if mixed:
        placed = _placed(drawn, pairs, gap)
    places = [_rectangle(placed, k, one) for k, one in enumerate(drawn)]
    return placed, framed(circuit, places, list(_bends(placed, wires, pairs)), _PAD)


def _rectangle(placed: Layout, k: int, one: Drawn) -> Rectangle:
    """What a box takes of the drawing, numbers and all."""
    extent, x, y = one.extent, placed.along[k], placed.across[k]
    half = extent.across // 2
    return Rectangle(x - extent.before, y - half, x + extent.after, y + half)


def _bends(
    placed: Layout, wires: list[Wire], pairs: list[tuple[int, int]]
) -> Iterator[tuple[str, str, Rectangle]]:
    """Where long wires pass the ranks between their boxes."""
    for wire, (source, _), route in zip(wires, pairs, placed.routes, strict=True):
        for rank, y in enumerate(route, placed.rank[source] + 1):
            place = Rectangle(placed.starts[rank], y - 2, placed.ends[rank], y + 2)
            yield wire.source, wire.target, place


def _frame_parts(frames: list[tuple[Frame, Rectangle]]) -> list[str]:
    parts = []
    for frame, hull in frames:
        width, height = hull.right - hull.left, hull.bottom - hull.top
        outline = f'x="{hull.left}" y="{hull.top}" width="{width}" height="{height}" rx="10"'
        label = _escaped(frame.note or frame.label)
        parts.append(f'<rect class="frame" role="group" aria-label="{label}" {outline}/>')
    return parts


def _frame_titles(frames: list[tuple[Frame, Rectangle]]) -> list[str]:
    """After the wires, so that none runs through a title."""
    return [_text("title", hull.left + 9, hull.top + 15, cut(frame.label, 40)) for frame, hull in frames]


def _placed(drawn: list[Drawn], pairs: list[tuple[int, int]], gap: int) -> Layout:
    extents = [d.extent for d in drawn]
    placed = layout(extents, pairs, gap=gap, rank_gap=_RANK_GAP, wire_room=8)
    return respaced(placed, extents, _rank_gaps(placed, pairs))


def _rank_gaps(placed: Layout, pairs: list[tuple[int, int]]) -> list[int]:
    """Wider gaps where wires climb far, so that they stay readable."""
    climb = [0] * len(placed.starts)
    for (source, target), route in zip(pairs, placed.routes, strict=True):
        places = (placed.across[source], *route, placed.across[target])
        for step, (one, two) in enumerate(pairwise(places)):
            at = placed.rank[source] + step
            climb[at] = max(climb[at], abs(one - two))
    return [_RANK_GAP + min(110, c // 5) for c in climb]


def _ports(placed: Layout, pairs: list[tuple[int, int]], drawn: list[Drawn]) -> list[int]:
    """How far from the centre of its target each wire arrives."""
    ports = [0] * len(pairs)
    for target, found in enumerate(arrivals(placed, pairs)):
        one = drawn[target]
        places = [last_place(placed, pairs, w) for w in found]
        for wire, step in zip(found, spread(places, placed.across[target], one.tight), strict=True):
            ports[wire] = step * one.spacing // 2
    return ports


def _wire_lines(
    placed: Layout, wires: list[Wire], pairs: list[tuple[int, int]], drawn: list[Drawn], ports: list[int]
) -> list[str]:
    lines = []
    begun: set[tuple[int, int]] = set()
    for index, (source, target) in enumerate(pairs):
        one, rank, here = drawn[target], placed.rank[source], placed.across[source]
        path = []
        if (source, rank) not in begun:
            path.append(f"M{placed.along[source] + drawn[source].half} {here}H{placed.ends[rank]}")
        begun.add((source, rank))
        for place in placed.routes[index]:
            rank += 1
            if (source, rank) not in begun:  # the trunk of several wires is drawn once
                path.append(_piece(placed, rank, here, place) + f"H{placed.ends[rank]}")
            begun.add((source, rank))
            here = place
        arrival = placed.across[target] + ports[index]
        path.append(
            _piece(placed, rank + 1, here, arrival)
            + _landing(one, placed.along[target], arrival, ports[index])
        )
        lines.append(f'<path class="wire" d="{"".join(path)}"/>')
        if one.reordered:
            x = placed.along[target] - one.reach - 12
            lines.append(_text("faint", x, arrival - 4, str(wires[index].order + 1)))
        x = placed.along[target] - one.reach - 10 - (one.entry - 10) // 2
        if wires[index].name:
            lines.append(_text("value", x, arrival - 5, wire_text(wires[index])))
        if (drawn[source].fans or wires[index].name) and wires[index].gradient:
            lines.append(_text("gradient", x, arrival + 13, wires[index].gradient))
    return lines


def _near(one: Drawn, port: int) -> int:
    """How far from the centre of a box a wire touches it."""
    return round(12 * port / (abs(port) + 12)) if one.entry else port


def _landing(one: Drawn, x: int, y: int, port: int) -> str:
    """The last bit of a wire: level, and bent towards the box where it comes from beside it."""
    near = _near(one, port)
    edge = one.half
    if one.round:
        edge = round(max(0, RADIUS**2 - near**2) ** 0.5)
    if near == port:
        return f"H{x - edge}"
    return f"H{x - one.reach - 12}L{x - edge} {y - port + near}"


def _piece(placed: Layout, rank: int, start: int, stop: int) -> str:
    """A curve from the end of the rank before to the start of this one."""
    left, right = placed.ends[rank - 1], placed.starts[rank]
    if start == stop:
        return f"M{left} {start}H{right}"
    middle = (left + right) / 2
    return f"M{left} {start}C{middle:g} {start} {middle:g} {stop} {right} {stop}"


def _box_parts(placed: Layout, drawn: list[Drawn]) -> list[str]:
    parts = []
    for index, one in enumerate(drawn):
        x, y, box = placed.along[index], placed.across[index], one.box
        inside = [f"<title>{_escaped(_spoken(one))}</title>", *_shape(one, x, y)]
        kind = "label output" if box.kind == "output" else "faint" if box.kind == "constant" else "label"
        inside.append(_text(kind, x, y + 5, text_of(box)))
        if one.named:
            inside.append(_text("faint", x, y + RADIUS + 13, cut(box.name, 24)))
        if one.stub:
            middle = x + one.reach + one.stub // 2
            inside += [_text(k, middle, y + d, t) for k, d, t in _numbers(one) if t]
            inside += _heat(box.value_heat, middle, y, above=True)
            inside += _heat(box.gradient_heat, middle, y, above=False)
        parts.append(f'<g role="listitem" aria-label="{_escaped(_spoken(one))}">{"".join(inside)}</g>')
    return parts


def _heat(heat: Heat | None, middle: int, y: int, above: bool) -> list[str]:
    """A heat map beyond the number of a wire."""
    if heat is None:
        return []
    width, height = size_of(heat)
    return heat_parts(heat, middle - width // 2, y - 20 - height if above else y + 20, "v" if above else "g")


def _numbers(one: Drawn) -> tuple[tuple[str, int, str], ...]:
    return ("value", -5, one.value), ("gradient", 14, one.gradient)


def _shape(one: Drawn, x: int, y: int) -> list[str]:
    kind = one.box.kind
    if kind not in OUTLINED:
        return []
    if one.round:
        return [f'<circle class="{kind}" cx="{x}" cy="{y}" r="{RADIUS}"/>']
    return [
        f'<rect class="{kind}" x="{x - one.half}" y="{y - 15}" width="{2 * one.half}" height="30" rx="8"/>'
    ]


def _escaped(text: str) -> str:
    """Text for XML, which allows no control characters."""
    return escape(visible(text))


def _text(kind: str, x: float, y: float, text: str) -> str:
    return f'<text class="{kind}" x="{x:g}" y="{y:g}">{_escaped(text)}</text>'


def _spoken(one: Drawn) -> str:
    """A box in words, for screen readers and as a tooltip."""
    box = one.box
    words = [f"{box.kind} {text_of(box)}" + (f" ({box.name})" if box.name and box.name != box.label else "")]
    if one.value:
        words.append(f"value {one.value}")
    if one.gradient:
        words.append(f"gradient {one.gradient}")
    return ", ".join(words)


def _legend(circuit: Circuit, drawn: list[Drawn], theme: Theme) -> list[tuple[str, str]]:
    """What has to be said to read the picture."""
    said = [("value", "above a wire: forward value"), ("gradient", "below a wire, slanted: gradient")]
    if any(wire.gradient for wire in circuit.wires) and any(one.entry for one in drawn):
        said.append(("gradient", "where a branch ends: its contribution to the gradient at its start"))
    if any(box.value_heat or box.gradient_heat for box in circuit.boxes):
        said.append(
            ("faint", "an array is painted by its entries, full colour at ± the number beside its shape")
        )
        if theme == "print":
            said.append(("faint", "a dash in a cell: the entry is negative"))
    return said


def _document(
    circuit: Circuit,
    page: Rectangle,
    body: list[str],
    legend: list[tuple[str, str]],
    theme: Theme,
    title: str,
) -> str:
    wide = max(room(text) for _, text in legend)
    across, down = page.right - page.left, page.bottom - page.top
    width = max(across, wide) + 2 * _MARGIN
    height = down + 3 * _MARGIN + 18 * len(legend)
    shift = (width - across) // 2 - page.left
    foot = down + 3 * _MARGIN
    notes = [
        f'<text class="{kind} start" x="{_MARGIN}" y="{foot + 18 * k}">{_escaped(text)}</text>'
        for k, (kind, text) in enumerate(legend)
    ]
    name = title or circuit.caption or "computational circuit"
    # Unlike those of other pictures of a page; of what is drawn, as numbers may differ in their last digits.
    mark = f"wg{crc32(chr(10).join([name, *body]).encode(errors='replace')):08x}"
    desc = f"{len(circuit.boxes)} boxes, {len(circuit.wires)} wires, from inputs on the left to the output."
    heats = any(box.value_heat or box.gradient_heat for box in circuit.boxes)
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
            f'viewBox="0 0 {width} {height}" class="wg-{theme}" role="group" '
            f'aria-labelledby="{mark}-title {mark}-desc">',
            f'<title id="{mark}-title">{_escaped(name)}</title>',
            f'<desc id="{mark}-desc">{_escaped(desc)}</desc>',
            style_of(theme, heats),
            f'<rect class="paper" width="{width}" height="{height}"/>',
            f'<g transform="translate({shift} {_MARGIN - page.top})" role="list">',
            *body,
            "</g>",
            *notes,
            "</svg>\n",
        ]
    )
