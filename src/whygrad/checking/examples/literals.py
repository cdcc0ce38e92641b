"""Defaults that are written out, as values."""

from __future__ import annotations

import ast
from typing import Any


def literal(node: ast.expr | None) -> Any:
    """The value of a default that is written out; None where it is not."""
    if isinstance(node, ast.BinOp):
        left, right = literal(node.left), literal(node.right)
        if isinstance(left, int | float) and isinstance(right, int | float):
            return _computed(node.op, left, right)
    try:
        return None if node is None else ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return None


def _computed(op: ast.operator, left: float, right: float) -> float | None:
    """`3 * 32 * 32` and its kind."""
    if isinstance(op, ast.Mult):
        return left * right
    if isinstance(op, ast.Add):
        return left + right
    if isinstance(op, ast.Div) and right:
        return left / right
    return None
