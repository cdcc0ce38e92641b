"""Slices that should begin elsewhere, and rows that should stand as columns."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from whygrad.diagnosis.fragments import Fragment
from whygrad.diagnosis.slips import Slip, Variant

if TYPE_CHECKING:
    from whygrad.diagnosis.mutation import Material

MOST_CUT = 8
"""Entries that a slice may leave out at its end."""


def windows(f: Fragment, m: Material) -> Iterator[Variant]:
    """`[pad:pad + H, pad:pad + W]` for `[:H, :W]`, `[1:-1]` for `[:-2]`: what is cut off at one end only."""
    for node in f.expressions():
        if not isinstance(node, ast.Subscript):
            continue
        parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        cut = [p for p in parts if isinstance(p, ast.Slice) and p.lower is None and p.upper is not None]
        uppers = [f.segment(p.upper) for p in cut if p.upper is not None]
        if not cut or any(p.step is not None for p in cut):
            continue
        start, old = f.extent(node)[0], f.segment(node)
        if all(text[1:].isdigit() and text[0] == "-" for text in uppers):
            shifts = [[f"{k}:-{int(text[1:]) - k}" for text in uppers] for k in range(1, MOST_CUT)
                      if all(int(text[1:]) > k for text in uppers)]  # fmt: skip
        else:
            shifts = [[f"{name}:{name} + {text}" for text in uppers] for name in ("1", *m.integers()[:9])
                      if name not in uppers]  # fmt: skip
        for texts in shifts:
            text = f.patched(*((*f.extent(part), new) for part, new in zip(cut, texts, strict=True)))
            new = text[start : start + len(old) + len(text) - len(f.text)]
            # A name says why the slice begins there, a number does not.
            cost = 1.4 if texts[0].startswith("1:1 +") else 1.2
            yield Variant(text, Slip("slice", old, new, start, cost))


def steps(f: Fragment, m: Material) -> Iterator[Variant]:
    """`x[i * s:i * s + k]` for `x[i:i + k]`: windows that begin every few entries, or one after another."""
    sizes = [n for n in m.integers() if n.isidentifier() and n not in m.in_loop and m.values[n] != 1]
    written = " ".join((*m.phrases, *m.siblings)) + " "
    for node in ast.walk(f.tree):
        if not isinstance(node, ast.Subscript):
            continue
        parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        names = [n for p in parts if isinstance(p, ast.Slice) for n in ast.walk(p) if isinstance(n, ast.Name)]
        moved = list(dict.fromkeys(n.id for n in names if n.id in m.in_loop))
        # Windows of an image move alike along both sides.
        for chosen in ([moved] if len(moved) > 1 else []) + [[name] for name in moved]:
            places = [n for n in names if n.id in chosen]
            for size in sizes:
                # Of equal sizes that one is meant by which the text steps elsewhere.
                cost = 1.05 if any(f"{name} * {size} " in written for name in m.in_loop) else 1.25
                yield _stepped(f, node, [(n, f"{n.id} * {size}") for n in places], cost)
            products = [f.parents[n] for n in places]
            if all(isinstance(p, ast.BinOp) and isinstance(p.op, ast.Mult) for p in products):
                patches = [
                    (p, n.id) for p, n in zip(products, places, strict=True) if isinstance(p, ast.expr)
                ]
                yield _stepped(f, node, patches, 1.2)


def _stepped(
    f: Fragment, node: ast.Subscript, places: Sequence[tuple[ast.expr, str]], cost: float
) -> Variant:
    text = f.patched(*((*f.extent(place), new) for place, new in places))
    start, end = f.extent(node)
    new = text[start : end + len(text) - len(f.text)]
    return Variant(text, Slip("slice", f.segment(node), new, start, cost))


def columns(f: Fragment, m: Material) -> Iterator[Variant]:
    """`y[:, None]` beside a column: `(n, 1)` and `(n,)` make a square by broadcasting, without a word."""
    for node in f.expressions():
        if not isinstance(node, ast.BinOp) or isinstance(node.op, ast.MatMult):
            continue
        for flat, column in ((node.left, node.right), (node.right, node.left)):
            row, tall = m.shapes.get(f.segment(flat), ()), m.shapes.get(f.segment(column), ())
            if len(row) == 1 and tall == (*row, 1) and row[0] > 1:
                for operand, more in ((flat, "[:, None]"), (column, "[:, 0]")):
                    text = f.segment(operand)
                    slip = Slip("index", text, text + more, f.extent(operand)[0], 0.95)
                    yield Variant(f.replaced(operand, text + more), slip)
