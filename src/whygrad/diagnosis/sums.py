"""Sums as terms: equal ones gathered, and those that another sum has more."""

from __future__ import annotations

import ast
from collections import Counter

Term = tuple[int, str]
"""Sign and text."""


def terms_of(text: str) -> list[Term]:
    """The terms of an expression, left to right, with their signs; itself alone where it is no sum."""
    found: list[Term] = []
    waiting = [(1, ast.parse(text, mode="eval").body)]
    while waiting:
        sign, node = waiting.pop()
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Sub):
            waiting += [(sign if isinstance(node.op, ast.Add) else -sign, node.right), (sign, node.left)]
        elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            waiting.append((-sign, node.operand))
        else:
            found.append((sign, ast.unparse(node)))
    return found


def gathered(text: str) -> str:
    """`a + a + b` as `2 * a + b`; any other text as it is."""
    terms = terms_of(text)
    return text if len(set(terms)) == len(terms) else _joined(Counter(terms))


def grown(old: str, text: str) -> str:
    """`old` with the terms behind it that `text`, a sum, has more; "" where it lacks none or has others."""
    more = Counter(terms_of(text))
    more.subtract(terms_of(old))
    if any(count < 0 for count in more.values()) or not any(more.values()):
        return ""
    rest = _joined(+more)
    return f"{old} - {rest[1:]}" if rest.startswith("-") else f"{old} + {rest}"


def _joined(terms: Counter[Term]) -> str:
    parts = []
    for (sign, text), count in terms.items():
        node = ast.parse(text, mode="eval").body
        tight = not isinstance(node, ast.IfExp | ast.BoolOp | ast.Compare | ast.Lambda)
        factor = text if tight else f"({text})"
        parts.append(f" {'+' if sign > 0 else '-'} {factor if count == 1 else f'{count} * {factor}'}")
    joined = "".join(parts).strip()
    return joined[2:] if joined.startswith("+") else f"-{joined[2:]}"
