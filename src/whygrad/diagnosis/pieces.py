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
    methods: tuple[str, tuple[tuple[int, int], ...]] = ("", ())
    """Of a class that only defines methods: its name, and where they stand."""


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


METHOD = "__whygrad_method__"


def _methods(statement: ast.stmt) -> tuple[str, tuple[tuple[int, int], ...]]:
    """Name and methods of a class whose methods do the same when they are defined outside of it.

    Not those that need its cell or its mangled names, nor where a name of it is used for another.
    """
    plain = (
        isinstance(statement, ast.ClassDef)
        and not statement.decorator_list
        and not statement.keywords
        and all(
            isinstance(s, ast.FunctionDef) or (isinstance(s, ast.Expr) and isinstance(s.value, ast.Constant))
            for s in statement.body
        )
    )
    if not plain or not isinstance(statement, ast.ClassDef):
        return "", ()
    names = {n.id if isinstance(n, ast.Name) else n.attr for n in ast.walk(statement)
             if isinstance(n, ast.Name | ast.Attribute)}  # fmt: skip
    if names & {"super", "__class__"} or any(n.startswith("__") and not n.endswith("__") for n in names):
        return "", ()
    methods = [s for s in statement.body if isinstance(s, ast.FunctionDef) and not s.decorator_list]
    methods = [s for s in methods if s.lineno < s.body[0].lineno and s.lineno > 1]
    return statement.name, tuple((s.lineno, s.end_lineno or s.lineno) for s in methods)


class Pieces:
    """A program cut into its top-level statements."""

    def __init__(self, program: Program, points: list[Point]) -> None:
        self.program = program
        self._known: tuple[str, list[CodeType] | None] | None = None
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
            hooked = frozenset(before - wanted)
            methods = ("", ()) if hooked else _methods(statement)
            self.pieces.append(Piece(start, end, code, hooked, methods))
        # Two statements on one line cannot be told apart by lines.
        ends = [p.last for p in self.pieces]
        self.separate = all(p.first > end for p, end in zip(self.pieces[1:], ends, strict=False))

    def codes(self, text: str) -> list[CodeType] | None:
        """Codes of an edited text; None where it differs in more than one top-level statement."""
        if self._known is None or self._known[0] != text:  # it is run at several points, one after another
            self._known = text, self._codes(text)
        return self._known[1]

    def _codes(self, text: str) -> list[CodeType] | None:
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
        method = self._method(piece, changed, lines)
        if method is not None:
            return [*(p.code for p in self.pieces[: k + 1]), method, *(p.code for p in self.pieces[k + 1 :])]
        text = "\n" * (piece.first - 1) + "\n".join(lines[piece.first - 1 : piece.last])
        tree = ast.parse(text)
        tree.body = hook_inputs(tree.body, set(piece.hooked))
        code = compile(tree, self.filename, "exec")
        return [*(p.code for p in self.pieces[:k]), code, *(p.code for p in self.pieces[k + 1 :])]

    def _method(self, piece: Piece, changed: list[int], lines: list[str]) -> CodeType | None:
        """Code that gives a class an edited method anew, where nothing else of the class changed."""
        owner, places = piece.methods
        for first, last in places:
            if first < changed[0] and changed[-1] <= last:
                text = "\n" * (first - 2) + "if True:\n" + "\n".join(lines[first - 1 : last])
                (block,) = ast.parse(text).body
                if not isinstance(block, ast.If) or not isinstance(block.body[0], ast.FunctionDef):
                    return None
                method = block.body[0]
                name, method.name = method.name, METHOD
                give = ast.parse(f"{owner}.{name} = {METHOD}").body
                return compile(ast.Module([method, *give], []), self.filename, "exec")
        return None

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
                for code in codes[: upto + len(codes) - len(self.pieces)] if upto else codes:
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
