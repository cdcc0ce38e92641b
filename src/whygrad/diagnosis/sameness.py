"""Two texts that say the same in other words: of such edits one is shown."""

from __future__ import annotations

import ast
from functools import lru_cache


@lru_cache(maxsize=1024)
def plain_form(text: str) -> str:
    """The text without idle operations: `a + -b` as `a - b`, `1 * x` as `x`, `x * x` as `x ** 2`.

    A text that is no Python by itself stays as it is.
    """
    try:
        tree = ast.parse(text.strip())
    except (SyntaxError, ValueError, RecursionError):
        return text
    return ast.unparse(ast.fix_missing_locations(_Plain().visit(tree)))


class _Plain(ast.NodeTransformer):
    """Takes idle operations out, innermost first."""

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        self.generic_visit(node)
        left, right = node.left, node.right
        if isinstance(node.op, ast.Add | ast.Sub) and _is_minus(right):
            opposite = ast.Sub() if isinstance(node.op, ast.Add) else ast.Add()
            return ast.BinOp(left, opposite, right.operand)  # type: ignore[attr-defined]
        if isinstance(node.op, ast.Mult):
            if _is_one(left):
                return right
            if ast.dump(left) == ast.dump(right):
                return ast.BinOp(left, ast.Pow(), ast.Constant(2))
        if isinstance(node.op, ast.Mult | ast.Div | ast.Pow) and _is_one(right):
            return left
        return node

    def visit_UnaryOp(self, node: ast.UnaryOp) -> ast.AST:
        self.generic_visit(node)
        inner = node.operand
        return inner.operand if _is_minus(node) and _is_minus(inner) else node  # type: ignore[attr-defined]


def _is_minus(node: ast.expr) -> bool:
    return isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub)


def _is_one(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and type(node.value) in (int, float) and node.value == 1
