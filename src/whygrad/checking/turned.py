"""Gradients that are kept transposed and turned back by the step: `self.W -= lr * self.dW.T`."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from functools import lru_cache

import numpy as np

from whygrad.checking.comparison import compare
from whygrad.checking.evidence import Claim
from whygrad.checking.naming import last_word
from whygrad.source import tree_of


def allow_turned(claims: Sequence[Claim], text: str) -> None:
    """Accept a claim that is the gradient transposed, where every step of the file takes its transpose."""
    for claim in claims:
        if claim.verdict != "wrong" or last_word(claim.name) not in turned_by_steps(text):
            continue
        pairs = list(zip(claim.values, claim.truth, strict=True))
        if all(w is None or (isinstance(v, np.ndarray) and compare(v.T, w).agrees) for v, w in pairs):
            claim.verdict, claim.mismatch = "right", None
            claim.agreements = [None if want is None else True for _, want in pairs]
            claim.right_at_given_inputs = True
            claim.note = "kept transposed: the step takes its transpose"


@lru_cache(maxsize=64)
def turned_by_steps(text: str) -> frozenset[str]:
    """The last words of gradients that the updates of a file take transposed, and never as they are."""
    turned, plain = set[str](), set[str]()
    for change in _changes(tree_of(text)):
        under = {id(inner): _word(inner) for node in ast.walk(change) if (inner := _transposed(node))}
        turned |= set(under.values())
        plain |= {
            _word(node)
            for node in ast.walk(change)
            if isinstance(node, ast.Name | ast.Attribute | ast.Subscript) and id(node) not in under
        }
    return frozenset(turned - plain - {""})


def _changes(tree: ast.AST) -> Iterator[ast.expr]:
    """What updates add to a variable, or take from it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.AugAssign) and isinstance(node.op, ast.Add | ast.Sub):
            yield node.value
        elif isinstance(node, ast.Assign) and len(node.targets) == 1:
            value = node.value
            if not (isinstance(value, ast.BinOp) and isinstance(value.op, ast.Add | ast.Sub)):
                continue
            if ast.unparse(value.left) == ast.unparse(node.targets[0]):
                yield value.right


def _transposed(node: ast.AST) -> ast.expr | None:
    """`dW` of `dW.T`, `dW.transpose()` and `np.transpose(dW)`."""
    if isinstance(node, ast.Attribute) and node.attr == "T":
        return node.value
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "transpose":
        return node.args[0] if len(node.args) == 1 else node.func.value if not node.args else None
    return None


def _word(node: ast.expr) -> str:
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return node.attr
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
        return str(node.slice.value)
    return ""
