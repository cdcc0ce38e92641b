"""Contributions that a loop should add to a gradient: put together from what a round has at hand.

A gradient that is filled round by round is known only when all rounds are over, so no line of the loop has
a value of its own that is wanted. What may be added has the right shape, and running tells which is right.
"""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from whygrad.checking.evidence import Value
from whygrad.checking.values import is_numeric, shape_of
from whygrad.diagnosis.repeats import likeness_of
from whygrad.diagnosis.search import Bench

Shape = tuple[Any, ...]
MOST_QUANTITIES = 24
"""Quantities of which pairs are made."""
MOST = 400
MOST_LEADING = 2
"""Axes of an array that loops over its last ones leave whole."""
BUILT_IN = frozenset(dir(builtins))
"""Names that need no binding, such as `len` in `x[i:i + len(k)]`."""


def at_hand(block: Sequence[ast.stmt], loops: Iterable[ast.stmt], known: set[str]) -> list[str]:
    """Texts of what the statements of a round read, and of what other loops read; the nearest first."""
    found: dict[str, None] = {}
    for statement in block:
        value = getattr(statement, "value", None)
        if isinstance(statement, ast.AugAssign) and value is not None:
            found.setdefault(ast.unparse(value))
        if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
            found.setdefault(statement.targets[0].id)
    for statement in (*block, *loops):
        for node in ast.walk(statement):
            name = isinstance(node, ast.Name | ast.Attribute | ast.Subscript)
            if name and isinstance(getattr(node, "ctx", None), ast.Load):
                read = {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}
                if read <= known | BUILT_IN and not read <= BUILT_IN:
                    found.setdefault(ast.unparse(node))
    return [*found, *(t for t in arriving(loops, known) if t not in found)]


def arriving(loops: Iterable[ast.stmt], known: set[str]) -> Iterator[str]:
    """`dout[n, i]` where a round of the forward pass fills `out[n, i]`."""
    for statement in loops:
        target = statement.targets[0] if isinstance(statement, ast.Assign) else None
        if isinstance(target, ast.Subscript) and isinstance(target.value, ast.Name):
            made, key = target.value.id, ast.unparse(target.slice)
            key = key[1:-1] if isinstance(target.slice, ast.Tuple) and key[0] == "(" else key
            yield from (f"{name}[{key}]" for name in sorted(known) if name != made and name.endswith(made))


def windows(of: str, block: Iterable[ast.stmt]) -> list[str]:
    """Keys of the pieces of a variable that statements read: `i * s:i * s + k` of `x[i * s:i * s + k]`."""
    found: dict[str, None] = {}
    for statement in block:
        for node in ast.walk(statement):
            if isinstance(node, ast.Subscript) and ast.unparse(node.value) == of:
                found.setdefault(ast.unparse(node)[len(of) + 1 : -1])
    return list(found)


def picks(block: Iterable[ast.stmt]) -> list[str]:
    """What statements pick entries by that stands in an array itself: the label `y[i]` of `scores[y[i]]`."""
    found: dict[str, None] = {}
    for statement in block:
        for node in ast.walk(statement):
            key = node.slice if isinstance(node, ast.Subscript) else None
            for part in key.elts if isinstance(key, ast.Tuple) else [key]:
                if isinstance(part, ast.Subscript) and not isinstance(part.slice, ast.Slice):
                    found.setdefault(ast.unparse(part))
    return list(found)


def valued(texts: Iterable[str], space: Mapping[str, Any]) -> dict[str, Value]:
    """Those texts that give numbers."""
    bench, found = Bench([space], []), {}
    for text in texts:
        value = bench.value(text, 0)  # none for an entry that this round has not
        if value is not None and is_numeric(value) and not isinstance(value, dict | bool):
            found[text] = value
    return found


