"""Code that ran once: divisions of Python 2, and arrays of one number that NumPy took for numbers.

A statement that no longer runs for such a reason is read as it was meant, and the reader is told.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from whygrad.checking.examples.complaints import Complaint, complaint_of
from whygrad.errors import NoGradientError
from whygrad.source import Source

_ONE_NUMBER = re.compile(
    r"setting an array element with a sequence|only (0-dimensional|length-1|size-1) arrays can be converted"
)
_WHOLE = re.compile(
    r"'(numpy\.)?float(64)?' object cannot be interpreted as an integer|slice indices must be"
)
NUMBERS = frozenset({"float", "int"})


class DatedError(NoGradientError):
    """A text does not run as it stands, and would once have run as `text` does."""

    def __init__(self, error: NoGradientError, text: str, note: str) -> None:
        super().__init__(error.message, hint=error.hint)
        self.text, self.note = text, note


def as_it_ran(
    error: NoGradientError, source: Source, raised: BaseException | Complaint | None
) -> NoGradientError:
    """The error, with the text as it would once have run where what was raised is of that kind."""
    complaint = complaint_of(raised, source.filename) if isinstance(raised, BaseException) else raised
    found = updated(source.text, complaint)
    return DatedError(error, *found) if found else error


class Patch(NamedTuple):
    """What to put between two places of a line, counted from 1 and in bytes."""

    line: int
    start: int
    end: int
    new: str


def updated(text: str, complaint: Complaint | None) -> tuple[str, str] | None:
    """The text with the statement that raised read as it was meant, and what to say of it."""
    if complaint is None or not complaint.line:
        return None
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError):
        return None
    lines = [line.encode() for line in text.split("\n")]
    if _ONE_NUMBER.search(complaint.message):
        patches = [*_squeezed(tree, complaint.line)]
        said = "NumPy once took an array of one number for that number: line {} was read so"
    elif _WHOLE.search(complaint.message):
        patches = [*_floored(tree, lines, set(complaint.names), complaint.line)]
        said = "`/` was a whole division of whole numbers in Python 2: line {} was read so"
    else:
        return None
    if not patches:
        return None
    for patch in sorted(patches, reverse=True):
        old = lines[patch.line - 1]
        lines[patch.line - 1] = old[: patch.start] + patch.new.encode() + old[patch.end :]
    places = sorted({patch.line for patch in patches})
    return b"\n".join(lines).decode(), said.format(", ".join(map(str, places)))


def _squeezed(tree: ast.Module, line: int) -> Iterator[Patch]:
    """`z[i, j] = value` with the value squeezed to a number, and what `float` is called with."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.stmt) or isinstance(node, ast.FunctionDef | ast.ClassDef):
            continue
        if not node.lineno <= line <= (node.end_lineno or node.lineno) or hasattr(node, "body"):
            continue
        calls = [n for n in ast.walk(node) if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)]
        called = [n.args[0] for n in calls if n.func.id in NUMBERS and len(n.args) == 1]  # type: ignore[attr-defined]
        stored = [node.value] if isinstance(node, ast.Assign) and _is_entry(node.targets[0]) else []
        for value in called or stored:
            if not _is_squeezed(value):
                yield Patch(value.lineno, value.col_offset, value.col_offset, "np.squeeze(")
                yield Patch(value.end_lineno or 0, value.end_col_offset or 0, value.end_col_offset or 0, ")")


def _is_entry(target: ast.expr) -> bool:
    return isinstance(target, ast.Subscript)


def _is_squeezed(value: ast.expr) -> bool:
    return isinstance(value, ast.Call) and ast.unparse(value.func).endswith("squeeze")


def _floored(tree: ast.Module, lines: Sequence[bytes], names: set[str], line: int) -> Iterator[Patch]:
    """Divisions in what the names on a line are bound to, and on the line itself, as whole ones."""
    for node in ast.walk(_scope(tree, line)):
        if isinstance(node, ast.Assign):
            bound = {n.id for t in node.targets for n in ast.walk(t) if isinstance(n, ast.Name)}
        elif isinstance(node, ast.stmt) and not hasattr(node, "body"):
            bound = set()
        else:
            continue
        here = node.lineno <= line <= (node.end_lineno or node.lineno)
        if here or bound & names:
            yield from _divisions(node, lines)


def _scope(tree: ast.Module, line: int) -> ast.AST:
    """The function that a line stands in, else the module."""
    functions = [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef)]
    around = [f for f in functions if f.lineno <= line <= (f.end_lineno or 0)]
    return max(around, key=lambda f: f.lineno, default=tree)


def _divisions(node: ast.stmt, lines: Sequence[bytes]) -> Iterator[Patch]:
    for part in ast.walk(node):
        if isinstance(part, ast.BinOp) and isinstance(part.op, ast.Div):
            line, start, end = part.right.lineno, part.left.end_col_offset or 0, part.right.col_offset
            sign = lines[line - 1].find(b"/", start, end) if part.left.end_lineno == line else -1
            if sign >= 0:
                yield Patch(line, sign, sign + 1, "//")
