"""Operands that the statements of a loop take piece by piece: entries, parts, and how long those are."""

from __future__ import annotations

import ast
from collections.abc import Sequence

import numpy as np

from whygrad.checking.evidence import Value
from whygrad.checking.values import is_numeric, shape_of
from whygrad.diagnosis.scopes import Scope
from whygrad.diagnosis.search import Bench
from whygrad.diagnosis.suspects import Suspect

MOST_EXTENTS = 3
MOST_PARTS = 24


def operands_in_loop(suspect: Suspect, scope: Scope, tree: ast.AST) -> dict[str, Value]:
    """Values by the text that gives them. Only what the text indexes somewhere is taken by its entries."""
    taken = {
        n.value.id for n in ast.walk(tree) if isinstance(n, ast.Subscript) and isinstance(n.value, ast.Name)
    }
    names = [name for name in scope.names() if name in taken]
    found = entries_in_loop(suspect, scope, names)
    return found | extents_in_loop(suspect, scope) | parts_beside(suspect, scope, names)


def parts_beside(suspect: Suspect, scope: Scope, names: Sequence[str]) -> dict[str, Value]:
    """What the lines of the loop read of arrays and lists, and the same part of others alike.

    Beside `h[t - 1]` that is `c[t - 1]`, beside `Wz[:, n:]` it is `Wr[:, n:]`: a loop may lack them.
    """
    read = [n for s in suspect.block for n in ast.walk(s) if isinstance(n, ast.Subscript)]
    plain = [n for n in read if isinstance(n.value, ast.Name) and isinstance(n.ctx, ast.Load)]
    texts: dict[str, None] = {}
    for node in plain:
        name = ast.unparse(node.value)
        index = ast.unparse(node).removeprefix(name)
        shape = shape_of(scope.first.get(name))
        cut = any(isinstance(n, ast.Slice | ast.BinOp) for n in ast.walk(node.slice))
        alike = [n for n in names if shape and shape_of(scope.first[n]) == shape] if cut else []
        texts |= dict.fromkeys(f"{n}{index}" for n in (name, *alike))
    bench = Bench([scope.first], [], scope.shared)
    found = {text: bench.value(text, 0) for text in [*texts][:MOST_PARTS]}
    return {text: value for text, value in found.items() if is_numeric(value)}


def entries_in_loop(suspect: Suspect, scope: Scope, names: Sequence[str]) -> dict[str, Value]:
    """`X[n]` where a loop goes over `n`, or where the statements beside this one index by it."""
    first = scope.first
    used = {n.slice.id for s in suspect.block for n in ast.walk(s)
            if isinstance(n, ast.Subscript) and isinstance(n.slice, ast.Name)}  # fmt: skip
    places = [n for n in (*suspect.loops, *sorted(used)) if isinstance(first.get(n), int | np.integer)]
    found: dict[str, Value] = {}
    for name in names:
        value = first[name]
        for place in dict.fromkeys(places):
            if name != place and (entry := _entry(value, first[place])) is not None:
                found[f"{name}[{place}]"] = entry
    return {n: v for n, v in found.items() if is_numeric(v)}


def extents_in_loop(suspect: Suspect, scope: Scope) -> dict[str, Value]:
    """Lengths of the parts that the lines beside it read, `bottom - top`, and how many entries a part has."""
    texts: dict[str, None] = {}
    for node in (n for s in suspect.block for n in ast.walk(s) if isinstance(n, ast.Subscript)):
        parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        lengths = [
            f"{p.upper.id} - {p.lower.id}"
            for p in parts
            if isinstance(p, ast.Slice) and isinstance(p.lower, ast.Name) and isinstance(p.upper, ast.Name)
        ]
        product = " * ".join(f"({length})" for length in lengths)
        texts |= dict.fromkeys([product, *lengths] if len(lengths) > 1 else lengths)
    bench = Bench([scope.first], [])
    found = {text: bench.value(text, 0) for text in [*texts][:MOST_EXTENTS]}
    return {text: value for text, value in found.items() if isinstance(value, int | np.integer)}


def _entry(value: Value, place: int) -> Value:
    """An entry of a list, an array or a dictionary of whole numbers; None where it has none."""
    if isinstance(value, dict):
        return value.get(place)
    length = len(value) if isinstance(value, list) or (isinstance(value, np.ndarray) and value.ndim) else 0
    return value[place] if length > abs(place) else None
