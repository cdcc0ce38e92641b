"""The expression of a `return` that is a gradient itself: `return grad * slope`, `return dx, x.T @ dout`."""

from __future__ import annotations

import ast
import re

from whygrad.checking.evidence import Claim
from whygrad.checking.programs import Program

_PLACE = re.compile(r"\[(\d+|'[^']*'|\"[^\"]*\")\]$")


def returned_part(node: ast.Return, program: Program, claim: Claim) -> ast.expr | None:
    """The part of a return statement that gives a claim; None where it gives it by a name, or not at all."""
    item = next((r for r in program.returned if r.name == claim.name), None)
    if item is None or node.value is None:
        return None
    value: ast.expr | None = node.value
    found = _PLACE.search(item.path)
    if found and isinstance(value, ast.Tuple | ast.List):
        place = int(found[1]) if found[1].isdigit() else len(value.elts)
        value = value.elts[place] if place < len(value.elts) else None
    elif found and isinstance(value, ast.Dict):
        keys = {
            k.value: v for k, v in zip(value.keys, value.values, strict=True) if isinstance(k, ast.Constant)
        }
        value = keys.get(found[1].strip("'\""))
    elif found:
        return None
    inner = value
    while isinstance(inner, ast.Attribute | ast.Subscript):
        inner = inner.value
    return None if isinstance(inner, ast.Name) else value
