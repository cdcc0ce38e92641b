"""Expressions of the forward pass in the names that a backward statement can see.

A name of the forward pass and one of the backward pass with equal values (fingerprints) are the same
quantity.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from whygrad.checking.evidence import Evidence, Value
from whygrad.checking.values import shape_of, vector
from whygrad.diagnosis.drafts import Draft
from whygrad.diagnosis.fragments import Fragment
from whygrad.diagnosis.scopes import Scope, scope_of
from whygrad.diagnosis.suspects import part_of, statements

MOST_PARTS = 6
LONGEST = 60


@dataclass(frozen=True, eq=False)
class Part:
    """An expression of the forward pass, with the values of its names and its own."""

    text: str
    values: Mapping[str, Value]
    value: Value


def forward_parts(evidence: Evidence, draft: Draft, at: list[int]) -> list[Part]:
    """The right-hand sides of the forward functions, at the first of the points."""
    found: list[Part] = []
    if evidence.program.form in ("script", "single"):
        return found  # all that was computed is still in scope
    program = evidence.program.with_text(draft.text)
    for suspect in statements(draft.tree):
        if part_of(evidence, suspect) != "forward" or suspect.in_loop or len(found) >= MOST_PARTS:
            continue
        scope = scope_of(program, suspect.node, [evidence.points[p] for p in at[:1]])
        for node in _expressions(getattr(suspect.node, "value", None)):
            text = draft.source.segment(draft.source.span_of(node))
            value = _value(text, scope)
            names = {n: v for n, v in scope.quantities().items() if n in text}
            if value is not None and len(text) <= LONGEST and scope.first:
                found.append(Part(text, names, value))
    return found


def _expressions(node: ast.expr | None) -> Iterator[ast.expr]:
    for part in node.elts if isinstance(node, ast.Tuple) else [node]:
        if isinstance(part, ast.BinOp | ast.Call):
            yield part


def _value(text: str, scope: Scope) -> Value:
    try:
        with np.errstate(all="ignore"):
            return eval(compile(text, "<forward>", "eval"), {**scope.shared, **scope.first})
    except Exception:
        return None


def rewritten(parts: list[Part], scope: Scope) -> dict[str, Value]:
    """The parts whose names all have an equal in a scope, and whose value has none."""
    known = scope.quantities()
    found: dict[str, Value] = {}
    for part in parts:
        if any(_same(value, part.value) for value in known.values()):
            continue
        text = _renamed(part, known)
        if text and _same(_value(text, scope), part.value):
            found[text] = part.value
    return found


def _renamed(part: Part, known: Mapping[str, Value]) -> str:
    fragment = Fragment(part.text)
    patches = []
    for node in fragment.expressions():
        name = fragment.segment(node)
        if name not in part.values or isinstance(fragment.parents.get(node), ast.Attribute):
            continue
        equal = [text for text, value in known.items() if _same(value, part.values[name])]
        if not equal:
            return ""
        patches.append((*fragment.extent(node), name if name in equal else min(equal, key=len)))
    return fragment.patched(*patches)


def _same(first: Value, second: Value) -> bool:
    a, b = vector(first), vector(second)
    return (
        a is not None and b is not None and shape_of(first) == shape_of(second)
        and bool(np.allclose(a, b, rtol=1e-12, atol=0))
    )  # fmt: skip
