"""Examples with other settings: `if training:`, `if label == 1:` and `if mode == "relu":` run both ways."""

from __future__ import annotations

import ast
import copy
import inspect
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from whygrad.emission.omitted import left_out

MOST = 6
"""Other settings that are tried."""


def other_settings(
    function: Callable[..., Any], example: Sequence[Any], node: ast.FunctionDef
) -> list[tuple[Any, ...]]:
    """The example with one setting changed at a time, then with all of them, where the function accepts that.

    Settings are truth values, what is compared with a word or a whole number in the text, and lengths of
    slices.
    """
    parameters = list(inspect.signature(function).parameters.values())
    rest = [p.default for p in parameters[len(example) :]]
    whole = (*example, *rest[: next((k for k, d in enumerate(rest) if d is inspect.Parameter.empty), None)])
    found: list[tuple[Any, ...]] = []
    together, changed = whole, 0
    for k, value in enumerate(whole):
        before = len(found)
        for other in instead(function, whole, k, parameters, node)[: MOST - len(found)]:
            args = (*whole[:k], other, *whole[k + 1 :])
            args = args[: max(len(example), k + 1)]
            if accepted(function, args):
                found.append(args)
                together = (*together[:k], other, *together[k + 1 :])
            if value is None and len(found) > before:
                break
        changed += len(found) > before
    return [*found, together] if changed > 1 and accepted(function, together) else found


def accepted(function: Callable[..., Any], args: Sequence[Any]) -> bool:
    """Does the function give a result at these arguments?"""
    with np.errstate(all="ignore"):
        try:
            return function(*copy.deepcopy(args)) is not None
        except Exception:  # whatever the user's function says of such a setting
            return False


def instead(
    function: Callable[..., Any],
    whole: Sequence[Any],
    k: int,
    parameters: Sequence[Any],
    node: ast.FunctionDef,
) -> list[Any]:
    """What the argument at a place may be instead, an optional one either way."""
    if whole[k] is None:
        return left_out(function, whole, k, parameters[k].name)
    if parameters[k].default is None:
        return [None]
    return others(whole[k], parameters[k].name, node)


def others(value: Any, name: str, node: ast.FunctionDef) -> list[Any]:
    """What a setting may be instead."""
    if isinstance(value, bool):
        return [not value]
    if not isinstance(value, int | str):
        return []
    if isinstance(value, int) and value > 1 and is_length(name, node):
        return [value + 1]
    sides = [
        side.value
        for n in ast.walk(node)
        if isinstance(n, ast.Compare) and isinstance(n.left, ast.Name) and n.left.id == name
        if all(isinstance(o, ast.Eq | ast.NotEq) for o in n.ops)
        for side in n.comparators
        if isinstance(side, ast.Constant) and type(side.value) is type(value)
    ]
    if isinstance(value, int) and sides and all(s == value for s in sides):
        sides.append(0 if value else 1)
    if isinstance(value, str) and sides:
        sides.append("other")
    return [s for s in dict.fromkeys(sides) if s != value]


def is_length(name: str, node: ast.FunctionDef) -> bool:
    """Does a number bound a slice, `x[i : i + w]`?"""
    bounds = [
        b for n in ast.walk(node) if isinstance(n, ast.Slice) for b in (n.lower, n.upper) if b is not None
    ]
    return any(isinstance(n, ast.Name) and n.id == name for b in bounds for n in ast.walk(b))
