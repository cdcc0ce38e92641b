"""Slips in the derivative of a closed gate: its formula with a sign turned, or a term or factor left out."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import NamedTuple


class Altered(NamedTuple):
    """A formula with one slip: what kind it is, the part that it is about, and the text with it."""

    kind: str
    part: str
    text: str


def altered(text: str) -> Iterator[Altered]:
    """Every such slip of a formula, each text once."""
    tree, seen = ast.parse(text, mode="eval").body, {ast.unparse(ast.parse(text, mode="eval").body)}
    for node in ast.walk(tree):
        if not isinstance(node, ast.BinOp):
            continue
        for kind, part, new in _of(node):
            changed = ast.unparse(_swapped(tree, node, new))
            if changed not in seen:
                seen.add(changed)
                yield Altered(kind, part, changed)


def _of(node: ast.BinOp) -> Iterator[tuple[str, str, ast.expr]]:
    left, right, op = node.left, node.right, node.op
    first, second = ast.unparse(left), ast.unparse(right)
    if isinstance(op, ast.Add | ast.Sub):
        minus = isinstance(op, ast.Sub)
        yield "term", f"{'-' if minus else '+'} {second}", left
        yield "term", first, ast.UnaryOp(ast.USub(), right) if minus else right
        yield "turned", ast.unparse(node), ast.BinOp(left, ast.Add() if minus else ast.Sub(), right)
    elif isinstance(op, ast.Mult):
        yield "factor", second, left
        yield "factor", first, right
    elif isinstance(op, ast.Div):
        yield "factor", f"1 / {second}", left


def _swapped(tree: ast.expr, old: ast.expr, new: ast.expr) -> ast.expr:
    """A copy of a formula with one part in place of another."""
    if tree is old:
        return new
    if isinstance(tree, ast.BinOp):
        return ast.BinOp(_swapped(tree.left, old, new), tree.op, _swapped(tree.right, old, new))
    if isinstance(tree, ast.UnaryOp):
        return ast.UnaryOp(tree.op, _swapped(tree.operand, old, new))
    if isinstance(tree, ast.Call):
        return ast.Call(tree.func, [_swapped(a, old, new) for a in tree.args], tree.keywords)
    return tree
