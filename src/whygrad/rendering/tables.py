"""Tables for a terminal: side by side where the width allows, else wrapped, else one row as a list."""

from __future__ import annotations

from collections.abc import Sequence

from whygrad.rendering.cells import Line, line_width, visible, width_of, wrapped
from whygrad.report import Table, Words

_BETWEEN = 2
_NARROW = 9


def table_lines(table: Table, width: int) -> list[Line]:
    """The lines of a table, none wider than `width`."""
    rows = [[_cell(c) for c in row] for row in table.rows]
    caption = wrapped([Words(table.caption, "dim")], width) if table.caption else []
    if not table.columns and not rows:
        return caption
    wants = [
        max([width_of(title), *(width_of(row[k].text) for row in rows if k < len(row))])
        for k, title in enumerate(table.columns)
    ]
    sizes = _sizes(wants, [_longest(table, rows, k) for k in range(len(wants))], width)
    body = _columns(table, rows, sizes) if sizes else _records(table, rows, width)
    return body + caption


def _cell(words: Words) -> Words:
    return Words(visible(words.text.replace("\n", " ")), words.style)


def _longest(table: Table, rows: list[list[Words]], k: int) -> int:
    """The longest word of a column: what it needs unless words are broken."""
    texts = [table.columns[k], *(row[k].text for row in rows if k < len(row))]
    return max(width_of(word) for text in texts for word in text.split(" "))


def _sizes(wants: list[int], needs: list[int], width: int) -> list[int] | None:
    """Widths of the columns: the wanted ones, or smaller for the widest; None if there is no room."""
    room = width - _BETWEEN * (len(wants) - 1)
    least = [min(need, max(_NARROW, 24)) for need in needs]
    if sum(least) > room:
        return None
    sizes = list(wants)
    while sum(sizes) > room:
        k = max(range(len(sizes)), key=lambda i: (sizes[i] > least[i], sizes[i]))
        sizes[k] -= 1
    return sizes


def _columns(table: Table, rows: list[list[Words]], sizes: list[int]) -> list[Line]:
    align = table.align.ljust(len(sizes), "l")
    lines: list[Line] = []
    if any(table.columns):
        lines += _beside([Words(t, "strong") for t in table.columns], sizes, align)
        rule = (" " * _BETWEEN).join("─" * size for size in sizes)
        lines.append([(rule, "dim")])
    for row in rows:
        lines += _beside(row, sizes, align)
    return lines


def _beside(row: Sequence[Words], sizes: list[int], align: str) -> list[Line]:
    cells = [wrapped([words], size) for words, size in zip(row, sizes, strict=False)]
    lines = []
    for k in range(max((len(c) for c in cells), default=0)):
        line: Line = []
        for column, (cell, size) in enumerate(zip(cells, sizes, strict=False)):
            part = cell[k] if k < len(cell) else []
            free = size - line_width(part)
            left = {"r": free, "c": free // 2}.get(align[column], 0)
            line += [(" " * left, "plain"), *part]
            if column + 1 < len(sizes):
                line.append((" " * (free - left + _BETWEEN), "plain"))
        lines.append(line)
    return lines


def _records(table: Table, rows: list[list[Words]], width: int) -> list[Line]:
    """Each row as lines of `column: cell`, for terminals too narrow for columns."""
    lines: list[Line] = []
    for number, row in enumerate(rows):
        if number:
            lines.append([])
        for title, words in zip(table.columns, row, strict=False):
            if words.text:
                head = [Words(f"{title}: ", "dim")] if title else []
                lines += wrapped([*head, words], width, indent="  ", first="")
    return lines
