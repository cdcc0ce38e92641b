"""The user's text and its sites: the static tree function > loop > branch > statement > expression.

A site is an integer, unique in this process, so that a row of a graph stores it in four bytes and
rewritten code carries it as a literal. `site(number)` gives the record.
"""

from __future__ import annotations

import ast
import difflib
import io
import os
import re
import threading
import tokenize
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal

from whygrad.errors import Place, ScriptError

MAX_BYTES = 2_000_000

SiteKind = Literal["module", "class", "function", "loop", "branch", "statement", "expression"]


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of text. Lines and columns (characters) count from 1; the end column is exclusive."""

    line: int
    column: int
    end_line: int
    end_column: int


@dataclass(eq=False)
class Source:
    """One file of the user's, or a formula, with its text."""

    filename: str
    text: str
    lines: list[str] = field(init=False)

    def __post_init__(self) -> None:
        # Not str.splitlines: Python's line numbers do not count form feeds and the like as line ends.
        self.lines = self.text.replace("\r\n", "\n").replace("\r", "\n").split("\n")

    def span_of(self, node: ast.AST) -> Span:
        """Span of a syntax node in characters; `ast` counts columns in UTF-8 bytes."""
        line, end_line = node.lineno, node.end_lineno or node.lineno  # type: ignore[attr-defined]
        start = self._characters(line, node.col_offset)  # type: ignore[attr-defined]
        end = self._characters(end_line, node.end_col_offset)  # type: ignore[attr-defined]
        return Span(line, start + 1, end_line, end + 1)

    def _characters(self, line: int, byte_offset: int) -> int:
        text = self.line(line)
        return byte_offset if text.isascii() else len(text.encode()[:byte_offset].decode(errors="ignore"))

    def line(self, number: int) -> str:
        """The text of a line, counted from 1; empty outside the file."""
        return self.lines[number - 1] if 1 <= number <= len(self.lines) else ""

    def segment(self, span: Span) -> str:
        """The text that a span covers."""
        if span.line == span.end_line:
            return self.line(span.line)[span.column - 1 : span.end_column - 1]
        middle = [self.line(n) for n in range(span.line + 1, span.end_line)]
        return "\n".join(
            [
                self.line(span.line)[span.column - 1 :],
                *middle,
                self.line(span.end_line)[: span.end_column - 1],
            ]
        )

    def place(self, span: Span) -> Place:
        return Place(self.filename, span.line, span.column, span.end_line, span.end_column)


