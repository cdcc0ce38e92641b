"""Lines of styled words as SVG: what a terminal would show, as a picture that a notebook displays."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from itertools import groupby

from whygrad.rendering.cells import Line, line_width, visible
from whygrad.rendering.png import can_render_png, render_png
from whygrad.rendering.text import render_text, report_lines
from whygrad.rendering.themes import Theme
from whygrad.report import Report

COLUMNS, SIZE, LINE, MARGIN = 96, 13, 18, 12
ADVANCE = 0.602 * SIZE
"""Points of one character; each run of text is stretched to its cells, so columns stand in line."""

_LIGHT = {
    "plain": "#1f2328", "dim": "#59636e", "code": "#0550ae", "name": "#0550ae", "value": "#116329",
    "gradient": "#b3121d", "right": "#116329", "wrong": "#b3121d", "hint": "#6639ba", "paper": "#ffffff",
}  # fmt: skip
_DARK = {
    "plain": "#e6edf3", "dim": "#9198a1", "code": "#79c0ff", "name": "#79c0ff", "value": "#56d364",
    "gradient": "#ff8a80", "right": "#56d364", "wrong": "#ff8a80", "hint": "#d2a8ff", "paper": "#0d1117",
}  # fmt: skip
_BOLD = {"strong", "title", "name", "right", "wrong", "hint"}


def bundle_of(report: Report) -> dict[str, str | bytes]:
    """A report for a notebook: text, SVG, and PNG where it can be made (no script, no HTML)."""
    bundle: dict[str, str | bytes] = {
        "text/plain": render_text(report, COLUMNS, color=False),
        "image/svg+xml": render_screen(report),
    }
    if can_render_png():
        bundle["image/png"] = render_png(render_screen(report, theme="light"))
    return bundle


def render_screen(report: Report, width: int = COLUMNS, theme: Theme = "auto") -> str:
    """The report as an SVG document of `width` columns."""
    return lines_as_svg(report_lines(report, width), report.title or "report", theme)


def lines_as_svg(lines: Sequence[Line], title: str, theme: Theme = "auto") -> str:
    """Styled lines as an SVG document, as wide as the longest of them."""
    longest = max(map(line_width, lines), default=1)
    width = round(longest * ADVANCE) + 2 * MARGIN
    height = len(lines) * LINE + 2 * MARGIN
    rows = [_row(line, MARGIN + (k + 1) * LINE - 5) for k, line in enumerate(lines)]
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
            f'viewBox="0 0 {width} {height}" class="ws-{theme}" role="img">',
            f"<title>{escape(visible(title))}</title>",
            _style(theme),
            f'<rect class="paper" width="{width}" height="{height}"/>',
            *[row for row in rows if row],
            "</svg>\n",
        ]
    )


def _row(line: Line, y: int) -> str:
    """One line: a run of text for each style, at its column."""
    runs, column = [], 0
    for style, pieces in groupby(line, key=lambda piece: piece[1]):
        text = "".join(text for text, _ in pieces)
        cells = line_width([(text, style)])
        if text.strip():
            lead = len(text) - len(text.lstrip(" "))
            x = MARGIN + (column + lead) * ADVANCE
            length = line_width([(text.strip(" "), style)]) * ADVANCE
            runs.append(
                f'<tspan class="{style}" x="{x:.1f}" textLength="{length:.1f}" '
                f'lengthAdjust="spacingAndGlyphs">{escape(visible(text.strip(" ")))}</tspan>'
            )
        column += cells
    return f'<text y="{y}" xml:space="preserve">{"".join(runs)}</text>' if runs else ""


def _style(theme: Theme) -> str:
    def rules(colours: dict[str, str]) -> str:
        found = [f".ws-{theme} .{name}{{fill:{colour}}}" for name, colour in colours.items()]
        found += [f".ws-{theme} .{name}{{fill:{colours['plain']}}}" for name in ("strong", "title")]
        return "\n".join(found)

    base = [
        f".ws-{theme} text{{font-family:ui-monospace,'DejaVu Sans Mono',Menlo,Consolas,monospace;"
        f"font-size:{SIZE}px}}",
        f".ws-{theme} .gradient{{font-style:italic}}",
        *[f".ws-{theme} .{name}{{font-weight:bold}}" for name in sorted(_BOLD)],
        rules(_DARK if theme == "dark" else _LIGHT),
    ]
    if theme == "auto":
        base.append(f"@media (prefers-color-scheme:dark){{\n{rules(_DARK)}\n}}")
    return "<style>\n" + "\n".join(base) + "\n</style>"
