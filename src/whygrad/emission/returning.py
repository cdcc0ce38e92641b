"""Returns inside loops as what they are: the last value of a name, and the end of the loop."""

from __future__ import annotations

import ast
import copy
from collections.abc import Sequence

from whygrad.emission.leaves import write

LEAVING = (ast.Return, ast.Break, ast.Continue)


def ends(body: Sequence[ast.stmt], by: tuple[type, ...] = LEAVING) -> bool:
    """Does a block always leave (return, break, continue)?"""
    if not body:
        return False
    last = body[-1]
    if isinstance(last, ast.If):
        return ends(last.body, by) and ends(last.orelse, by)
    return isinstance(last, by)


def is_guard(node: ast.stmt) -> bool:
    """`if c: raise ...`: what goes on has nothing to do with it."""
    return isinstance(node, ast.If) and not node.orelse and ends(node.body, (ast.Raise,))


def settled(body: Sequence[ast.stmt], inner: bool = False) -> list[ast.stmt]:
    """A block whose loops end by `break` alone, where that says the same: returns are left elsewhere.

    `return y` is `x = y; break` where `return x` is all that follows the loop. Where nothing follows it, and
    every return is `return y`, they are breaks with that return behind the loop: other ends return None.
    That is so where the function ends there, not in an `inner` block, which a loop runs again.
    """
    out = list(body)
    loop = out[-2] if len(out) > 1 and isinstance(out[-1], ast.Return) else out[-1] if out else None
    if not isinstance(loop, ast.For | ast.While) or loop.orelse or (inner and out[-1] is loop):
        return out
    returns = [n for n in ast.walk(loop) if isinstance(n, ast.Return) and n.value is not None]
    if not returns:
        return out
    last = out[-1] if out[-1] is not loop else returns[0]
    same = {write(n.value) for n in returns if n.value is not None}
    if last is returns[0] and len(same) > 1:
        return out
    assert isinstance(last, ast.Return)
    if last.value is None or not (isinstance(last.value, ast.Name) or {write(last.value)} == same):
        return out
    made = _Leaving(write(last.value)).visit(copy.deepcopy(loop))
    if any(isinstance(n, ast.Return) for n in ast.walk(made)):
        return out
    return [*out[: out.index(loop)], made, last]


class _Leaving(ast.NodeTransformer):
    """Rewrites the returns of one loop; those within loops in it would have to end both, and stay."""

    def __init__(self, name: str) -> None:
        self.name, self.depth = name, 0

    def visit_For(self, node: ast.For) -> ast.AST:
        return self.inside(node)

    def visit_While(self, node: ast.While) -> ast.AST:
        return self.inside(node)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.FunctionDef:
        return node

    def inside(self, node: ast.AST) -> ast.AST:
        self.depth += 1
        self.generic_visit(node)
        self.depth -= 1
        return node

    def visit_Return(self, node: ast.Return) -> ast.stmt | list[ast.stmt]:
        if self.depth != 1 or node.value is None:
            return node
        end = _rewritten(ast.copy_location(ast.Break(), node))
        if write(node.value) == self.name:
            return end
        value = ast.Assign([ast.Name(self.name, ast.Store())], node.value)
        return [_rewritten(ast.fix_missing_locations(ast.copy_location(value, node))), end]


def _rewritten(node: ast.stmt) -> ast.stmt:
    """Not the user's own text any more."""
    node.rewritten = True  # type: ignore[attr-defined]
    return node
