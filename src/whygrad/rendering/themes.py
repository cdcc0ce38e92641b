"""Colours of pictures: light, dark, or by the reader's setting; and for paper, in black and white."""

from __future__ import annotations

from typing import Literal

Theme = Literal["auto", "light", "dark", "print"]

LABEL, NUMBER = 14, 12
"""Sizes of letters."""
LEVELS = 5
"""Shades of a heat map to each side of 0."""

_LIGHT = {
    "paper": "#ffffff", "ink": "#1f2328", "line": "#57606a", "faint": "#59636e",
    "fill": "#f6f8fa", "gate": "#e7f0ff", "block": "#fff4d9", "frame": "#8c959f", "inside": "#eef2f6",
    "value": "#116329", "gradient": "#b3121d", "zero": "#f0f1f3",
}  # fmt: skip
_DARK = {
    "paper": "#0d1117", "ink": "#e6edf3", "line": "#8b949e", "faint": "#9198a1",
    "fill": "#161b22", "gate": "#15294a", "block": "#3a2f14", "frame": "#6e7681", "inside": "#161d27",
    "value": "#56d364", "gradient": "#ff8a80", "zero": "#21262d",
}  # fmt: skip
_PRINT = {
    "paper": "#ffffff", "ink": "#000000", "line": "#000000", "faint": "#333333",
    "fill": "#ffffff", "gate": "#ffffff", "block": "#ffffff", "frame": "#555555", "inside": "#ffffff",
    "value": "#000000", "gradient": "#000000", "zero": "#ffffff",
}  # fmt: skip

# Ends of the scales: (negative, positive), for values and for gradients.
_HEATS = {
    "light": (("#7b3fa0", "#12702e"), ("#1f5fbf", "#c01a26")),
    "dark": (("#c08be0", "#4fd067"), ("#6aa6ff", "#ff6b63")),
    "print": (("#858585", "#858585"), ("#858585", "#858585")),  # a black dash is seen on it
}


def _mixed(one: str, two: str, share: float) -> str:
    """A colour between two."""
    pairs = ((int(one[k : k + 2], 16), int(two[k : k + 2], 16)) for k in (1, 3, 5))
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


def _shades(name: str, zero: str) -> dict[str, str]:
    """Heat map colours: `.vn3` is a negative value, three fifths of the scale, `.gp5` a largest gradient."""
    found = {".h0": f"fill:{zero}"}
    for letter, (negative, positive) in zip("vg", _HEATS[name], strict=True):
        for level in range(1, LEVELS + 1):
            share = (level / LEVELS) ** 0.8
            found[f".{letter}p{level}"] = f"fill:{_mixed(zero, positive, share)}"
            found[f".{letter}n{level}"] = f"fill:{_mixed(zero, negative, share)}"
    return found


def _colours(c: dict[str, str], name: str, heats: bool) -> dict[str, str]:
    outline = f"stroke:{c['ink']};stroke-width"
    found = {
        ".paper": f"fill:{c['paper']}",
        ".wire": f"fill:none;stroke:{c['line']};stroke-width:1.3",
        ".op": f"fill:{c['fill']};{outline}:1.3",
        ".gate": f"fill:{c['gate']};{outline}:2",
        ".block": f"fill:{c['block']};{outline}:2",
        ".frame": f"fill:{c['inside']};stroke:{c['frame']};stroke-width:1.2;stroke-dasharray:5 4",
        ".label": f"fill:{c['ink']}",
        ".title": f"stroke:{c['inside']};stroke-width:4;paint-order:stroke",
        ".faint,.title": f"fill:{c['faint']}",
        ".value": f"fill:{c['value']}",
        ".gradient": f"fill:{c['gradient']}",
        ".edge": f"fill:none;stroke:{c['frame']};stroke-width:0.6",
        ".bad": f"fill:{c['gradient']}",
        ".minus": f"stroke:{c['ink'] if name == 'print' else 'none'};stroke-width:0.7;fill:none",
    }
    return found | (_shades(name, c["zero"]) if heats else {})


_LETTERS = {
    "text": "font-family:ui-monospace,'DejaVu Sans Mono',Menlo,Consolas,monospace;text-anchor:middle",
    ".label": f"font-size:{LABEL}px",
    ".output": "font-weight:bold",
    ".value,.gradient,.faint,.title": f"font-size:{NUMBER}px",
    ".gradient": "font-style:italic",
    ".start,.title": "text-anchor:start",
}

_COLOURS = {"light": _LIGHT, "dark": _DARK, "print": _PRINT}


def style_of(theme: Theme, heats: bool) -> str:
    """Rules that hold inside one picture only: in a page, a style of one picture reaches all others."""

    def rules(stated: dict[str, str]) -> str:
        return "\n".join(
            f"{','.join(f'.wg-{theme} {one}' for one in selector.split(','))}{{{said}}}"
            for selector, said in stated.items()
        )

    name = "light" if theme == "auto" else theme
    parts = [rules(_LETTERS), rules(_colours(_COLOURS[name], name, heats))]
    if theme == "auto":
        dark = rules(_colours(_DARK, "dark", heats))
        parts.append(f"@media (prefers-color-scheme:dark){{\n{dark}\n}}")
    return "<style>\n" + "\n".join(parts) + "\n</style>"
