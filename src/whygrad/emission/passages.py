"""Emitted text read statement by statement, each with the line of the forward pass that it answers to."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Passage:
    """One statement of a function."""

    node: ast.stmt | None
    """None: the other arm of a branch."""
    line: int
    depth: int
    heading: ast.stmt | None = None
    """The statement of the forward pass that the comment above names."""
    comment: str = ""
    first: bool = False
    """Is it the first below its comment?"""

    @property
    def header(self) -> bool:
        """Does it stand above statements of its own?"""
        return self.node is None or isinstance(self.node, ast.For | ast.While | ast.If)


def passages(body: Sequence[ast.stmt], text: str = "", depth: int = 0) -> list[Passage]:
    """The statements of a body, those of loops and branches after their header. `text` has the comments."""
    found: list[Passage] = []
    lines = text.splitlines()
    comment = ""
    for node in body:
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            continue
        above = _comment_above(lines, node.lineno)
        comment = above or comment
        found.append(Passage(node, node.lineno, depth, _statement(comment), comment, bool(above)))
        if isinstance(node, ast.For | ast.While | ast.If):
            found += passages(node.body, text, depth + 1)
            if isinstance(node, ast.If) and node.orelse:
                found.append(Passage(None, node.lineno, depth))
                found += passages(node.orelse, text, depth + 1)
            comment = ""
    return found


def place_of(statement: ast.stmt | None) -> ast.expr | None:
    """What a statement assigns to."""
    if isinstance(statement, ast.Assign):
        return statement.targets[0]
    return statement.target if isinstance(statement, ast.AugAssign) else None


def factor_beside(node: ast.expr, name: str) -> ast.expr | None:
    """What a value is multiplied by in an expression, where it enters as a factor and once: its coefficient.

    "1.0" enters everywhere. None where the value enters otherwise. Of a list, the list of coefficients.
    """
    if name == "1.0":
        return node
    if isinstance(node, ast.List):
        parts = [factor_beside(e, name) for e in node.elts]
        return None if None in parts else ast.List([p for p in parts if p is not None], ast.Load())
    if sum(isinstance(n, ast.Name) and n.id == name for n in ast.walk(node)) != 1:
        return None
    return _beside(node, name)


ONE = ast.Constant(1)


def _beside(node: ast.expr, name: str) -> ast.expr | None:
    if isinstance(node, ast.Name):
        return ONE if node.id == name else None
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        inner = _beside(node.operand, name)
        return None if inner is None else ast.UnaryOp(ast.USub(), inner)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult | ast.Div):
        return _of_product(node, name)
    return None


def _of_product(node: ast.BinOp, name: str) -> ast.expr | None:
    left = _beside(node.left, name)
    if left is not None:
        if left is ONE and isinstance(node.op, ast.Mult):
            return node.right
        return ast.BinOp(left, node.op, node.right)
    right = _beside(node.right, name) if isinstance(node.op, ast.Mult) else None
    if right is None:
        return None
    return node.left if right is ONE else ast.BinOp(node.left, node.op, right)


def _comment_above(lines: Sequence[str], line: int) -> str:
    """The comment that stands above a line, as one text."""
    found: list[str] = []
    for text in reversed(lines[: line - 1]):
        if not text.strip().startswith("#"):
            break
        found.insert(0, text.strip().lstrip("# "))
    return " ".join(found)


def _statement(comment: str) -> ast.stmt | None:
    """The statement that a comment quotes, if it quotes one."""
    try:
        body = ast.parse(comment).body
    except SyntaxError:
        return None
    fitting = body and isinstance(body[0], ast.Assign | ast.AugAssign | ast.Return | ast.Expr)
    is_word = isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Name) if body else False
    return body[0] if fitting and not is_word else None
