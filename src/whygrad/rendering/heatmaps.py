"""Heat maps of arrays in a picture: signed shades and an outline."""

from __future__ import annotations

import math

from whygrad.rendering.themes import LEVELS
from whygrad.report import Heat

CELL, WIDEST, TALLEST = 9, 108, 54
"""Points: the largest side of a cell, and the most room that a map takes."""


def cell_of(heat: Heat) -> int:
    """The side of a cell."""
    return max(4, min(CELL, WIDEST // len(heat.cells[0]), TALLEST // len(heat.cells)))


def size_of(heat: Heat | None) -> tuple[int, int]:
    """Width and height of a map; nothing for none."""
    if heat is None:
        return 0, 0
    side = cell_of(heat)
    return side * len(heat.cells[0]), side * len(heat.cells)


def heat_parts(heat: Heat, x: int, y: int, letter: str) -> list[str]:
    """The map with its upper left corner at a point; `letter` is v for values, g for gradients."""
    side = cell_of(heat)
    shades: dict[str, list[str]] = {}
    for row, cells in enumerate(heat.cells):
        for column, cell in enumerate(cells):
            place = f"M{x + column * side} {y + row * side}h{side}v{side}h-{side}z"
            shades.setdefault(_shade(cell, letter), []).append(place)
            if cell < 0:
                left, middle = x + column * side + side / 4, y + row * side + side / 2
                shades.setdefault("minus", []).append(f"M{left:g} {middle:g}h{side / 2:g}")
    width, height = size_of(heat)
    parts = [
        f'<path class="{name}" d="{"".join(d)}"/>' for name, d in sorted(shades.items()) if name != "minus"
    ]
    if "minus" in shades:
        parts.append(f'<path class="minus" d="{"".join(shades["minus"])}"/>')
    parts.append(f'<rect class="edge" x="{x}" y="{y}" width="{width}" height="{height}"/>')
    return parts


def _shade(cell: float, letter: str) -> str:
    if math.isnan(cell):
        return "bad"
    level = min(LEVELS, math.ceil(abs(cell) * LEVELS - 1e-9))
    return "h0" if level == 0 else f"{letter}{'p' if cell > 0 else 'n'}{level}"