def read_source(path: str) -> Source:
    """Read a Python file as Python does (PEP 263); ScriptError for what is no readable Python text."""
    if os.path.isdir(path):
        raise ScriptError(f"{path} is a directory, not a Python file", hint=_file_within(path))
    if not os.path.exists(path):
        raise ScriptError(f"there is no file {path}", hint=_near(path))
    if not os.path.isfile(path):
        raise ScriptError(f"{path} is not a regular file", hint="save the script to a file, and name that")
    try:
        with open(path, "rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise ScriptError(f"{path} cannot be read: {error.strerror}", hint=f"ls -l {path}") from None
    if len(data) > MAX_BYTES:
        raise ScriptError(
            f"{path} has more than {MAX_BYTES // 1_000_000} MB, too much for a script",
            hint="put the forward and the backward pass into a file of their own",
        )
    if b"\0" in data:
        raise ScriptError(f"{path} is a binary file, not Python text", hint="name the .py file")
    return Source(path, _decoded(path, data))


def edited(text: str, edits: Mapping[int, tuple[str, str]]) -> str:
    """A text with whole lines replaced: number -> (line as it stands, what replaces it; empty deletes it).

    Each line keeps its own ending. Raises ValueError, with the number, where a line is not as stated.
    """
    # The pieces are line, ending, line, ending, ..., line; endings as Python counts lines.
    pieces = re.split("(\r\n|\r|\n)", text)
    lines, endings = pieces[::2], [*pieces[1::2], ""]
    usual = endings[0] or "\n"
    for number, (before, after) in edits.items():
        if not 1 <= number <= len(lines) or lines[number - 1] != before:
            raise ValueError(f"line {number} is not `{before}`")
        if after:
            lines[number - 1] = after.replace("\n", endings[number - 1] or usual)
        else:
            lines[number - 1] = endings[number - 1] = ""
    return "".join(line + ending for line, ending in zip(lines, endings, strict=True))


@lru_cache(maxsize=8)
def tree_of(text: str) -> ast.Module:
    """The syntax tree of a text, of which many want to know something: to be read, never to be changed.

    Raises what `ast.parse` raises.
    """
    return ast.parse(text)


def parsed(source: Source) -> ast.Module:
    """The syntax tree of a file; ScriptError, with the place, for what is no Python of this version."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(source.text, source.filename)
    except SyntaxError as error:
        line, column = error.lineno or 1, error.offset or 1
        raise ScriptError(
            f"{source.filename} is no Python that this version can read: {error.msg}",
            hint=f"python -m py_compile {source.filename}",
            place=Place(source.filename, line, max(column, 1), line, max(column, 1) + 1),
        ) from None
    except (RecursionError, MemoryError):
        raise ScriptError(f"{source.filename} is nested too deeply to be read") from None


def _decoded(path: str, data: bytes) -> str:
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
    except SyntaxError as error:
        if "unknown encoding" in str(error):
            raise ScriptError(f"{path}: {error}", hint="save the file as UTF-8, and say so") from None
        encoding = "utf-8"  # told below, with the byte and its line
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ScriptError(
            f"{path} is not {encoding.upper()} text: byte {data[error.start]:#04x} in line {line}",
            hint="save the file as UTF-8, or name its encoding in the first line: # -*- coding: latin-1 -*-",
            place=Place(path, line),
        ) from None


def _near(path: str) -> str:
    """A suggestion for a name that does not exist: the file it may have been meant for."""
    folder, name = os.path.split(path)
    try:
        names = os.listdir(folder or ".")
    except OSError:
        return f"there is no folder {folder} either: give the path of a Python file"
    close = difflib.get_close_matches(name, [n for n in names if n.endswith(".py")], n=1)
    if close:
        return f"did you mean {os.path.join(folder, close[0])}?"
    return "give the path of a Python file"


def _file_within(folder: str) -> str:
    try:
        scripts = sorted(name for name in os.listdir(folder) if name.endswith(".py"))
    except OSError:
        scripts = []
    return (
        f"name a file in it: {os.path.join(folder, scripts[0])}" if scripts else "there is no .py file in it"
    )


@dataclass(frozen=True, slots=True, eq=False)
class Site:
    """A node of the static tree of a source."""

    number: int
    parent: int
    kind: SiteKind
    source: Source
    span: Span
    label: str = ""

    @property
    def text(self) -> str:
        return self.source.segment(self.span)

    @property
    def place(self) -> Place:
        return self.source.place(self.span)

    @property
    def line(self) -> int:
        return self.span.line


NO_SITE = 0
_sites: list[Site] = [Site(0, 0, "module", Source("<nowhere>", ""), Span(1, 1, 1, 1))]
_lock = threading.Lock()


def new_site(parent: int, kind: SiteKind, source: Source, span: Span, label: str = "") -> int:
    """Register a site and return its number (never 0, which means `nowhere`)."""
    with _lock:
        number = len(_sites)
        _sites.append(Site(number, parent, kind, source, span, label))
    return number


def site(number: int) -> Site:
    """The record of a site number."""
    return _sites[number]


def enclosing(number: int, kind: SiteKind) -> Site | None:
    """The nearest site of a kind at or above `number`, or None."""
    while number:
        record = _sites[number]
        if record.kind == kind:
            return record
        number = record.parent
    return None
