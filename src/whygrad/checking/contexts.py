"""What carries values from a forward to a backward pass outside of both: `ctx`, of static methods.

`forward(ctx, x)` saves in it, `backward(ctx, grad)` reads from it; what it is belongs to the framework.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from whygrad.checking.functions import Function
from whygrad.checking.lines import CONTEXT, NEW_CONTEXT

_NAMED = re.compile(r"(?i)^_?(ctx|context)$")
_SAVES = re.compile(r"^(save|store|keep)")
MANY = 16


class Context:
    """Takes any attribute, and what is saved for the backward pass."""

    needs_input_grad = (True,) * MANY

    def __init__(self) -> None:
        self.saved_tensors: tuple[Any, ...] = ()

    def save_for_backward(self, *values: Any) -> None:
        self.saved_tensors = values

    @property
    def saved_values(self) -> tuple[Any, ...]:
        return self.saved_tensors

    def mark_non_differentiable(self, *values: Any) -> None:
        """Nothing: what the gradients are is measured."""

    def set_materialize_grads(self, value: bool) -> None:
        """Nothing: every gradient that arrives is an array."""


def with_contexts(methods: Mapping[str, Function]) -> dict[str, Function]:
    """The methods, those marked that take the same context first."""
    taking: dict[str, list[Function]] = {}
    for method in methods.values():
        if method.parameters:
            taking.setdefault(method.parameters[0][0], []).append(method)
    found = dict(methods)
    for name, takers in taking.items():
        if len(takers) < 2 or not (_NAMED.match(name) or all(m.is_static for m in takers)):
            continue
        named = _NAMED.match(name) or any(_saves(m.node, name) for m in takers)
        if named and all(_only_attributes(m.node, name) for m in takers):
            found |= {m.name: replace(m, context=name) for m in takers}
    return found


def context_line(function: Function, namespace: Mapping[str, Any]) -> str:
    """The line of a driver that makes the context which a pass takes."""
    kind = _kind_of(function, namespace)
    return f"{CONTEXT} = {kind}()" if kind else NEW_CONTEXT.format(context=CONTEXT)


def new_context(function: Function, namespace: Mapping[str, Any]) -> dict[str, Any]:
    """The context that a pass takes, by name; nothing where it takes none."""
    kind = _kind_of(function, namespace)
    return {function.context: namespace[kind]() if kind else Context()} if function.context else {}


def _kind_of(function: Function, namespace: Mapping[str, Any]) -> str:
    """The class that the context is annotated with, where the file has it and it can be made; "" if none."""
    arguments = (*function.node.args.posonlyargs, *function.node.args.args)
    annotation = next((a.annotation for a in arguments if a.arg == function.context), None)
    name = ast.unparse(annotation).strip("'\"") if annotation is not None else ""
    kind = namespace.get(name)
    if not isinstance(kind, type):
        return ""
    try:
        kind()
    except Exception:  # the user's code
        return ""
    return name


def _only_attributes(function: ast.FunctionDef, name: str) -> bool:
    """Is a parameter used for its attributes only, as no array is that is computed with?"""
    bases = {id(n.value) for n in ast.walk(function) if isinstance(n, ast.Attribute)}
    return all(id(n) in bases for n in ast.walk(function) if isinstance(n, ast.Name) and n.id == name)


def _saves(function: ast.FunctionDef, name: str) -> bool:
    """Does a function give attributes to it, or call one that saves?"""
    own = [
        n
        for n in ast.walk(function)
        if isinstance(n, ast.Attribute) and isinstance(n.value, ast.Name) and n.value.id == name
    ]
    return any(isinstance(n.ctx, ast.Store) or _SAVES.match(n.attr) for n in own)
