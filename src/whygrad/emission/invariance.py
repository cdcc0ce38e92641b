"""What cancels: a shift that changes nothing, such as the largest entry that is taken off before `exp`.

`m + log(sum(exp(z - m)))` is the same for every m: that its gradient by m is zero is not looked up but seen,
at values drawn at random. And the gradient by what enters a softmax adds up to zero, so nothing arrives at
what was subtracted from all of it alike.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from whygrad.differentiation import differentiate
from whygrad.emission.leaves import Leaf, evaluated, is_array, is_number, is_real
from whygrad.emission.local import Execution, Followed
from whygrad.errors import WhygradError
from whygrad.execution import execute

DRAWS = 3
"""At how many points something has to be zero."""
TINY = 1e-9
FIXED = re.compile(r"[\d\s,:-]*")
"""A key that names the same places at every execution: `x[i] - x[j]` cancels only where i is j."""


def cancelled(traced: Followed, wanted: Sequence[Leaf], scope: Mapping[str, Any]) -> set[Leaf]:
    """The leaves that a result does not depend on, although it reads them, whatever their values are.

    Of a name that is read whole and by entries, `m` and `m[:, 0]`, what both receive adds up to nothing.
    """
    bases: dict[str, list[int]] = {}
    for k, leaf in enumerate(traced.leaves):
        bases.setdefault(leaf.base, []).append(k)
    found = set[Leaf]()
    for places in bases.values():
        leaves = [traced.leaves[k] for k in places]
        rows = [traced.inputs[k] for k in places]
        shifts = [r for own in rows for row in own for r in _shifted_rows(traced, row)]
        fixed = all(FIXED.fullmatch(key) for leaf in leaves for key in leaf.keys)
        if shifts and fixed and all(len(own) == 1 for own in rows) and set(leaves) <= set(wanted):
            pairs = list(zip(leaves, (own[0] for own in rows), strict=True))
            if all(_is_zero(traced, pairs, shifts, scope, draw) for draw in range(DRAWS)):
                found |= set(leaves)
    return found


def _shifted_rows(traced: Followed, row: int) -> list[int]:
    """The rows that add or subtract a row."""
    graph = traced.graph
    rows = range(row + 1, len(graph))
    return [r for r in rows if graph.op(r).name in ("add", "subtract") and row in graph.args(r)]


def _is_zero(
    traced: Followed,
    pairs: Sequence[tuple[Leaf, int]],
    shifts: Sequence[int],
    scope: Mapping[str, Any],
    draw: int,
) -> bool:
    """Is the gradient by a name zero at one point, although it reaches what the name is added to?"""
    found = _gradients(traced, [*(row for _, row in pairs), *shifts], np.random.default_rng(draw))
    if not found or all(_size(found[r]) < TINY for r in shifts):
        return False
    if len(pairs) == 1:
        return _size(found[pairs[0][1]]) < TINY
    whole = np.zeros(np.shape(evaluated(ast.parse(pairs[0][0].base, mode="eval").body, scope)))
    return all(_added(whole, leaf, found[row], scope) for leaf, row in pairs) and _size(whole) < TINY


def _size(value: Any) -> float:
    return float(np.max(np.abs(value), initial=0))


def _gradients(traced: Followed, rows: Sequence[int], draw: np.random.Generator) -> dict[int, Any]:
    """The gradients by some rows, at values and for cotangents drawn at random; none where there are none."""
    graph = traced.graph
    outputs = [r for r in traced.outputs if graph.abstract(r).is_float]
    try:
        seeds = [_drawn(np.zeros(graph.abstract(r).shape), draw) for r in outputs]
        made = differentiate(graph, outputs, rows, seeds=seeds)
        pairs = zip(traced.values, traced.inputs, strict=True)
        given = [_drawn(v, draw) for values, own in pairs for v in parts(values, own)]
        return dict(zip(rows, execute(made.graph, given).outputs, strict=True))
    except (WhygradError, ArithmeticError, ValueError, TypeError, IndexError):
        return {}


def parts(value: Any, rows: Sequence[int]) -> list[Any]:
    """The numbers and arrays of a leaf."""
    if len(rows) == 1 and not isinstance(value, list | tuple):
        return [value]
    return [p for v in value for p in (parts(v, (0,)) if isinstance(v, list | tuple) else [v])]


def _drawn(value: Any, draw: np.random.Generator) -> Any:
    """A value of the same kind; whole numbers, which may be places, stay."""
    if is_array(value) and value.dtype.kind == "b":
        return draw.random(value.shape) < 0.5
    if is_array(value) and value.dtype.kind == "f":
        return draw.normal(size=value.shape).astype(value.dtype)
    return float(draw.normal()) if is_number(value) and is_real(value) else value


def sums_to_zero(traced: Followed, base: str, scope: Mapping[str, Any]) -> list[tuple[int, ...]]:
    """The axes along which the gradient by a name adds up to zero, whatever the values: each, or all."""
    mine = [
        (k, rows[0])
        for k, rows in enumerate(traced.inputs)
        if traced.leaves[k].base == base and len(rows) == 1
    ]
    if sum(bool(traced.leaves[k].keys) for k, _ in mine) > 1:
        return []  # whose places may be the same by chance
    shape = np.shape(evaluated(ast.parse(base, mode="eval").body, scope))
    axes = [*((k,) for k in range(len(shape))), tuple(range(len(shape)))]
    for number in range(DRAWS):
        found = _gradients(traced, [row for _, row in mine], np.random.default_rng(number))
        whole = np.zeros(shape)
        for k, row in mine if found else ():
            if not _added(whole, traced.leaves[k], found[row], scope):
                return []
        axes = [a for a in axes if _size(whole) > TINY > _size(whole.sum(axis=a))]
    return axes


def _added(whole: Any, leaf: Leaf, gradient: Any, scope: Mapping[str, Any]) -> bool:
    """Add what an entry receives to the whole; False where that is not possible."""
    if not leaf.keys:
        whole += gradient
    elif len(leaf.keys) == 1:
        np.add.at(whole, evaluated(ast.parse(f"_[{leaf.keys[0]}]", mode="eval").body.slice, scope), gradient)  # type: ignore[attr-defined]
    return len(leaf.keys) < 2


def is_shift(value: ast.expr, executions: Sequence[Execution], axes: tuple[int, ...]) -> bool:
    """Is a value `a - b`, and b the same along some axes of a?"""
    if not (isinstance(value, ast.BinOp) and isinstance(value.op, ast.Sub | ast.Add)):
        return False
    for execution in executions:
        try:
            a, b = (evaluated(v, execution.scope) for v in (value.left, value.right))
        except Exception:  # what cannot be evaluated once more
            return False
        if not is_array(a) or not (is_array(b) or is_number(b)) or np.ndim(b) > a.ndim:
            return False
        padded = (1,) * (a.ndim - np.ndim(b)) + np.shape(b)
        if any(padded[k] != 1 for k in axes):
            return False
    return bool(executions)


def sums_to_one(values: Sequence[Any]) -> tuple[int, ...]:
    """The axes along which all these arrays add up to 1: one, or all; empty if there are none."""
    if not values or any(not is_array(v) or not v.ndim for v in values) or len({v.ndim for v in values}) != 1:
        return ()
    axes = [*((k,) for k in range(values[0].ndim)), tuple(range(values[0].ndim))]
    return next((a for a in axes if all(np.allclose(v.sum(axis=a), 1, rtol=1e-9) for v in values)), ())
