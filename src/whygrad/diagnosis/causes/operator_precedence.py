"""Parentheses are missing, so operators bind in another order than meant."""

from __future__ import annotations

import ast

from whygrad.diagnosis.causes.cause import Case, Cause


class OperatorPrecedence(Cause):
    """Parentheses are missing, so operators bind in another order than meant.

    What happened: Python computes `*` and `/` before `+` and `-`, and the line needs the other order.
    Why: `1 / 1 + e` is `(1 / 1) + e`, that is `1 + e`, not `1 / (1 + e)`.
    Fix: put parentheses around what belongs together.
    """

    code = "WG401"
    name = "operator-precedence"
    forward = """\
import math
w = [2, -3, -1]
x = [-1, -2]
product = w[0] * x[0] + w[1] * x[1] + w[2]
"""
    wrong = """\
activation = 1 / 1 + math.exp(-product)
grad_product = (1 - activation) * activation
grad_x = [w[0] * grad_product, w[1] * grad_product]
"""
    right = """\
activation = 1 / (1 + math.exp(-product))
grad_product = (1 - activation) * activation
grad_x = [w[0] * grad_product, w[1] * grad_product]
"""

    def explains(self, case: Case) -> bool:
        return case.slip.kind == "parentheses"

    def title(self, case: Case) -> str:
        if case.gate:
            return f"parentheses are missing: `{case.variable}` is not the {case.gate} that it is meant to be"
        return f"the parentheses of `{case.variable}` group other operands than meant"

    def why(self, case: Case) -> str:
        said = f"`{case.slip.old}` computes `{grouped(case.slip.old)}`"
        if case.where != "forward":
            return f"{said}; the gradient needs `{case.slip.new}`"
        known = f", which is the {case.gate}" if case.gate else ""
        fits = (
            f"; `{case.of}` is right for that and for nothing else near" if case.of != case.variable else ""
        )
        return f"{said}; with parentheses it is `{case.slip.new}`{known}{fits}"


def grouped(text: str) -> str:
    """An expression with the grouping that Python gives it made visible: `1 / 1 + e` as `(1 / 1) + e`."""
    try:
        node = ast.parse(text, mode="eval").body
    except SyntaxError:
        return text
    if not isinstance(node, ast.BinOp):
        return text
    parts = []
    for side in (node.left, node.right):
        shown = ast.unparse(side)
        parts.append(f"({shown})" if isinstance(side, ast.BinOp) else shown)
    whole = ast.unparse(ast.BinOp(ast.Name("L"), node.op, ast.Name("R")))
    return whole.replace("L", parts[0], 1).replace("R", parts[1], 1) if "L" in whole else text
