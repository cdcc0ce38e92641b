"""A circuit as SVG, as course notes draw it: forward values above the wires, gradients below.

The picture stands alone (no script, no font, no reference), reads in light and in dark, and tells values from
gradients by place and slant as well as by colour. Room for every number is part of the box that it belongs
to, so the layout keeps numbers clear of wires and of each other.
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from itertools import pairwise
from typing import Literal
from zlib import crc32

from whygrad.rendering.cells import cut, visible, width_of
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
from whygrad.report import Box, Circuit, Wire

Theme = Literal["auto", "light", "dark"]

_LABEL, _NUMBER = 14, 12
_CHARACTER = 0.61  # width of a monospace character by its size; the widest common font has 0.602
_MARGIN, _RADIUS, _GAP, _RANK_GAP, _PORT, _ENTRY = 16, 17, 10, 34, 9, 22

_LIGHT = {
    "paper": "#ffffff", "ink": "#1f2328", "line": "#57606a", "faint": "#6e7781",
    "fill": "#f6f8fa", "gate": "#eef4ff", "value": "#116329", "gradient": "#b3121d",
}  # fmt: skip
_DARK = {
    "paper": "#0d1117", "ink": "#e6edf3", "line": "#8b949e", "faint": "#8b949e",
    "fill": "#161b22", "gate": "#15233b", "value": "#56d364", "gradient": "#ff8a80",
}  # fmt: skip


def _colours(c: dict[str, str]) -> dict[str, str]:
    outline = f"stroke:{c['ink']};stroke-width"
    return {
        ".paper": f"fill:{c['paper']}",
        ".wire": f"fill:none;stroke:{c['line']};stroke-width:1.3",
        ".op": f"fill:{c['fill']};{outline}:1.3",
        ".gate": f"fill:{c['gate']};{outline}:2",
        ".label": f"fill:{c['ink']}",
        ".faint": f"fill:{c['faint']}",
        ".value": f"fill:{c['value']}",
        ".gradient": f"fill:{c['gradient']}",
    }


_LETTERS = {
    "text": "font-family:ui-monospace,'DejaVu Sans Mono',Menlo,Consolas,monospace;text-anchor:middle",
    ".label": f"font-size:{_LABEL}px",
    ".output": "font-weight:bold",
    ".value,.gradient,.faint": f"font-size:{_NUMBER}px",
    ".gradient": "font-style:italic",
    ".start": "text-anchor:start",
}


def _style(theme: Theme) -> str:
    """Rules that hold inside this picture only: in a page, a style of one picture reaches all others."""

    def rules(stated: dict[str, str]) -> str:
        return "\n".join(
            f"{','.join(f'.wg-{theme} {one}' for one in selector.split(','))}{{{said}}}"
            for selector, said in stated.items()
        )

    parts = [rules(_LETTERS), rules(_colours(_DARK if theme == "dark" else _LIGHT))]
    if theme == "auto":
        parts.append(f"@media (prefers-color-scheme:dark){{\n{rules(_colours(_DARK))}\n}}")
    return "<style>\n" + "\n".join(parts) + "\n</style>"


def _room(text: str, size: int = _NUMBER) -> int:
    return round(width_of(text) * size * _CHARACTER + 0.5)


@dataclass(slots=True)
class _Drawn:
    """A box with what is written around it."""

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

    @property
    def reach(self) -> int:
        """Half the width of outline and name."""
        named = self.box.name and self.box.kind in ("op", "gate")
        return max(self.half, _room(cut(self.box.name, 24)) // 2 + 2) if named else self.half

    @property
    def round(self) -> bool:
        return self.half == _RADIUS and self.box.kind in ("op", "gate")

    @property
    def tight(self) -> bool:
        """Whether its wires take as little room as possible, at the price of a straight main path."""
        return bool(self.entry) and (self.ports > 4 or not self.has_main)

    @property
    def spacing(self) -> int:
        """Between two wires where they arrive: room for a number, or as the outline allows."""
        return _ENTRY if self.entry else min(_PORT, 2 * _RADIUS // max(1, self.ports))


def render_svg(circuit: Circuit, *, theme: Theme = "auto", title: str = "") -> str:
    """The circuit as a self-contained SVG document.

    `theme` "auto" follows the reader's light or dark setting. Raises ValueError for a wire to an unknown box.
    """
    wires, pairs = wires_in_order(circuit)
    drawn = _measured(circuit, wires, pairs)
    placed = _placed(drawn, pairs)
    mixed = reordered(circuit, wires, pairs, arrivals(placed, pairs))
    for box in mixed:  # operands in another order than they are written get numbers, and room for them
        drawn[box].reordered, drawn[box].entry = True, max(drawn[box].entry, 2 * _MARGIN)
    if mixed:
        placed = _placed(drawn, pairs)
    ports = _ports(placed, pairs, drawn)
    body = [*_wire_lines(placed, wires, pairs, drawn, ports), *_box_parts(placed, drawn)]
    return _document(circuit, placed, body, any(d.entry for d in drawn), theme, title)


def _placed(drawn: list[_Drawn], pairs: list[tuple[int, int]]) -> Layout:
    extents = [_extent(d) for d in drawn]
    placed = layout(extents, pairs, gap=_GAP, rank_gap=_RANK_GAP, wire_room=8)
    return respaced(placed, extents, _rank_gaps(placed, pairs))


def _measured(circuit: Circuit, wires: list[Wire], pairs: list[tuple[int, int]]) -> list[_Drawn]:
    leaving: list[list[Wire]] = [[] for _ in circuit.boxes]
    arriving: list[list[Wire]] = [[] for _ in circuit.boxes]
    for wire, (source, target) in zip(wires, pairs, strict=True):
        leaving[source].append(wire)
        arriving[target].append(wire)
    fans = {box.key for box, out in zip(circuit.boxes, leaving, strict=True) if len(out) > 1}
    drawn = []
    for box, out, into in zip(circuit.boxes, leaving, arriving, strict=True):
        only = out[0] if len(out) == 1 else None
        value = box.value or (only.value if only else "")
        gradient = box.gradient or (only.gradient if only else "")
        one = _Drawn(box, _half(box), value, gradient, ports=len(into), fans=len(out) > 1)
        if out:
            one.stub = max(_room(value), _room(gradient), 6) + 12
        elif box.kind != "output" and (value or gradient):
            one.stub = max(_room(value), _room(gradient)) + 12
        labels = [w.gradient for w in into if w.source in fans and w.gradient]
        if labels:
            one.entry = max(map(_room, labels)) + 22
        drawn.append(one)
    for one, main in zip(drawn, have_main_operand(len(drawn), pairs), strict=True):
        one.has_main = main
    return drawn


def _text_of(box: Box) -> str:
    return cut(box.label or box.name or box.key, 40)


def _half(box: Box) -> int:
    """Half the width of what stands for the box."""
    text = _room(_text_of(box), _LABEL) // 2 + 1
    if box.kind in ("op", "gate"):
        return _RADIUS if text <= _RADIUS - 3 else text + 8
    return text + 5


def _extent(one: _Drawn) -> Extent:
    across = 2 * _RADIUS + 2
    if one.entry:
        across = max(across, _ENTRY * (one.ports if one.tight else 2 * one.ports - 1))
    if one.box.name and one.box.kind in ("op", "gate"):
        across += 2 * _LABEL
    return Extent(one.reach + one.entry, one.reach + one.stub, across + across % 2)


def _rank_gaps(placed: Layout, pairs: list[tuple[int, int]]) -> list[int]:
    """Wider gaps where wires climb far, so that they stay readable."""
    climb = [0] * len(placed.starts)
    for (source, target), route in zip(pairs, placed.routes, strict=True):
        places = (placed.across[source], *route, placed.across[target])
        for step, (one, two) in enumerate(pairwise(places)):
            at = placed.rank[source] + step
            climb[at] = max(climb[at], abs(one - two))
    return [_RANK_GAP + min(110, c // 5) for c in climb]


def _ports(placed: Layout, pairs: list[tuple[int, int]], drawn: list[_Drawn]) -> list[int]:
    """How far from the centre of its target each wire arrives."""
    ports = [0] * len(pairs)
    for target, found in enumerate(arrivals(placed, pairs)):
        one = drawn[target]
        places = [last_place(placed, pairs, w) for w in found]
        for wire, step in zip(found, spread(places, placed.across[target], one.tight), strict=True):
            ports[wire] = step * one.spacing // 2
    return ports


def _wire_lines(
    placed: Layout, wires: list[Wire], pairs: list[tuple[int, int]], drawn: list[_Drawn], ports: list[int]
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
        if drawn[source].fans and wires[index].gradient:
            x = placed.along[target] - one.reach - 10 - (one.entry - 10) // 2
            lines.append(_text("gradient", x, arrival + 13, wires[index].gradient))
    return lines


def _near(one: _Drawn, port: int) -> int:
    """How far from the centre of a box a wire touches it."""
    return round(12 * port / (abs(port) + 12)) if one.entry else port


def _landing(one: _Drawn, x: int, y: int, port: int) -> str:
    """The last bit of a wire: level, and bent towards the box where it comes from beside it."""
    near = _near(one, port)
    edge = one.half
    if one.round:
        edge = round(max(0, _RADIUS**2 - near**2) ** 0.5)
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


def _box_parts(placed: Layout, drawn: list[_Drawn]) -> list[str]:
    parts = []
    for index, one in enumerate(drawn):
        x, y, box = placed.along[index], placed.across[index], one.box
        inside = [f"<title>{_escaped(_spoken(one))}</title>", *_shape(one, x, y)]
        kind = "label output" if box.kind == "output" else "faint" if box.kind == "constant" else "label"
        inside.append(_text(kind, x, y + 5, _text_of(box)))
        if box.name and box.kind in ("op", "gate"):
            inside.append(_text("faint", x, y + _RADIUS + 13, cut(box.name, 24)))
        if one.stub:
            middle = x + one.reach + one.stub // 2
            inside += [_text(k, middle, y + d, t) for k, d, t in _numbers(one) if t]
        parts.append(f'<g role="listitem" aria-label="{_escaped(_spoken(one))}">{"".join(inside)}</g>')
    return parts


def _numbers(one: _Drawn) -> tuple[tuple[str, int, str], ...]:
    return ("value", -5, one.value), ("gradient", 14, one.gradient)


def _shape(one: _Drawn, x: int, y: int) -> list[str]:
    kind = one.box.kind
    if kind not in ("op", "gate"):
        return []
    if one.round:
        return [f'<circle class="{kind}" cx="{x}" cy="{y}" r="{_RADIUS}"/>']
    return [
        f'<rect class="{kind}" x="{x - one.half}" y="{y - 15}" width="{2 * one.half}" height="30" rx="8"/>'
    ]


def _escaped(text: str) -> str:
    """Text for XML, which allows no control characters."""
    return escape(visible(text))


def _text(kind: str, x: float, y: float, text: str) -> str:
    return f'<text class="{kind}" x="{x:g}" y="{y:g}">{_escaped(text)}</text>'


def _spoken(one: _Drawn) -> str:
    """A box in words, for screen readers and as a tooltip."""
    box = one.box
    words = [f"{box.kind} {_text_of(box)}" + (f" ({box.name})" if box.name and box.name != box.label else "")]
    if one.value:
        words.append(f"value {one.value}")
    if one.gradient:
        words.append(f"gradient {one.gradient}")
    return ", ".join(words)


def _document(circuit: Circuit, placed: Layout, body: list[str], fans: bool, theme: Theme, title: str) -> str:
    legend = [
        ("value", "above a wire: forward value"),
        ("gradient", "below a wire, slanted: gradient"),
    ]
    if fans:
        legend.append(("gradient", "where a branch ends: its contribution to the gradient at its start"))
    wide = max(_room(text) for _, text in legend)
    width = max(placed.length, wide) + 2 * _MARGIN
    height = placed.breadth + 3 * _MARGIN + 18 * len(legend)
    shift = (width - placed.length) // 2
    foot = placed.breadth + 3 * _MARGIN
    notes = [
        f'<text class="{kind} start" x="{_MARGIN}" y="{foot + 18 * k}">{_escaped(text)}</text>'
        for k, (kind, text) in enumerate(legend)
    ]
    name = title or circuit.caption or "computational circuit"
    mark = (
        f"wg{crc32(repr(circuit).encode(errors='replace')):08x}"  # unlike those of other pictures of a page
    )
    desc = f"{len(circuit.boxes)} boxes, {len(circuit.wires)} wires, from inputs on the left to the output."
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
            f'viewBox="0 0 {width} {height}" class="wg-{theme}" role="group" '
            f'aria-labelledby="{mark}-title {mark}-desc">',
            f'<title id="{mark}-title">{_escaped(name)}</title>',
            f'<desc id="{mark}-desc">{_escaped(desc)}</desc>',
            _style(theme),
            f'<rect class="paper" width="{width}" height="{height}"/>',
            f'<g transform="translate({shift} {_MARGIN})" role="list">',
            *body,
            "</g>",
            *notes,
            "</svg>\n",
        ]
    )
