"""Mutations of indices: another entry, one more or one less, another bound of a slice, no index."""

from __future__ import annotations

import ast
import itertools
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from whygrad.diagnosis.fragments import OPERATORS, Fragment
from whygrad.diagnosis.slips import Slip, Variant

if TYPE_CHECKING:
    from whygrad.diagnosis.mutation import Material


def indices(f: Fragment, m: Material) -> Iterator[Variant]:
    """Another index, one more or one less, another bound of a slice, or no index."""
    for node in ast.walk(f.tree):
        if not isinstance(node, ast.Subscript):
            continue
        parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        length = _length(f.segment(node.value), m)
        for part in parts:
            if isinstance(part, ast.Slice):
                for bound in (part.lower, part.upper):
                    if bound is not None:
                        yield from _bounds(f, bound, m)
                yield from _other_side(f, part)
                continue
            text = f.segment(part)
            for other in dict.fromkeys(_other_indices(part, text, length, m)):
                if other == text:
                    continue
                # The slip names the whole entry, `w[2]`, not only its index.
                low, high = f.extent(part)
                first, last = f.extent(node)
                old, new = f.text[first:last], f"{f.text[first:low]}{other}{f.text[high:last]}"
                # Another name for a computed index is farther than another number in it.
                far = isinstance(part, ast.BinOp) and other in m.values
                cost = 1.25 if far and not _is_shift(text, other) else _shifted(text, other)
                yield Variant(f.replaced(part, other), Slip("index", old, new, first, cost))
        yield from _joint_bounds(f, node, parts, m)
        yield from _written_indices(f, node, m)
        if isinstance(node.ctx, ast.Load) and m.library == "np":
            text, base = f.segment(node), f.segment(node.value)
            yield Variant(f.replaced(node, base), Slip("index", text, base, f.extent(node)[0], 1.3))


def _written_indices(f: Fragment, node: ast.Subscript, m: Material) -> Iterator[Variant]:
    """`g[np.arange(n), y]` for `g[y]`, as the text picks entries elsewhere."""
    own, (start, end) = f.segment(node.slice), f.extent(node)
    if isinstance(node.slice, ast.Name) and own in m.values:
        for other in dict.fromkeys(i for text in (*m.phrases, *m.siblings) for i in _pairs_in(text)):
            if own in other.split(", "):
                text = f.replaced(node.slice, other)
                new = text[start : end + len(text) - len(f.text)]
                yield Variant(text, Slip("index", f.text[start:end], new, start, 1.0))


@lru_cache(maxsize=1024)
def _pairs_in(text: str) -> tuple[str, ...]:
    """The indices of several arrays that a piece of text picks entries by."""
    try:
        found = [n.slice for n in ast.walk(ast.parse(text.strip())) if isinstance(n, ast.Subscript)]
    except SyntaxError:
        return ()
    several = [i for i in found if isinstance(i, ast.Tuple)]
    picking = [i for i in several if not any(isinstance(e, ast.Slice | ast.Constant) for e in i.elts)]
    return tuple(ast.unparse(i).removeprefix("(").removesuffix(")") for i in picking)


def _other_side(f: Fragment, part: ast.Slice) -> Iterator[Variant]:
    """`d[:, :n]` for `d[:, n:]`: the other part of what was put together."""
    bounds = [b for b in (part.lower, part.upper) if b is not None]
    if len(bounds) == 1 and part.step is None:
        (low, high), bound = f.outer(bounds[0]), f.segment(bounds[0])
        start, end = (low, f.text.index(":", high) + 1) if part.lower else (f.text.rindex(":", 0, low), high)
        new = f":{bound}" if part.lower else f"{bound}:"
        yield Variant(f.patched((start, end, new)), Slip("slice", f.text[start:end], new, start, 1.0))


