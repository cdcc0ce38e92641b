"""A report as text for a terminal: coloured where allowed, never wider than the terminal, ASCII at need.

Written on the standard library alone, so that printing a verdict costs no import.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from whygrad.rendering.cells import Line, width_of, wrapped
from whygrad.rendering.excerpts import diff_lines, excerpt_lines
from whygrad.rendering.tables import table_lines
from whygrad.rendering.terminal import can_draw, painted, terminal_width, wants_color
from whygrad.rendering.wiring import circuit_lines
from whygrad.report import (
    Block,
    Bullets,
    Circuit,
    Diff,
    Excerpt,
    Formula,
    Heading,
    Paragraph,
    Report,
    Section,
    Table,
    Words,
)


def render_text(
    report: Report, width: int | None = None, color: bool | None = None, unicode: bool | None = None
) -> str:
    """The report as text, ending without a line break.

    `width` in columns (by default the terminal's), `color` with ANSI escapes (by default where standard
    output is a terminal and NO_COLOR is not set), `unicode` with box-drawing characters (by default where
    they can be encoded).
    """
    lines = report_lines(report, terminal_width() if width is None else max(20, width))
    return painted(
        lines, wants_color() if color is None else color, can_draw() if unicode is None else unicode
    )


def report_lines(report: Report, width: int) -> list[Line]:
    """The lines of a report, none wider than `width`, each in pieces of one style."""
    lines = _titled(report.title, "═", width) if report.title else []
    return lines + _stacked(report.blocks, width, bool(report.title))


def _titled(title: str, rule: str, width: int) -> list[Line]:
    lines = wrapped([Words(title, "title")], width)
    longest = max(sum(width_of(text) for text, _ in line) for line in lines)
    return [*lines, [(rule * min(width, longest), "dim")]] if rule else lines


def _stacked(blocks: Sequence[Block], width: int, below_title: bool) -> list[Line]:
    """Blocks one below the other, a blank line between them except where they belong together."""
    lines: list[Line] = []
    previous: Block | None = None
    for block in blocks:
        part = _LINES[type(block)](block, width)
        if not part:
            continue
        if below_title if previous is None else not _belong_together(previous, block):
            lines.append([])
        lines += part
        previous = block
    return lines


def _belong_together(above: Block, below: Block) -> bool:
    """A heading stands on its text, a repair hangs below what it repairs."""
    return isinstance(above, Heading) or isinstance(below, Diff)


def _paragraph(block: Paragraph, width: int) -> list[Line]:
    return wrapped(block.words, width)


def _heading(block: Heading, width: int) -> list[Line]:
    return _titled(block.text, "─" if block.level == 1 else "", width)


def _section(block: Section, width: int) -> list[Line]:
    return wrapped([Words(block.title, "title")], width, indent="  ", first="") + _stacked(
        block.blocks, width, False
    )


def _bullets(block: Bullets, width: int) -> list[Line]:
    lines: list[Line] = []
    for number, item in enumerate(block.items, 1):
        sign = f"{number}. " if block.ordered else "• "
        inner = _LINES[type(item)](item, max(12, width - len(sign)))
        for k, line in enumerate(inner):
            lines.append([(sign if k == 0 else " " * len(sign), "dim"), *line])
    return lines


def _formula(block: Formula, width: int) -> list[Line]:
    words = [Words(block.text, "code")]
    if block.note:
        words.append(Words(f"  # {block.note}", "dim"))
    return wrapped(words, width, indent="      ", first="    ")


_LINES: dict[type, Callable[[Any, int], list[Line]]] = {
    Paragraph: _paragraph,
    Heading: _heading,
    Section: _section,
    Bullets: _bullets,
    Table: table_lines,
    Excerpt: excerpt_lines,
    Diff: diff_lines,
    Formula: _formula,
    Circuit: circuit_lines,
}
