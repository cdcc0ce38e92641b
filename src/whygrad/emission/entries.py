"""Entries of lists and arrays, as expressions: `owner[index]`, and the place of an entry of a part."""

from __future__ import annotations

import ast
import copy
from collections.abc import Collection, Sequence
from typing import Any

from whygrad.emission.leaves import names_in, names_read, write


def entry(owner: ast.expr, index: ast.expr, back: bool = False) -> ast.expr:
    """`owner[index]`; counted from the end, `owner[-1 - index]`."""
    if isinstance(owner, ast.Subscript) and write(owner.slice) == "::-1":
        return entry(owner.value, index, not back)
    key = loaded(index)
    if back:
        key = ast.BinOp(ast.UnaryOp(ast.USub(), ast.Constant(1)), ast.Sub(), key)
    elif from_place(owner):
        assert isinstance(owner, ast.Subscript) and isinstance(owner.slice, ast.Slice)
        lower, owner = owner.slice.lower, owner.value
        key = ast.BinOp(key, ast.Add(), lower) if lower is not None else key
    return ast.Subscript(copy.deepcopy(owner), key, ast.Load())


def from_place(owner: ast.expr) -> bool:
    """Is it `x[1:]` or `x[:-1]`, whose entries are those of x, further on or at the same place?"""
    key = owner.slice if isinstance(owner, ast.Subscript) else None
    if not isinstance(key, ast.Slice) or key.step is not None:
        return False
    if key.lower is None:
        return key.upper is not None
    return isinstance(key.lower, ast.Constant) and type(key.lower.value) is int and key.lower.value > 0


def appended(node: ast.stmt, lists: Collection[str]) -> list[ast.stmt]:
    """`xs += [a, b]`, `xs.extend([a, b])`, `xs = xs + [a, b]` of a list as appending one by one; or nothing.

    `lists` are the names that hold lists: to an array `+=` adds entry by entry.
    """
    owner: ast.expr | None = None
    added: ast.expr | None = None
    if isinstance(node, ast.AugAssign) and isinstance(node.op, ast.Add):
        owner, added = node.target, node.value
    elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call) and len(node.value.args) == 1:
        function = node.value.func
        if isinstance(function, ast.Attribute) and function.attr == "extend":
            owner, added = function.value, node.value.args[0]
    elif isinstance(node, ast.Assign) and isinstance(node.value, ast.BinOp):
        sides, target = node.value, node.targets[0]
        if isinstance(sides.op, ast.Add) and len(node.targets) == 1 and write(sides.left) == write(target):
            owner, added = target, sides.right
    if owner is None or write(owner) not in lists or not isinstance(added, ast.List):
        return []
    if any(isinstance(e, ast.Starred) for e in added.elts):
        return []
    found: list[ast.stmt] = []
    for one in added.elts:
        call = ast.Call(ast.Attribute(loaded(owner), "append", ast.Load()), [copy.deepcopy(one)], [])
        found.append(ast.fix_missing_locations(ast.copy_location(ast.Expr(call), node)))
        found[-1].rewritten = True  # type: ignore[attr-defined]
    return found


def taken_apart(target: ast.expr, value: ast.expr) -> list[tuple[ast.expr, ast.expr]]:
    """What is assigned to what: of `xs, ys = [], []` two pairs."""
    if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple) and len(target.elts) == len(value.elts):
        return [*zip(target.elts, value.elts, strict=True)]
    return [(target, value)]


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


def tells_apart(keys: Sequence[str], steps: Sequence[str]) -> bool:
    """Do these keys name another entry at every step of loops over these names?

    `i, i + j` tells the steps of both loops, `i + j` alone those of neither.
    """
    parts = [part for key in keys for part in _parts(key)]
    untold, told = set(steps), set(steps)
    while untold and told:
        # A part that names one loop only tells its steps; to the others that loop is then a constant.
        told = {
            name
            for name in untold
            for part in parts
            if moves_with(part, name) and names_in(f"_[{part}]") & untold == {name}
        }
        untold -= told
    return not untold


def moves_with(key: str, name: str) -> bool:
    """Does an index take another value for each value of a name: `k`, `k + 1`, `-1 - k`?"""
    node = ast.parse(f"_[{key}]", mode="eval").body.slice  # type: ignore[attr-defined]
    while isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Sub):
        sides = [n for n in (node.left, node.right) if name in names_read(n)]
        if len(sides) != 1:
            return False
        node = sides[0]
    return isinstance(node, ast.Name) and node.id == name


def _parts(key: str) -> list[str]:
    node = ast.parse(f"_[{key}]", mode="eval").body
    assert isinstance(node, ast.Subscript)
    return [write(p) for p in node.slice.elts] if isinstance(node.slice, ast.Tuple) else [key]
