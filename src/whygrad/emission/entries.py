"""Entries of lists and arrays, as expressions: `owner[index]`, and the place of an entry of a part."""

from __future__ import annotations

import ast
import copy
from typing import Any


def entry(owner: ast.expr, index: ast.expr, back: bool = False) -> ast.expr:
    """`owner[index]`; counted from the end, `owner[-1 - index]`."""
    key = loaded(index)
    if back:
        key = ast.BinOp(ast.UnaryOp(ast.USub(), ast.Constant(1)), ast.Sub(), key)
    elif from_place(owner):
        assert isinstance(owner, ast.Subscript) and isinstance(owner.slice, ast.Slice)
        key, owner = ast.BinOp(key, ast.Add(), owner.slice.lower or ast.Constant(0)), owner.value
    return ast.Subscript(copy.deepcopy(owner), key, ast.Load())


def from_place(owner: ast.expr) -> bool:
    """Is it `x[1:]`, whose entries are those of x further on?"""
    key = owner.slice if isinstance(owner, ast.Subscript) else None
    if not isinstance(key, ast.Slice) or key.step is not None:
        return False
    return isinstance(key.lower, ast.Constant) and type(key.lower.value) is int and key.lower.value > 0


def at(owner: ast.expr, place: int, node: ast.stmt) -> ast.expr:
    """`owner[place]`, standing where a statement stands."""
    made = ast.Subscript(copy.deepcopy(owner), ast.Constant(place), ast.Load())
    return ast.fix_missing_locations(ast.copy_location(made, node))


def loaded(target: ast.expr) -> Any:
    """A target as an expression."""
    twin = copy.deepcopy(target)
    for n in ast.walk(twin):
        if hasattr(n, "ctx"):
            n.ctx = ast.Load()
    return twin
