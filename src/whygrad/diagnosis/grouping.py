"""Operands grouped the other way: parentheses that were left out, or set where they do not belong."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from whygrad.diagnosis.fragments import OPERATORS, Fragment
from whygrad.diagnosis.slips import Slip, Variant

if TYPE_CHECKING:
    from whygrad.diagnosis.mutation import Material


def parentheses(f: Fragment, m: Material) -> Iterator[Variant]:
    """Group the operands of neighbouring operators the other way."""
    for node in f.expressions():
        if not isinstance(node, ast.BinOp) or type(node.op) not in OPERATORS:
            continue
        yield from _powers(f, node)
        for inner, left_deep in ((node.left, True), (node.right, False)):
            if not isinstance(inner, ast.BinOp):
                continue
            start, end = f.outer(inner)
            bare = f.segment(inner)
            old = f.segment(node)
            if f.is_parenthesised(inner):
                text = f.patched((start, end, bare))
            elif left_deep:
                low, high = f.outer(inner.right)[0], f.outer(node.right)[1]
                text = f.patched((low, low, "("), (high, high, ")"))
            else:
                low, high = f.outer(node.left)[0], f.outer(inner.left)[1]
                text = f.patched((low, low, "("), (high, high, ")"))
            yield Variant(text, Slip("parentheses", old, changed(f, node, text), f.extent(node)[0], 0.9))
        if isinstance(node.op, ast.Add | ast.Sub):
            # `k * x ** k - 1 * g` for `k * x ** (k - 1) * g`
            low, high = f.outer(_edge(f, node.left, "right"))[0], f.outer(_edge(f, node.right, "left"))[1]
            text, old = f.patched((low, low, "("), (high, high, ")")), f.segment(node)
            yield Variant(text, Slip("parentheses", old, changed(f, node, text), f.extent(node)[0], 0.95))


def _powers(f: Fragment, node: ast.BinOp) -> Iterator[Variant]:
    """`(1 - h ** 2)` for `(1 - h) ** 2`, and the other way round."""
    old, (start, end) = f.segment(node), f.extent(node)
    whole, last = node.left, node.right
    is_sum = isinstance(whole, ast.BinOp) and isinstance(whole.op, ast.Add | ast.Sub)
    if isinstance(node.op, ast.Pow) and is_sum and f.is_parenthesised(whole):
        low, high = f.outer(whole)
        new = f"{f.text[low : high - 1]}{f.text[high:end]})"
        yield Variant(f.patched((start, end, new)), Slip("parentheses", old, new, start, 0.95))
    is_power = isinstance(last, ast.BinOp) and isinstance(last.op, ast.Pow) and not f.is_parenthesised(last)
    if is_power and isinstance(node.op, ast.Add | ast.Sub) and f.is_parenthesised(node):
        (low, high), close = f.outer(node), f.extent(last.left)[1]  # type: ignore[attr-defined]
        new = f"{f.text[low:close]}){f.text[close : high - 1]}"
        yield Variant(f.patched((low, high, new)), Slip("parentheses", f.text[low:high], new, low, 0.95))


def quotients_of_sums(f: Fragment, m: Material) -> Iterator[Variant]:
    """`p - n / p + n` for `(p - n) / (p + n)`: both sides of a division without their parentheses."""
    for node in f.expressions():
        if not isinstance(node, ast.BinOp) or not isinstance(node.op, ast.Div) or f.is_parenthesised(node):
            continue
        whole: ast.expr = node
        while isinstance(above := f.parents.get(whole), ast.BinOp) and isinstance(
            above.op, ast.Add | ast.Sub
        ):
            whole = above
            if f.is_parenthesised(whole):
                break
        (start, _), (_, end) = f.extent(_edge(f, whole, "left")), f.outer(_edge(f, whole, "right"))
        start = min(start, f.outer(_edge(f, whole, "left"))[0])
        low, high = f.outer(node.left), f.outer(node.right)
        if whole is node or not (start < low[0] and high[1] < end):
            continue
        text = f.patched((start, start, "("), (low[1], low[1], ")"), (high[0], high[0], "("), (end, end, ")"))
        yield Variant(text, Slip("parentheses", f.segment(whole), changed(f, whole, text), start, 0.95))


def _edge(f: Fragment, node: ast.expr, side: str) -> ast.expr:
    """The operand at one end of operators that nothing keeps together."""
    while isinstance(node, ast.BinOp) and not f.is_parenthesised(node):
        node = getattr(node, side)
    return node


def changed(f: Fragment, node: ast.expr, text: str) -> str:
    """What stands in a changed text where a node stood."""
    start, end = f.extent(node)
    return text[start : end + len(text) - len(f.text)]
