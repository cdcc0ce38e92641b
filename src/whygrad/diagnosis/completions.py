"""Mutations that complete a value with a term of its own shape: a label's one, a later step's carry."""

from __future__ import annotations

import ast
import itertools
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, TypeGuard

import numpy as np

from whygrad.checking.values import shape_of
from whygrad.diagnosis.fragments import Fragment
from whygrad.diagnosis.slips import Slip, Variant
from whygrad.emission.pieces import SUM

if TYPE_CHECKING:
    from whygrad.diagnosis.mutation import Material

MOST_CARRIES = 8


def labels(f: Fragment, m: Material) -> Iterator[Variant]:
    """`p - np.eye(p.shape[-1])[y]` for `p`, where whole numbers `y` pick an entry of each row of `p`.

    No quantity in scope has this value when labels are whole numbers, so it is made from them.
    """
    if m.library != "np":
        return
    for node in f.expressions():
        shape = m.shapes.get(f.segment(node), ())
        if not shape or f.is_called(node):
            continue
        whole = _copied(f, node)
        if isinstance(f.parents.get(whole), ast.Attribute | ast.Subscript):
            continue
        for name in m.values:
            if _picks(m.values[name], shape):
                text, old = f.segment(node), f.segment(whole)
                new = f"{old} - np.eye({text}.shape[-1])[{name}]"
                yield Variant(f.replaced(whole, new, SUM), Slip("label", old, new, f.extent(whole)[0], 1.45))


def indicators(f: Fragment, m: Material) -> Iterator[Variant]:
    """`p[j] - (j == y[i])` for `p[j] - 1` or `p[j]` in a loop over `j`, where an entry `y[i]` is picked."""
    written = " ".join((f.text, *m.phrases, *m.siblings))
    picks = [n for n in m.integers() if n[-1] == "]" or f"[{n}]" in written or f", {n}]" in written]
    picks = [n for n in picks if n not in m.in_loop]
    for node in f.expressions() if picks and m.in_loop else ():
        parent, (start, _), text = f.parents.get(node), f.extent(node), f.segment(node)
        one = isinstance(node, ast.Constant) and type(node.value) in (int, float) and node.value == 1
        own = {n.id for n in ast.walk(node.slice) if isinstance(n, ast.Name)} if _is_entry(node) else set()
        for name, pick in itertools.product(m.in_loop, picks):
            if one and isinstance(parent, ast.BinOp) and isinstance(parent.op, ast.Add | ast.Sub):
                slip = Slip("label", text, f"{name} == {pick}", start, 1.15)
                yield Variant(f.replaced(node, slip.new), slip)
            elif name in own and not isinstance(parent, ast.Subscript):
                slip = Slip("label", text, f"{text} - ({name} == {pick})", start, 1.2)
                yield Variant(f.replaced(node, slip.new, SUM), slip)


def _is_entry(node: ast.expr) -> TypeGuard[ast.Subscript]:
    return isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load)


def _copied(f: Fragment, node: ast.expr) -> ast.expr:
    """`p.copy()` for its `p`."""
    attribute = f.parents.get(node)
    if not isinstance(attribute, ast.Attribute) or attribute.attr != "copy":
        return node
    call = f.parents.get(attribute)
    return call if isinstance(call, ast.Call) else node


def _picks(value: Any, shape: tuple[Any, ...]) -> bool:
    """Are these whole numbers, one for each row, that are places in it?"""
    if not isinstance(value, np.ndarray | list) or len(shape) < 2 or shape_of(value) != shape[:-1]:
        return False
    if not isinstance(shape[-1], int):
        return False  # a list of arrays of several shapes has no rows
    picked = np.asarray(value)
    return bool(picked.dtype.kind in "iu" and picked.size and picked.min() >= 0 and picked.max() < shape[-1])


def carries(f: Fragment, m: Material) -> Iterator[Variant]:
    """`dh[:, t] + dnext` for `dh[:, t]`: what a step of a loop gets from the step visited before."""
    for node in f.expressions():
        if not isinstance(node, ast.Subscript) or not isinstance(node.ctx, ast.Load) or not m.in_loop:
            continue
        shape = _shape_at_step(f, node, m)
        if not shape:
            continue
        text, start = f.segment(node), f.extent(node)[0]
        mates = [n for n, other in m.shapes.items() if other == shape and n.isidentifier() and n not in text]
        for name in sorted(mates, key=lambda n: n not in m.gradients)[:MOST_CARRIES]:
            cost = 1.1 if name in m.gradients else 1.3
            new = f"{text} + {name}"
            yield Variant(f.replaced(node, new, SUM), Slip("carry", text, new, start, cost))


def _shape_at_step(f: Fragment, node: ast.Subscript, m: Material) -> tuple[Any, ...]:
    """The shape of `d[:, t]`, where `t` is the variable of a loop; nothing where it is another index."""
    shape = m.shapes.get(f.segment(node.value), ())
    parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
    if len(parts) > len(shape):
        return ()
    kept = [n for n, part in zip(shape, parts, strict=False) if isinstance(part, ast.Slice)]
    stepped = [part for part in parts if not isinstance(part, ast.Slice)]
    if len(stepped) != 1 or not isinstance(stepped[0], ast.Name) or stepped[0].id not in m.in_loop:
        return ()
    return (*kept, *shape[len(parts) :])


def enclosed_terms(f: Fragment, m: Material) -> Iterator[Variant]:
    """`np.exp(a + b[t])` for `np.exp(a)`: a term that the sum in a call lacks."""
    for node in f.expressions():
        inner = node.args[0] if isinstance(node, ast.Call) and len(node.args) == 1 else None
        if not isinstance(inner, ast.BinOp) or not isinstance(inner.op, ast.Add | ast.Sub):
            continue
        old, start = f.segment(inner), f.extent(inner)[0]
        for text, value in m.values.items():
            if isinstance(value, bool | int | str | np.integer) or re.search(
                rf"(?<!\w){re.escape(text)}", old
            ):
                continue
            for symbol in "+-":
                new = f"{old} {symbol} {text}"
                yield Variant(f.replaced(inner, new, SUM), Slip("term", old, new, start, 1.3))
