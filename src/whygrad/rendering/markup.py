"""A report as HTML for notebooks: the text of the terminal, with its styles as colours of the page.

Spans with inline colours only, since an untrusted notebook shows neither style sheets nor scripts. The
colours can be read on white and on black.
"""

from __future__ import annotations

import html
from collections.abc import Mapping
from types import MappingProxyType

from whygrad.rendering.cells import Line
from whygrad.rendering.text import report_lines
from whygrad.report import Report, Style

STYLES: Mapping[Style, str] = MappingProxyType(
    {
        "strong": "font-weight:bold", "title": "font-weight:bold", "dim": "opacity:0.65",
        "code": "color:#2f7f8f", "name": "color:#2f7f8f;font-weight:bold", "value": "color:#2e8b57",
        "gradient": "color:#d0463b;font-style:italic", "right": "color:#2e8b57;font-weight:bold",
        "wrong": "color:#d0463b;font-weight:bold", "hint": "color:#3f7fd0;font-weight:bold",
    }
)  # fmt: skip
WIDTH = 100


def render_markup(report: Report, width: int = WIDTH) -> str:
    """The report as one `<pre>` element."""
    rows = "\n".join(_row(line) for line in report_lines(report, width))
    return f'<pre style="line-height:1.25">{rows}</pre>'


def _row(line: Line) -> str:
    return "".join(_span(text, STYLES.get(style, "")) for text, style in line)


def _span(text: str, style: str) -> str:
    escaped = html.escape(text)
    return f'<span style="{style}">{escaped}</span>' if style and text else escaped
