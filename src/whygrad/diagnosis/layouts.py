"""Mutations of how axes are laid out: where an axis of one is put in, in what order axes are before they are
flattened; and factors of two terms exchanged."""

from __future__ import annotations

import ast
import itertools
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from whygrad.diagnosis.fragments import Fragment
from whygrad.diagnosis.slips import Slip, Variant

if TYPE_CHECKING:
    from whygrad.diagnosis.mutation import Material

MOST_TURNED = 4
"""Axes of which every order is tried."""
FLATTENING = ("flatten", "ravel", "reshape")


def layouts(f: Fragment, m: Material) -> Iterator[Variant]:
    """All mutations of this file."""
    if m.library == "np":
        yield from _new_axes(f)
        yield from _columns(f, m)
        yield from _orders(f, m)
        yield from _put_back(f, m)
    yield from _exchanged(f)
    yield from _swapped(f)


def _new_axes(f: Fragment) -> Iterator[Variant]:
    """`g[:, :, None, None]` for `g[:, None, :, None]`."""
    for node in f.expressions():
        if not isinstance(node, ast.Subscript) or not isinstance(node.slice, ast.Tuple):
            continue
        parts = [f.segment(part) for part in node.slice.elts]
        if not set(parts) <= {":", "None", "np.newaxis"} or len(parts) > MOST_TURNED or ":" not in parts:
            continue
        start, end = f.extent(node.slice.elts[0])[0], f.extent(node.slice.elts[-1])[1]
        for order in dict.fromkeys(itertools.permutations(parts)):
            if list(order) != parts:
                text = f.patched((start, end, ", ".join(order)))
                old, new = ", ".join(parts), ", ".join(order)
                yield Variant(text, Slip("layout", old, new, start, 1.1))


def _columns(f: Fragment, m: Material) -> Iterator[Variant]:
    """`(x == m[:, None]) * g[:, None]`: vectors of a line that belong to rows, which fit columns as well."""
    names = [n for n in f.expressions() if isinstance(n, ast.Name | ast.Attribute) and not f.is_called(n)]
    names = [n for n in names if not isinstance(f.parents.get(n), ast.Attribute | ast.Subscript)]
    flat = [n for n in names if len(m.shapes.get(f.segment(n), ())) == 1]
    lengths = {m.shapes[f.segment(n)] for n in flat}
    squares = {2 * length for length in lengths} & {m.shapes.get(f.segment(n), ()) for n in names}
    if squares and len(lengths) == 1:
        text = f.patched(*((*f.extent(n), f"{f.segment(n)}[:, None]") for n in flat))
        old, start = f.segment(flat[0]), f.extent(flat[0])[0]
        yield Variant(text, Slip("index", old, f"{old}[:, None]", start, 1.0))


def _orders(f: Fragment, m: Material) -> Iterator[Variant]:
    """Another order of the axes, where there is one, and one before axes are put together."""
    for node in f.expressions():
        call = node if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) else None
        if call is None or not isinstance(call.func, ast.Attribute):
            continue
        inner = call.func.value
        if call.func.attr in FLATTENING:
            rank = len(m.shapes.get(f.segment(inner), ()))
            for order in _permutations(tuple(range(rank))):
                old = f.segment(inner)
                new = f"{old}.transpose({', '.join(map(str, order))})"
                yield Variant(f.replaced(inner, new), Slip("layout", old, new, f.extent(inner)[0], 1.2))
        elif call.func.attr == "transpose":
            given, start, end = _order(f, call)
            for order in _permutations(given):
                new = ", ".join(map(str, order))
                slip = Slip("layout", ", ".join(map(str, given)), new, start, 1.1)
                yield Variant(f.patched((start, end, new)), slip)


def _order(f: Fragment, call: ast.Call) -> tuple[tuple[int, ...], int, int]:
    """The axes that a transpose names, and where they stand."""
    parts = call.args
    if len(parts) in (1, 2) and isinstance(parts[-1], ast.Tuple | ast.List):
        parts = parts[-1].elts
    numbers = tuple(p.value for p in parts if isinstance(p, ast.Constant) and isinstance(p.value, int))
    if not parts or len(numbers) < len(parts) or sorted(numbers) != list(range(len(numbers))):
        return (), 0, 0
    return numbers, f.extent(parts[0])[0], f.extent(parts[-1])[1]


def _permutations(given: Sequence[int]) -> Iterator[tuple[int, ...]]:
    if 3 <= len(given) <= MOST_TURNED:
        yield from (order for order in itertools.permutations(range(len(given))) if order != tuple(given))


def _swapped(f: Fragment) -> Iterator[Variant]:
    """`a, b = k // w, k % w` for `a, b = k % w, k // w`."""
    target = f.statement.targets[0] if isinstance(f.statement, ast.Assign) else None
    if isinstance(target, ast.Tuple) and isinstance(f.value, ast.Tuple) and len(f.value.elts) == 2:
        first, second = f.value.elts
        one, other = f.segment(first), f.segment(second)
        if one != other:
            text = f.patched((*f.extent(first), other), (*f.extent(second), one))
            old = f"{one}, {other}"
            yield Variant(text, Slip("operands", old, f"{other}, {one}", f.extent(first)[0], 1.1))


def _put_back(f: Fragment, m: Material) -> Iterator[Variant]:
    """`g[np.argsort(order)]` for `g[order]` or `g`: what was put into an order, put back."""
    orders = [name for name, value in m.values.items() if _is_order(value)]
    for node in f.expressions() if orders else ():
        text, start = f.segment(node), f.extent(node)[0]
        if isinstance(node, ast.Subscript) and (order := f.segment(node.slice)) in orders:
            yield Variant(
                f.replaced(node.slice, f"np.argsort({order})"),
                Slip("layout", order, f"np.argsort({order})", f.extent(node.slice)[0], 1.1),
            )
        shape = m.shapes.get(text, ())
        for order in orders if shape and not isinstance(f.parents.get(node), ast.Subscript) else ():
            if shape[0] == len(m.values[order]) and text != order:
                new = f"{text}[np.argsort({order})]"
                yield Variant(f.replaced(node, new), Slip("layout", text, new, start, 1.2))


def _is_order(value: object) -> bool:
    """Are these the places of an array in another order?"""
    if not isinstance(value, np.ndarray) or value.ndim != 1 or value.dtype.kind != "i" or value.size < 2:
        return False
    places = np.arange(value.size)
    return bool(np.array_equal(np.sort(value), places) and not np.array_equal(value, places))


def _exchanged(f: Fragment) -> Iterator[Variant]:
    """`b * x + a * y` for `a * x + b * y`: factors of two terms, the other way round."""
    sums = [n for n in f.expressions() if isinstance(n, ast.BinOp) and isinstance(n.op, ast.Add | ast.Sub)]
    products = [[f.factors(term) for term in f.terms(n)] for n in sums if f.parents.get(n) not in sums]
    for first, second in (pair for found in products for pair in itertools.combinations(found, 2)):
        for a, b in itertools.product(first, second) if len(first) > 1 < len(second) else ():
            one, other = f.text[slice(*f.outer(a))], f.text[slice(*f.outer(b))]
            if one != other:
                text = f.patched((*f.outer(a), other), (*f.outer(b), one))
                yield Variant(text, Slip("name", one, other, f.outer(a)[0], 1.1))
