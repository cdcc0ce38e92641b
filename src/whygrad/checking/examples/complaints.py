"""What an exception of a trial run says about the inputs: which sizes must agree, which names it blames."""

from __future__ import annotations

import ast
import linecache
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import FrameType, TracebackType
from typing import Any

import numpy as np

from whygrad.checking.values import leaves

_SHAPE = re.compile(r"\(([\d, newaxis]*)\)")
_PAIRS = (
    re.compile(r"(\d+) \(dim \d+\) != (\d+) \(dim \d+\)"),
    re.compile(r"size (\d+) is different from (\d+)"),
    re.compile(r"at index \d+ has size (\d+) and the array at index \d+ has size (\d+)"),
    re.compile(r"size of axis is (\d+) but size of corresponding boolean axis is (\d+)"),
    re.compile(r"dimension (\d+) but corresponding boolean dimension is (\d+)"),
)
_TOGETHER = re.compile(
    r"could not be broadcast|could not broadcast|match the broadcast shape|shape mismatch|must have the same"
    r"|maybe you meant|not aligned"
)
_BEYOND = re.compile(r"index (\d+) is out of bounds for axis \d+ with size (\d+)")


class UnlikeError(ValueError):
    """Two arrays that belong together have shapes that broadcast, but are not the same."""

    def __init__(self, first: tuple[int, ...], second: tuple[int, ...]) -> None:
        super().__init__(f"shapes {first} and {second} belong together")
        self.pairs = [(a, b) for a, b in zip(first, second, strict=True) if a != b]


def refuse_table(loss: Any, output: Any) -> None:
    """Raises UnlikeError for `np.dot(Y, np.log(A).T)` with several rows: a table of products is no loss."""
    shape = np.shape(loss)
    if len(shape) > 1 and min(shape) > 1 and shape != np.shape(output):
        raise UnlikeError(shape[:1], (1,))


class ManyLossesError(ValueError):
    """What is to be one loss came out as an array."""


@dataclass(frozen=True)
class Complaint:
    """One exception of the user's code, read for what it says about its inputs."""

    kind: str
    message: str
    pairs: tuple[tuple[int, int], ...]
    """Sizes that should be equal."""
    limit: int = 0
    """An index must stay below this."""
    index: int = 0
    names: tuple[str, ...] = ()
    """Names on the line that raised, in the functions of the call that led there, the innermost last."""
    key: str = ""
    """A key that was missing."""
    line: int = 0
    divides: bool = False
    """What was asserted has a remainder in it: `assert dim % heads == 0`."""
    sizes: tuple[int, ...] = ()
    """Sizes of the arrays and whole numbers that the failing function knew."""
    counts: tuple[int, ...] = ()
    """The whole numbers that the line that raised mentions."""


def _names_on(line: ast.AST) -> list[str]:
    """Names on a line, and those of attributes, which hold what a method was given: `self.t`."""
    nodes = list(ast.walk(line))
    return [
        n.id if isinstance(n, ast.Name) else n.attr for n in nodes if isinstance(n, ast.Name | ast.Attribute)
    ]


def complaint_of(error: BaseException, filename: str) -> Complaint:
    """Read an exception; `filename` is that of the user's file."""
    message = str(error)
    frames = [f for f in _frames(error.__traceback__) if not _is_library(f[0].f_code.co_filename)]
    names: list[str] = []
    line, divides = 0, False
    pairs = error.pairs if isinstance(error, UnlikeError) else list(_pairs(message))
    for frame, number in frames:
        node = _line_node(frame.f_code.co_filename, number, filename)
        names += _names_on(node) if node else []
        if frame.f_code.co_filename == filename:
            line = number
        if isinstance(error, AssertionError) and isinstance(node, ast.Assert) and frame is frames[-1][0]:
            pairs += _asserted(node.test, frame)
            divides = any(isinstance(n, ast.Mod) for n in ast.walk(node.test))
    beyond = _BEYOND.search(message)
    known = frames[-1][0].f_locals if frames else {}
    on_line = [known[n] for n in (_names_on(node) if frames and node else ()) if n in known]
    return Complaint(
        type(error).__name__,
        message,
        tuple(dict.fromkeys(pairs)),
        int(beyond[2]) if beyond else 0,
        int(beyond[1]) if beyond else 0,
        tuple(dict.fromkeys(names)),
        str(error.args[0]) if isinstance(error, KeyError) and error.args else "",
        line,
        divides,
        _known_sizes(known),
        tuple(n for n in on_line if type(n) is int),
    )


def _frames(trace: TracebackType | None) -> Iterator[tuple[FrameType, int]]:
    while trace is not None:
        yield trace.tb_frame, trace.tb_lineno
        trace = trace.tb_next


