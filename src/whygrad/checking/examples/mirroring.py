"""Example inputs made symmetric where a matrix is one of a quadratic form, or is inverted."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping, Sequence


def mirrored(texts: Mapping[str, str], functions: Sequence[ast.AST]) -> Iterator[dict[str, str]]:
    """Inputs with symmetric matrices where they stand in a quadratic form or are inverted, if any do.

    `x @ K @ x` and `np.linalg.inv(cov)` are of such matrices as a rule; `2 * K @ x` is right for no other.
    Where `x` is an input too, it and the others may be vectors.
    """
    nodes = [node for function in functions for node in ast.walk(function)]
    found = dict(texts)
    for name, text in texts.items():
        square = re.fullmatch(r"randn\((\d+), (\d+)\)", text)
        if square and square[1] == square[2] and any(_is_taken_so(node, name) for node in nodes):
            found[name] = f"symmetric({square[1]})"
    if found != dict(texts):
        yield found
    for node in nodes:
        outer, middle = _form(node)
        if outer in texts and middle in texts:
            rest = {n: "randn(3)" if t.startswith("randn(") else t for n, t in texts.items()}
            yield {**rest, middle: "symmetric(3)"}
            return


def _is_taken_so(node: ast.AST, name: str) -> bool:
    """Is it `x @ A @ x`, or a factorisation or an inverse of `A`?"""
    if isinstance(node, ast.Call):
        called = ast.unparse(node.func)
        if any(word in called for word in ("linalg.", "inv", "cholesky", "cho_", "slogdet", "solve")):
            return any(isinstance(a, ast.Name) and a.id == name for a in node.args)
    return _form(node)[1] == name


def _form(node: ast.AST) -> tuple[str, str]:
    """`x` and `A` of `x @ A @ x` or `x.dot(A).dot(x)`, empty where it is no quadratic form."""
    inner, right = _product(node)
    left, middle = _product(inner) if inner is not None else (None, None)
    if left is None or middle is None or right is None:
        return "", ""
    outer = {ast.unparse(_unscaled(part)).removesuffix(".T") for part in (left, right)}
    return (outer.pop(), ast.unparse(middle)) if len(outer) == 1 else ("", "")


def _product(node: ast.AST) -> tuple[ast.expr | None, ast.expr | None]:
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult):
        return node.left, node.right
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "dot":
        if len(node.args) == 1:
            return node.func.value, node.args[0]
        if len(node.args) == 2:
            return node.args[0], node.args[1]
    return None, None


def _unscaled(node: ast.expr) -> ast.expr:
    """`x` of `0.5 * x`."""
    while (
        isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult) and isinstance(node.left, ast.Constant)
    ):
        node = node.right
    return node
