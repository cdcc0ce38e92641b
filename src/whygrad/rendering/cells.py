"""Text measured in character cells of a terminal: width, cutting, wrapping of styled words."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from typing import TypeAlias

from whygrad.report import Style, Words

Piece: TypeAlias = tuple[str, Style]
Line: TypeAlias = list[Piece]
"""A line of output: runs of text, each in one style."""


def width_of(text: str) -> int:
    """Cells that a text takes: two for wide East Asian characters, none for combining marks."""
    if text.isascii():
        return len(text)
    return sum(_cells(character) for character in text)


def _cells(character: str) -> int:
    if unicodedata.combining(character) or unicodedata.category(character) in ("Cf", "Me", "Mn"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def visible(text: str, tab: int = 4) -> str:
    """The text as one line of a terminal shows it: tabs as blanks, control characters as `?`.

    A user's text may hold escape sequences; they must not reach the terminal.
    """
    if text.isprintable():
        return text
    return "".join(
        " " * tab if c == "\t" else c if c.isprintable() or unicodedata.category(c) == "Zs" else "?"
        for c in text
    )


def line_width(line: Iterable[Piece]) -> int:
    """Cells that a line of styled pieces takes."""
    return sum(width_of(text) for text, _ in line)


def cut(text: str, width: int) -> str:
    """The text in at most `width` cells, with an ellipsis when it is longer."""
    if width_of(text) <= width:
        return text
    taken, used = [], 0
    for character in text:
        used += _cells(character)
        if used > width - 1:
            break
        taken.append(character)
    return "".join(taken) + "…" if width > 0 else ""


def wrapped(words: Sequence[Words], width: int, indent: str = "", first: str | None = None) -> list[Line]:
    """Words flowed into lines of at most `width` cells; a longer word is broken.

    Lines begin with `indent`, the first with `first` where given. A line break in the text is kept.
    """
    lines: list[Line] = []
    line: Line = [(indent if first is None else first, "plain")]
    room, rest = max(1, width - line_width(line)), max(1, width - width_of(indent))
    used, blank = 0, False
    for chunk in _chunks(words):
        if not chunk:
            blank = used > 0
            continue
        size = line_width(chunk)
        broken = [chunk] if size <= rest else _broken(chunk, rest)
        for part in broken:
            size = line_width(part)
            if part is _LINE_END or (used and used + blank + size > room):
                lines.append(line)
                line, used, blank, room = [(indent, "plain")], 0, False, rest
            if part is _LINE_END:
                continue
            line += [(" ", part[0][1]), *part] if blank else part
            used += blank + size
            blank = False
    lines.append(line)
    return lines


_LINE_END: Line = [("", "plain")]


def _chunks(words: Sequence[Words]) -> Iterable[Line]:
    """What must stay together, pieces of several styles perhaps; an empty chunk is a blank."""
    chunk: Line = []
    for run in words:
        for number, row in enumerate(run.text.split("\n")):
            if number:
                yield chunk or _LINE_END
                if chunk:
                    yield _LINE_END
                chunk = []
            for index, token in enumerate(visible(row).split(" ")):
                if index:
                    if chunk:
                        yield chunk
                    yield []
                    chunk = []
                if token:
                    chunk.append((token, run.style))
    if chunk:
        yield chunk


def _broken(chunk: Line, width: int) -> list[Line]:
    """A chunk cut into parts of at most `width` cells."""
    parts: list[Line] = [[]]
    used = 0
    for text, style in chunk:
        for character in text:
            size = _cells(character)
            if used and used + size > width:
                parts.append([])
                used = 0
            last = parts[-1]
            if last and last[-1][1] == style:
                last[-1] = (last[-1][0] + character, style)
            else:
                last.append((character, style))
            used += size
    return parts
