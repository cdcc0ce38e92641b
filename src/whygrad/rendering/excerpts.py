"""Excerpts of the user's file with marked spans, and repairs as a diff, as the best compilers show them."""

from __future__ import annotations

from collections.abc import Sequence

from whygrad.rendering.cells import Line, cut, visible, width_of, wrapped
from whygrad.report import Diff, Excerpt, Mark, Style, Words


def excerpt_lines(excerpt: Excerpt, width: int) -> list[Line]:
    """Place, numbered lines, carets below the marked spans, and notes; none wider than `width`."""
    gutter = max((len(str(n)) for n, _ in excerpt.lines), default=1)
    bar = " " * gutter + " │ "
    place = excerpt.place
    shown = f"{place.file}:{place.line}:{place.column}"
    lines = _headed(
        wrapped([Words(visible(shown), "strong")], width, " " * 6, " " * (gutter - 1) + "--> "), "dim"
    )
    before = 0
    for number, text in excerpt.lines:
        if before and number > before + 1:
            lines.append([(" " * gutter + " …", "dim")])
        before = number
        marks = sorted((m for m in excerpt.marks if m.line == number), key=lambda m: m.column)
        lines += _line(number, text, marks, gutter, bar, width)
    for note in excerpt.notes:
        lines += _headed(wrapped(note.words, width, " " * (gutter + 3), " " * gutter + " = "), "hint")
    return lines


def _headed(lines: list[Line], style: Style) -> list[Line]:
    lines[0][0] = (lines[0][0][0], style)
    return lines


def _line(number: int, text: str, marks: Sequence[Mark], gutter: int, bar: str, width: int) -> list[Line]:
    columns, clean = _columns(text)
    spans = [
        (columns[min(max(m.column - 1, 0), len(text))], columns[min(max(m.end_column - 1, 0), len(text))])
        for m in marks
    ]
    spans = [(start, max(stop, start + 1)) for start, stop in spans]
    room = max(8, width - len(bar))
    start, stop = _window(clean, spans, room)
    lines: list[Line] = [[(f"{number:>{gutter}} │ ", "dim"), *_windowed(clean, start, stop)]]
    if marks:
        shifted = [(max(a - start, 0), min(b, stop) - start) for a, b in spans]
        kept = [(m, s) for m, s in zip(marks, shifted, strict=True) if s[0] < s[1]]
        lines += _carets([m for m, _ in kept], [s for _, s in kept], bar, room)
    return lines


def _columns(text: str) -> tuple[list[int], str]:
    """The cell at which each character starts (and the end), and the text as it will be shown."""
    columns, shown, at = [], [], 0
    for character in text:
        columns.append(at)
        part = visible(character)
        shown.append(part)
        at += width_of(part)
    return [*columns, at], "".join(shown)


def _window(clean: str, spans: Sequence[tuple[int, int]], room: int) -> tuple[int, int]:
    """Which cells of a line are shown: all, or the ones around the first span."""
    total = width_of(clean)
    if total <= room:
        return 0, total
    first = min((a for a, _ in spans), default=0)
    last = max((b for _, b in spans), default=0)
    start = max(0, min(first - 4, last + 4 - room, total - room)) if last + 2 > room else 0
    start = min(start, max(0, first - 2))
    return start, start + room


def _windowed(clean: str, start: int, stop: int) -> Line:
    if width_of(clean) <= stop and start == 0:
        return [(clean, "plain")]
    room = stop - start
    shown, at = [], 0
    for character in clean:
        if at >= start and at + width_of(character) <= start + room:
            shown.append(character)
        at += width_of(character)
    text = "".join(shown)
    if start:
        text = "…" + text[1:]
    if at > stop:
        text = cut(text, width_of(text) - 1).rstrip("…") + "…"
    return [(text, "plain")]


def _carets(marks: Sequence[Mark], spans: Sequence[tuple[int, int]], bar: str, room: int) -> list[Line]:
    if not marks:
        return []
    line: Line = [(bar, "dim")]
    at = 0
    for mark, (start, stop) in zip(marks, spans, strict=True):
        start = max(start, at)
        if stop > start:
            line.append((" " * (start - at), "plain"))
            line.append(
                (("^" if mark.primary else "-") * (stop - start), "wrong" if mark.primary else "hint")
            )
            at = stop
    lines = [line]
    rest = [(m, s) for m, s in zip(marks, spans, strict=True) if m.note]
    if rest and rest[-1][1][1] == spans[-1][1] and at + 1 + width_of(rest[-1][0].note) <= room:
        mark = rest.pop()[0]
        line.append((" " + visible(mark.note), "wrong" if mark.primary else "hint"))
    for mark, (start, _) in reversed(rest):
        indent = min(start, max(0, room - width_of(mark.note)))
        style: Style = "wrong" if mark.primary else "hint"
        for row in wrapped([Words(mark.note, style)], room - indent):
            lines.append([(bar, "dim"), (" " * indent, "plain"), *row])
    return lines


def diff_lines(diff: Diff, width: int) -> list[Line]:
    """A diff with line numbers: `-` before, `+` after. Long lines go on below, so that nothing is lost."""
    lines: list[Line] = []
    if diff.caption:
        lines += wrapped([Words("help: ", "hint"), Words(diff.caption)], width, indent="  ", first="")
    gutter = max((len(str(n)) for n, _, _ in diff.edits), default=1)
    for number, before, after in diff.edits:
        old, new = (text.split("\n") if text else [] for text in (before, after))
        head = _same(old, new)
        tail = _same(old[head:][::-1], new[head:][::-1])
        end = len(old) - tail, len(new) - tail
        rows: list[tuple[int, str, str, Style]] = []
        rows += [(k, " ", old[k], "dim") for k in range(head)]
        rows += [(k, "-", old[k], "wrong") for k in range(head, end[0])]
        rows += [(k, "+", new[k], "right") for k in range(head, len(new) - tail)]
        rows += [(k, " ", new[k], "dim") for k in range(end[1], len(new))]
        for k, sign, text, style in rows:
            lines += _edited(f"{number + k:>{gutter}} {sign} ", text, style, width)
    return lines


def _same(one: Sequence[str], two: Sequence[str]) -> int:
    """How many lines at the start are the same."""
    return next(
        (k for k, (a, b) in enumerate(zip(one, two, strict=False)) if a != b), min(len(one), len(two))
    )


def _edited(head: str, text: str, style: Style, width: int) -> list[Line]:
    room = max(8, width - len(head))
    rows, row, used = [], "", 0
    for character in visible(text):
        size = width_of(character)
        if used + size > room:
            rows.append(row)
            row, used = "", 0
        row += character
        used += size
    rows.append(row)
    blank = " " * len(head)
    return [[(head if k == 0 else blank, style), (row, style)] for k, row in enumerate(rows)]
