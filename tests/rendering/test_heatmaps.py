"""Heat maps as SVG: every cell once, signs apart, within the room that was given."""

import math
import re

from whygrad.rendering.heatmaps import heat_parts, size_of
from whygrad.report import Heat

HEAT = Heat(((1.0, -1.0, 0.0), (0.3, math.nan, -0.01)), 2.0, (2, 3))


def cells(parts, name):
    found = [re.search(r'd="([^"]*)"', part) for part in parts if f'class="{name}"' in part]
    return sum(match[1].count("M") for match in found if match)


def test_every_cell_is_drawn_once_in_its_shade():
    parts = heat_parts(HEAT, 0, 0, "v")
    assert {name: cells(parts, name) for name in ("vp5", "vn5", "h0", "vp2", "bad", "vn1")} == {
        "vp5": 1, "vn5": 1, "h0": 1, "vp2": 1, "bad": 1, "vn1": 1,
    }  # fmt: skip
    assert cells(parts, "minus") == 2
    assert any('class="gp5"' in part for part in heat_parts(HEAT, 0, 0, "g"))


def test_a_map_keeps_within_its_room():
    for rows, columns in ((1, 2), (8, 16), (8, 1), (1, 16), (2, 3)):
        heat = Heat(tuple((0.5,) * columns for _ in range(rows)), 1.0, (rows, columns))
        width, height = size_of(heat)
        assert width <= 108 and height <= 54
        assert width == height * columns // rows
    assert size_of(None) == (0, 0)