def contributions(values: Mapping[str, Value], shape: Shape, near: str = "") -> list[str]:
    """Expressions of a shape: quantities, their sums over an axis, products of two; likely ones first.

    `near` is a text that was written there: what is like it comes first.
    """
    shapes = {text: shape_of(value) for text, value in values.items()}
    singles = [text for text, own in shapes.items() if own == shape]
    singles += [f"np.sum({text}, axis=0)" for text, own in shapes.items() if own[1:] == shape and own]
    if len(shape) == 3:  # one number for each channel of a window
        singles += [f"{text}[:, None, None]" for text, own in shapes.items() if own == shape[:1]]
    if not shape:
        singles += [f"np.sum({text})" for text, own in shapes.items() if own]
    chosen = [
        (text, own) for text, own in shapes.items() if _bound(text) and (own or len(shape) < 2 or "[" in text)
    ]
    chosen = chosen[:MOST_QUANTITIES]
    pairs = [text for a, x in chosen for b, y in chosen for text in _products(a, x, b, y, shape)]
    found = list(dict.fromkeys((*singles, *pairs)))
    return sorted(found, key=lambda text: -likeness_of(text, near))[:MOST] if near else found[:MOST]


def _bound(text: str) -> bool:
    """Is it a quantity by itself, that a product can be made of?"""
    node = ast.parse(text, mode="eval").body
    return isinstance(node, ast.Name | ast.Subscript) or (
        isinstance(node, ast.Attribute) and node.attr != "T"
    )


def _products(a: str, x: Shape, b: str, y: Shape, shape: Shape) -> Iterator[str]:
    if x == y == shape or (a < b and {x, y} == {shape, ()}):
        yield f"{a} * {b}"
    if x == shape and 0 < len(y) < len(shape) and y == shape[: len(y)]:
        yield f"{a} * {_widened(b, len(y), len(shape) - len(y))}"
    if len(shape) != 2:
        return
    if len(x) == len(y) == 1 and (x[0], y[0]) == shape:
        yield f"np.outer({a}, {b})"
    if len(x) == len(y) == 2:
        if x[1] == y[1] and (x[0], y[0]) == shape:
            yield f"{a} @ {b}.T"
        if x[0] == y[0] and (x[1], y[1]) == shape:
            yield f"{a}.T @ {b}"


def _widened(text: str, own: int, more: int) -> str:
    """`g[:, i, None, None]` of `g[:, i]`, for windows of two axes more."""
    if text.endswith("]"):
        return f"{text[:-1]}{', None' * more}]"
    return f"{text}[{', '.join([':'] * own + ['None'] * more)}]"


def entries(shapes: Mapping[str, Shape], rounds: Sequence[str]) -> Iterator[str]:
    """`dout[n, c, i, j]`, `dout[:, i, j]`: of arrays what loops over all axes, or the last ones, go by."""
    for name, shape in shapes.items() if len(rounds) > 1 else ():
        if 0 <= len(shape) - len(rounds) <= MOST_LEADING:
            yield f"{name}[{', '.join([':'] * (len(shape) - len(rounds)) + list(rounds))}]"


def places(
    claim: str, block: Sequence[ast.stmt], variables: Sequence[str], keys: Sequence[str] = ()
) -> list[str]:
    """Where a round may add: entries that others fill there, entries by a variable of the loop, the whole.

    `keys` are those of pieces that are read of what the gradient is of.
    """
    found: dict[str, None] = dict.fromkeys(f"{claim}[{key}]" for key in keys)
    for statement in block:
        target = statement.target if isinstance(statement, ast.AugAssign) else None
        if not isinstance(target, ast.Subscript):
            continue
        parts = target.slice.elts if isinstance(target.slice, ast.Tuple) else [target.slice]
        texts = [ast.unparse(part) for part in parts]
        found.setdefault(f"{claim}[{', '.join(texts)}]")
        for at, part in enumerate(parts):
            if not isinstance(part, ast.Slice):
                for name in variables:
                    found.setdefault(f"{claim}[{', '.join([*texts[:at], name, *texts[at + 1 :]])}]")
    found |= dict.fromkeys([claim, *(f"{claim}[{name}]" for name in variables)])
    return [*found, *(f"{claim}[{name} {by}]" for name in variables if name.isidentifier()
            for by in ("+ 1", "- 1"))]  # fmt: skip
