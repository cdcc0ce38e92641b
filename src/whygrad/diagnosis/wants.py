"""What the expression of a statement should give, where the truth about what it makes is known."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from whygrad.checking.evidence import Claim, Statement, Value
from whygrad.checking.observing import follow
from whygrad.checking.programs import Program
from whygrad.checking.values import shape_of, vector
from whygrad.diagnosis.leftovers import left_over
from whygrad.diagnosis.returned import returned_part
from whygrad.diagnosis.search import Bench

_WANT = "__whygrad_want"


def value_of(node: ast.stmt, program: Program, claim: Claim) -> ast.expr | None:
    """The expression of a statement that makes a claim, or a place of it; None where it has none."""
    if isinstance(node, ast.Return):
        return returned_part(node, program, claim)
    target = _target(node)
    if target is None:
        return None
    names = {ast.unparse(target), ast.unparse(target.value) if isinstance(target, ast.Subscript) else ""}
    return node.value if claim.name in {n.replace("'", '"') for n in names} else None  # type: ignore[attr-defined]


def operand(
    node: ast.stmt, name: str, environment: Mapping[str, Value], shared: Mapping[str, Any], want: Value
) -> Value:
    """What the expression should give for the wanted value of the variable; None where nobody can tell."""
    target = _target(node)
    if want is None or target is None:
        return want
    if isinstance(target, ast.Subscript) and ast.unparse(target).replace("'", '"') != name:
        key = ast.unparse(target.slice)
        want = Bench([{**environment, _WANT: _array(want)}], [], shared).value(f"{_WANT}[{key}]", 0)
        before = Bench([environment], [], shared).value(ast.unparse(target), 0)
    else:
        before = _followed(name, environment)
    return _left(node.op, before, want) if isinstance(node, ast.AugAssign) else want


def rounds(
    statement: Statement, kept: Sequence[Mapping[str, Value]], p: int, name: str
) -> Iterator[tuple[Mapping[str, Value], Value]]:
    """The rounds of a loop. What a round takes over from one before it is put right where it is known."""
    corrected = statement.corrected[p] if p < len(statement.corrected) else []
    for k, environment in enumerate(kept):
        want = statement.wanted[p][k].get(name) if k < len(statement.wanted[p]) else None
        if want is not None and k < max(1, len(corrected)):
            yield {**environment, **(corrected[k] if k < len(corrected) else {})}, want


def _target(node: ast.stmt) -> ast.expr | None:
    if isinstance(node, ast.Assign) and len(node.targets) == 1:
        return node.targets[0]
    return node.target if isinstance(node, ast.AugAssign) else None


def _array(value: Value) -> Value:
    try:
        return np.asarray(value) if isinstance(value, list | tuple) else value
    except ValueError:  # layers of several shapes
        return value


def _followed(name: str, environment: Mapping[str, Value]) -> Value:
    try:
        return follow(name, environment)
    except (LookupError, SyntaxError):
        return None


def _left(op: ast.operator, before: Value, want: Value) -> Value:
    """What an augmented assignment still has to add, or to multiply with."""
    numbers, wanted = vector(before), vector(want)
    if numbers is None or wanted is None or shape_of(before) != shape_of(want):
        return None
    left = left_over(op, np.asarray(before, dtype=float), np.asarray(want, dtype=float))
    return left if left is not None and np.all(np.isfinite(left)) else None