def portions(f: Fragment, m: Material) -> Iterator[Variant]:
    """Where an index falls among portions: `c // (C // G)` for `c % G`, portions of another size."""
    sizes = [n for n in m.integers() if n.isidentifier() and n not in m.in_loop]
    written = " ".join((*m.phrases, *m.siblings))
    for node in f.expressions():
        if not isinstance(node, ast.BinOp) or not isinstance(node.op, ast.FloorDiv | ast.Mod):
            continue
        old, left, divisor = f.segment(node), f.segment(node.left), f.segment(node.right)
        quotients = [f"{a} // {b}" for a, b in itertools.permutations(sizes, 2)]
        # Of equal sizes the text says which is meant, where it divides them elsewhere.
        costs = dict.fromkeys(sizes, 1.1) | {size: 1.05 if size in written else 1.2 for size in quotients}
        for (size, cost), symbol in itertools.product(costs.items(), ("//", "%")):
            if divisor != size:
                new = f"{left} {symbol} {f'({size})' if size in quotients else size}"
                cost += 0.1 * (symbol != OPERATORS[type(node.op)])
                yield Variant(f.replaced(node, new), Slip("index", old, new, f.extent(node)[0], cost))


def _shifted(text: str, other: str) -> float:
    """Cost of another index: a neighbour that is one too many is likelier than one that is missing."""
    if _is_shift(other, text):
        return 1.1
    return 0.95 if _is_shift(text, other) else 1.0


def _is_shift(text: str, of: str) -> bool:
    return text.startswith((f"{of} + ", f"{of} - "))


def _length(text: str, m: Material) -> int:
    try:
        return len(m.values[text])
    except (KeyError, TypeError):
        return 0


def _other_indices(part: ast.expr, text: str, length: int, m: Material) -> Iterator[str]:
    if isinstance(part, ast.Constant) and isinstance(part.value, int):
        for value in (part.value + 1, part.value - 1, *range(min(length, 8))):
            if value >= 0 and (not length or value < length):
                yield str(value)
        if m.in_loop:
            yield from (f"{name}{by}" for name in m.in_loop for by in ("", " + 1", " - 1"))
    elif isinstance(part, ast.UnaryOp):
        # Counted from the end: `activations[-l - 1]` for `activations[-l]`, `a[-2]` for `a[-1]`.
        number = part.operand.value if isinstance(part.operand, ast.Constant) else None
        if isinstance(number, int):
            yield from (f"-{number + by}" for by in (1, -1) if number + by)
        else:
            yield from (f"{text} - 1", f"{text} + 1")
        yield from ("0", "1", "2")
    elif isinstance(part, ast.Name | ast.BinOp) and not isinstance(m.values.get(text), np.ndarray | list):
        if isinstance(part, ast.BinOp) and isinstance(part.right, ast.Constant):
            yield ast.unparse(part.left)
        yield from (f"{text} + 1", f"{text} - 1")
        yield from (name for name in m.integers())
    elif text in m.values:
        yield from (n for n, s in m.shapes.items() if s == m.shapes[text])


def _bounds(f: Fragment, bound: ast.expr, m: Material) -> Iterator[Variant]:
    text, start = f.segment(bound), f.extent(bound)[0]
    others = [f"{text} + 1", f"{text} - 1", *m.integers()]
    if isinstance(bound, ast.BinOp) and isinstance(bound.right, ast.Constant):
        head = text[: -len(f.segment(bound.right))]
        others = [f"{head}{bound.right.value + by}" for by in (1, -1)] + others[2:]  # type: ignore[operator]
    bare = text.lstrip("-")
    if bare != text:
        others += [f"{bare} + {name}" for name in m.integers() if name != bare]
    for other in others:
        if other != text:
            yield Variant(f.replaced(bound, other), Slip("slice", text, other, start, 1.2))
    low, high = (f.outer(bound)[0], f.outer(bound)[1])
    yield Variant(f.patched((low, high, "")), Slip("slice", text, "", start, 1.3))


def _joint_bounds(
    f: Fragment, node: ast.Subscript, parts: Sequence[ast.expr], m: Material
) -> Iterator[Variant]:
    """Two upper bounds counted from the end (`pad:-pad, pad:-pad`), counted from the start instead."""
    ends = [p for p in parts if isinstance(p, ast.Slice) and isinstance(p.upper, ast.UnaryOp)]
    if len(ends) != 2:
        return
    lengths = m.integers()[:9]
    old = f.segment(node)
    for first, second in itertools.permutations(lengths, 2):
        patches = []
        for part, length in zip(ends, (first, second), strict=True):
            assert part.upper is not None
            low = f"{f.segment(part.lower)} + " if part.lower is not None else ""
            patches.append((*f.extent(part.upper), f"{low}{length}"))
        text, start = f.patched(*patches), f.extent(node)[0]
        new = text[start : start + len(old) + len(text) - len(f.text)]
        yield Variant(text, Slip("slice", old, new, start, 1.2))
