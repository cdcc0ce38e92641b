"""What the terminal can show, and lines of styled words as text for it."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterable, Sequence
from itertools import groupby

from whygrad.rendering.cells import Line, Piece
from whygrad.report import Style

_PLAIN_SIGNS = str.maketrans(
    {
        "─": "-", "│": "|", "╭": "+", "╮": "+", "╰": "+", "╯": "+", "├": "+", "┤": "+", "┬": "+", "┴": "+",
        "┼": "|", "●": "+", "┄": ":",
        "═": "=", "←": "<", "→": ">", "…": "~", "•": "-", "×": "x", "·": ".", "−": "-", "≠": "#",
        "σ": "s", "∂": "d", "Σ": "S", "✓": "+", "✗": "x", "≈": "~", "—": "-", "–": "-", "“": '"', "”": '"',
        "‘": "'", "’": "'", "∞": "8", "±": "~", "²": "2", "≤": "<", "≥": ">",
    }
)  # fmt: skip

_ESCAPES: dict[Style, str] = {
    "strong": "1", "dim": "2", "code": "36", "name": "1;36", "value": "32", "gradient": "3;31",
    "right": "1;32", "wrong": "1;31", "hint": "1;34", "title": "1",
}  # fmt: skip


def terminal_width() -> int:
    """Columns of the terminal (`COLUMNS` wins), 100 where there is none; at most 120, at least 20."""
    return max(20, min(120, shutil.get_terminal_size((100, 24)).columns))


def wants_color() -> bool:
    """Whether standard output is to be coloured: NO_COLOR, FORCE_COLOR and TERM=dumb are obeyed."""
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return os.environ.get("TERM") != "dumb" and sys.stdout is not None and sys.stdout.isatty()


def can_draw() -> bool:
    """Whether the encoding of standard output has box-drawing characters."""
    try:
        "─│╭├←…✓".encode(getattr(sys.stdout, "encoding", None) or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def painted(lines: Iterable[Line], color: bool, unicode: bool = True) -> str:
    """Lines as text, with ANSI colours or without; with `unicode` false no sign of ours but ASCII.

    The user's own characters stay where standard output can write them; else they become `?`.
    """
    rows = [_row(line, color) for line in lines]
    text = "\n".join(rows)
    if unicode:
        return text
    encoding = getattr(sys.stdout, "encoding", None) or "ascii"
    return text.translate(_PLAIN_SIGNS).encode(encoding, "replace").decode(encoding)


def _row(line: Sequence[Piece], color: bool) -> str:
    text = "".join(text for text, _ in line).rstrip(" ")
    if not color:
        return text
    left, out = len(text), []
    for style, run in groupby(line, key=lambda piece: piece[1]):
        part = "".join(text for text, _ in run)[:left]
        left -= len(part)
        code = _ESCAPES.get(style)
        out.append(f"\x1b[{code}m{part}\x1b[0m" if part and code else part)
    return "".join(out)
