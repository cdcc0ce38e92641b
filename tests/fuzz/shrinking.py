"""A failing program to a smaller one that fails in the same way."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tests.fuzz.programs import PREAMBLE


@dataclass
class _Edit(ast.NodeTransformer):
    """The k-th edit that could be made to a tree is made."""

    wanted: int
    seen: int = 0

    def _turn(self) -> bool:
        self.seen += 1
        return self.seen - 1 == self.wanted

    def generic_visit(self, node: ast.AST) -> ast.AST:
        for name in ("body", "orelse"):
            body = getattr(node, name, None)
            if isinstance(body, list):
                for k, statement in enumerate(body):
                    if not isinstance(statement, ast.Return) and self._turn():
                        kept = body[:k] + body[k + 1 :]
                        setattr(node, name, kept or ([ast.Pass()] if name == "body" else []))
                        return node
                    inner = getattr(statement, "body", None)
                    if isinstance(statement, ast.If | ast.For | ast.While | ast.Try) and self._turn():
                        setattr(node, name, [*body[:k], *inner, *body[k + 1 :]])
                        return node
        return super().generic_visit(node)

    def visit(self, node: ast.AST) -> ast.AST:
        if isinstance(node, ast.expr) and isinstance(getattr(node, "ctx", ast.Load()), ast.Load):
            for smaller in _within(node):
                if self._turn():
                    return smaller
        return super().visit(node)


def _within(node: ast.expr) -> Iterator[ast.expr]:
    """What could stand in place of an expression."""
    if isinstance(node, ast.BinOp):
        yield from (node.left, node.right)
    elif isinstance(node, ast.Call):
        yield from node.args
    elif isinstance(node, ast.Subscript):
        yield node.value
    elif (
        isinstance(node, ast.Constant)
        and node.value not in (0, 1, None, 0.5)
        and isinstance(node.value, float)
    ):
        yield ast.Constant(0.5)


def shrink(text: str, fails: Callable[[str], bool], budget: int = 600) -> str:
    """Apply smaller and smaller edits to the function `f` while the program still fails."""
    body = text.removeprefix(PREAMBLE)
    k = 0
    while budget:
        edit = _Edit(k)
        tree = ast.fix_missing_locations(edit.visit(ast.parse(body)))
        if edit.seen <= k:
            return PREAMBLE + body
        budget -= 1
        candidate = ast.unparse(tree) + "\n"
        if "def f(" in candidate and len(candidate) < len(body) and fails(PREAMBLE + candidate):
            body, k = candidate, max(0, k - 2)
        else:
            k += 1
    return PREAMBLE + body
