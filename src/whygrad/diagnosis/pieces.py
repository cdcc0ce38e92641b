"""Runs of edited texts in pieces: only the top-level statement that an edit changed is compiled anew.

Searching runs a program thousands of times, and most of each run would be parsing text that did not change.
"""

from __future__ import annotations

import ast
import contextlib
from collections.abc import Mapping
from dataclasses import dataclass
from types import CodeType

from whygrad.checking.evidence import Failure, Point, Value
from whygrad.checking.plain import (
    Namespace,
    failure_of,
    fresh_namespace,
    hook_inputs,
    steady,
    time_limit,
)
from whygrad.checking.programs import Program


@dataclass(frozen=True, eq=False)
class Piece:
    """One top-level statement: its lines in the text, its code, and the inputs that it binds first."""

    first: int
    last: int
    code: CodeType
    hooked: frozenset[str]


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


class Pieces:
    """A program cut into its top-level statements."""

    def __init__(self, program: Program, points: list[Point]) -> None:
        self.program = program
        self.full = program.full()
        self.lines = self.full.split("\n")
        self.written = program.text.split("\n")
        self.filename = program.source.filename
        names = {*program.inputs, *(n for p in points for n in program.overrides(p))}
        self.pieces: list[Piece] = []
        wanted = set(names)
        for statement in ast.parse(self.full).body:
            start = min([statement.lineno, *(d.lineno for d in getattr(statement, "decorator_list", ()))])
            before = set(wanted)
            body = hook_inputs([statement], wanted)
            code = compile(ast.Module(body, []), self.filename, "exec")
            end = statement.end_lineno or statement.lineno
            self.pieces.append(Piece(start, end, code, frozenset(before - wanted)))
        # Two statements on one line cannot be told apart by lines.
        ends = [p.last for p in self.pieces]
        self.separate = all(p.first > end for p, end in zip(self.pieces[1:], ends, strict=False))

    def codes(self, text: str) -> list[CodeType] | None:
        """Codes of an edited text; None where it differs in more than one top-level statement."""
        lines = self._lines_of(text)
        if len(lines) != len(self.lines) or not self.separate:
            return None
        changed = [n for n, (a, b) in enumerate(zip(self.lines, lines, strict=True), 1) if a != b]
        if any(_indent(self.lines[n - 1]) != _indent(lines[n - 1]) for n in changed):
            return None  # a line that moves into a loop, or out of one, belongs to another statement
        if not changed:
            return [p.code for p in self.pieces]
        touched = [k for k, p in enumerate(self.pieces) if p.first <= changed[-1] and changed[0] <= p.last]
        if len(touched) != 1:
            return None
        k = touched[0]
        piece = self.pieces[k]
        if changed[0] < piece.first or changed[-1] > piece.last:
            return None
        text = "\n" * (piece.first - 1) + "\n".join(lines[piece.first - 1 : piece.last])
        tree = ast.parse(text)
        tree.body = hook_inputs(tree.body, set(piece.hooked))
        code = compile(tree, self.filename, "exec")
        return [*(p.code for p in self.pieces[:k]), code, *(p.code for p in self.pieces[k + 1 :])]

    def _lines_of(self, text: str) -> list[str]:
        """The lines that run for an edited text. Only lines that run as they are written need no parsing."""
        own = text.split("\n")
        if len(own) != len(self.written):
            return self.program.full(text).split("\n")
        lines = list(self.lines)
        for n, (old, new) in enumerate(zip(self.written, own, strict=True)):
            if old != new:
                if self.lines[n] != old:
                    return self.program.full(text).split("\n")
                lines[n] = new
        return lines

    def run(self, text: str, point: Point, upto: int = 0) -> Namespace | Failure:
        """A plain run of an edited text at a point; its globals after.

        `upto` bounds it to the first top-level statements.
        """
        try:
            codes = self.codes(text)
        except (SyntaxError, ValueError, RecursionError) as error:
            return Failure(type(error).__name__, str(error))
        if codes is None:
            return self.program.run(point, text, upto)
        namespace = fresh_namespace(self.full, self.program.overrides(point), {})
        try:
            with steady(), time_limit(self.program.seconds), contextlib.suppress(SystemExit):
                for code in codes[:upto] if upto else codes:
                    exec(code, namespace)
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            return failure_of(error, self.filename, namespace)
        return namespace

    def values(self, text: str, point: Point, names: list[str]) -> Mapping[str, Value] | Failure:
        """The values of some variables after a run; those that were never bound are left out."""
        namespace = self.run(text, point)
        if isinstance(namespace, Failure):
            return namespace
        found: dict[str, Value] = {}
        for name in names:
            with contextlib.suppress(LookupError):
                found[name] = self.program.value(name, namespace)
        return found