def _is_library(filename: str) -> bool:
    return "site-packages" in filename or filename.startswith("<") or "/whygrad/" in filename


_lines: dict[str, dict[int, ast.stmt]] = {}
_texts: dict[str, str] = {}


def remember(filename: str, text: str) -> None:
    """The text of the user's file as it is checked; it need not be on disk."""
    if _texts.get(filename) != text:
        _texts[filename] = text
        _lines.pop(filename, None)


def _line_node(filename: str, number: int, own: str) -> ast.stmt | None:
    """The innermost simple statement at a line."""
    if filename not in _lines:
        try:
            tree = ast.parse(_texts.get(filename) or "".join(linecache.getlines(filename)))
        except (SyntaxError, ValueError, RecursionError):
            return None
        found: dict[int, ast.stmt] = {}
        for part in ast.walk(tree):
            if isinstance(part, ast.stmt) and not hasattr(part, "body"):
                for line in range(part.lineno, (part.end_lineno or part.lineno) + 1):
                    found[line] = part
            elif isinstance(part, ast.For | ast.While | ast.If):
                found.setdefault(part.lineno, part)
        _lines[filename] = found
    node = _lines[filename].get(number)
    if isinstance(node, ast.For):
        return ast.copy_location(ast.Expr(node.iter), node)
    if isinstance(node, ast.While | ast.If):
        return ast.copy_location(ast.Expr(node.test), node)
    return node


def _pairs(message: str) -> Iterator[tuple[int, int]]:
    for pattern in _PAIRS:
        for match in pattern.finditer(message):
            yield int(match[1]), int(match[2])
    if not _TOGETHER.search(message):
        return
    shapes = [
        [0 if part.strip() == "newaxis" else int(part) for part in text.split(",") if part.strip()]
        for text in _SHAPE.findall(message.rpartition("->")[2] if "->" in message else message)
        if re.fullmatch(r"(\d+|newaxis)(,\s*(\d+|newaxis))*,?", text.strip())
    ]
    if "not aligned" in message:
        return
    for first in range(len(shapes)):
        for second in range(first + 1, len(shapes)):
            for a, b in zip(reversed(shapes[first]), reversed(shapes[second]), strict=False):
                # An output cannot be stretched, so there a 1 counts as well.
                if a != b and a and b and (1 not in (a, b) or "match the broadcast shape" in message):
                    yield a, b


def _asserted(test: ast.expr, frame: FrameType) -> Iterator[tuple[int, int]]:
    """Sizes on both sides of an assertion that failed: `assert dA.shape == A.shape`."""
    if not isinstance(test, ast.Compare) or not isinstance(test.ops[0], ast.Eq):
        return
    sides = []
    for side in (test.left, test.comparators[0]):
        value = _simple(side, {**frame.f_globals, **frame.f_locals})
        if value is None:
            return
        sides.append(value)
    for a, b in zip(reversed(sides[0]), reversed(sides[1]), strict=False):
        if a != b:
            yield a, b


def _simple(node: ast.expr, names: Mapping[str, Any]) -> list[int] | None:
    """A shape or a size that an expression of names, `.shape`, indices and tuples stands for."""
    if isinstance(node, ast.Tuple):
        parts = [_simple(item, names) for item in node.elts]
        return [p for part in parts if part for p in part] if all(parts) else None
    value = _value(node, names)
    if isinstance(value, int | np.integer):
        return [int(value)]
    if isinstance(value, tuple) and all(isinstance(item, int) for item in value):
        return list(value)
    return None


def _value(node: ast.expr, names: Mapping[str, Any]) -> Any:
    if isinstance(node, ast.Constant):
        return node.value
    if isinstance(node, ast.Name):
        return names.get(node.id)
    if isinstance(node, ast.Attribute) and node.attr in ("shape", "T", "size"):
        return getattr(_value(node.value, names), node.attr, None)
    if isinstance(node, ast.Subscript):
        inner, index = _value(node.value, names), _value(node.slice, names)
        try:
            return inner[index]
        except (TypeError, IndexError, KeyError):
            return None
    return None


def _known_sizes(names: Mapping[str, Any]) -> tuple[int, ...]:
    found: list[int] = []
    for value in names.values():
        if isinstance(value, np.ndarray):
            found += value.shape
        elif isinstance(value, int) and not isinstance(value, bool):
            found.append(value)
    return tuple(dict.fromkeys(found))


def numbers_of(result: Any) -> Any:
    """The numeric parts of what a forward pass returned: of `out, cache` those of `out`."""
    if isinstance(result, tuple | list) and result:
        if leaves(result):
            return result
        return result[0] if leaves(result[0]) else [r for r in result if leaves(r)] or None
    return result if leaves(result) else getattr(result, "data", None)
