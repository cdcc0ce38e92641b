"""Remnants of Python 2 read as Python 3, line by line, so that what stands between them can be checked.

Only text that Python 3 cannot parse is looked at. Lines keep their numbers; lines without a remnant
keep every character.
"""

from __future__ import annotations

import ast
import io
import re
import tokenize
import warnings
from collections.abc import Callable, Sequence
from itertools import pairwise

from whygrad.source import Source

Token = tokenize.TokenInfo
Edit = tuple[int, int, int, str]
"""(line from 1, start column, end column, text)."""
LAYOUT = {
    tokenize.NL,
    tokenize.NEWLINE,
    tokenize.INDENT,
    tokenize.DEDENT,
    tokenize.COMMENT,
    tokenize.ENCODING,
}


def modern(source: Source) -> tuple[Source, str]:
    """The file as Python 3 reads it, and what to say of that; both as they were where that does not help."""
    if _parses(source.text):
        return source, ""
    for change in (_indented, _rewritten):
        text, lines = change(source.text)
        if lines and _parses(text):
            where = f"line{'s' if len(lines) > 1 else ''} {', '.join(map(str, lines[:6]))}"
            more = f" and {len(lines) - 6} more" if len(lines) > 6 else ""
            said = "print statements and the like" if change is _rewritten else "tabs of eight columns"
            return Source(
                source.filename, text
            ), f"this is Python 2: {said} in {where}{more} were read as such"
    both, lines = _rewritten(_indented(source.text)[0])
    if lines and _parses(both):
        return Source(
            source.filename, both
        ), "this is Python 2, with tabs of eight columns: it was read as such"
    return source, ""


def _parses(text: str) -> bool:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SyntaxWarning)
            ast.parse(text)
    except (SyntaxError, ValueError, RecursionError):
        return False
    return True


def _indented(text: str) -> tuple[str, list[int]]:
    """Tabs before a line's first character as Python 2 counted them."""
    lines, changed = text.split("\n"), []
    for number, line in enumerate(lines):
        rest = line.lstrip(" \t")
        head = line[: len(line) - len(rest)]
        if "\t" in head:
            lines[number] = head.expandtabs(8) + rest
            changed.append(number + 1)
    return "\n".join(lines), changed


def _rewritten(text: str) -> tuple[str, list[int]]:
    """Statements that have become functions or are written otherwise now."""
    edits = [edit for statement in _statements(text) for edit in _edits(statement)]
    lines = text.split("\n")
    for line, start, end, new in sorted(edits, reverse=True):
        lines[line - 1] = lines[line - 1][:start] + new + lines[line - 1][end:]
    return "\n".join(lines), sorted({edit[0] for edit in edits})


def _statements(text: str) -> list[list[Token]]:
    """The tokens of each simple statement and of each header, as far as the text can be cut into tokens."""
    found: list[list[Token]] = [[]]
    depth = 0
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            depth += (token.string in "([{") - (token.string in ")]}") if token.type == tokenize.OP else 0
            if token.type == tokenize.NEWLINE or (token.string in (";", ":") and not depth):
                found.append([])
            elif token.type not in LAYOUT:
                found[-1].append(token)
    except (tokenize.TokenError, SyntaxError):
        pass  # what was cut so far is tried
    return [tokens for tokens in found if tokens]


def _edits(tokens: Sequence[Token]) -> list[Edit]:
    words = [t.string for t in tokens]
    edit = STATEMENTS.get(words[0], _no_edit)(tokens, words)
    pairs = pairwise(tokens)
    unequal = [(a, b) for a, b in pairs if a.string == "<" and b.string == ">" and a.end == b.start]
    unequal += [(t, t) for t in tokens if t.string == "<>"]
    return edit + [(a.start[0], a.start[1], b.end[1], "!=") for a, b in unequal]


def _no_edit(tokens: Sequence[Token], words: Sequence[str]) -> list[Edit]:
    return []


def _print(tokens: Sequence[Token], words: Sequence[str]) -> list[Edit]:
    """`print x, y`, `print`, `print >>stream, x`, `print x,`."""
    first, last = tokens[0], tokens[-1]
    if len(tokens) == 1:
        return [(first.end[0], first.end[1], first.end[1], "()")]
    if words[1] in ("=", ".", "(") and not _goes_on(words):
        return []
    opened = (first.end[0], first.end[1], tokens[1].start[1], "(")
    closing, start = ")", last.end[1]
    if last.string == ",":
        closing, start = ", end=' ')", last.start[1]
    if words[1] == ">>":
        return _to_stream(tokens, words)
    return [opened, (last.end[0], start, last.end[1], closing)]


def _goes_on(words: Sequence[str]) -> bool:
    """`print (a), b` and `print ("%d") % n`: the parentheses are not those of a call."""
    depth = 0
    for place, word in enumerate(words[1:], 1):
        depth += (word in "([{") - (word in ")]}")
        if depth == 0:
            return place < len(words) - 1
    return False


def _to_stream(tokens: Sequence[Token], words: Sequence[str]) -> list[Edit]:
    """`print >>stream, x` as `print(x, file=stream)`, where it stands on one line."""
    first, last = tokens[0], tokens[-1]
    if first.start[0] != last.end[0] or "," not in words:
        return []
    comma = words.index(",")
    line = first.line
    stream = line[tokens[2].start[1] : tokens[comma].start[1]].strip()
    rest = line[tokens[comma].end[1] : last.end[1]].strip()
    return [(first.start[0], first.start[1], last.end[1], f"print({rest}, file={stream})")]


def _except(tokens: Sequence[Token], words: Sequence[str]) -> list[Edit]:
    """`except Error, e` as `except Error as e`."""
    if len(words) > 3 and words[-2] == "," and words[-1].isidentifier():
        comma = tokens[-2]
        return [(comma.start[0], comma.start[1], tokens[-1].start[1], " as ")]
    return []


def _raise(tokens: Sequence[Token], words: Sequence[str]) -> list[Edit]:
    """`raise Error, message` as `raise Error(message)`."""
    if len(words) > 3 and words[2] == "," and re.fullmatch(r"\w+", words[1]):
        comma, last = tokens[2], tokens[-1]
        return [
            (comma.start[0], comma.start[1], tokens[3].start[1], "("),
            (last.end[0], last.end[1], last.end[1], ")"),
        ]
    return []


STATEMENTS: dict[str, Callable[[Sequence[Token], Sequence[str]], list[Edit]]] = {
    "print": _print, "except": _except, "raise": _raise,
}  # fmt: skip
