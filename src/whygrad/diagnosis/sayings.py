"""What a value is, said in quantities in scope: one, a multiple of one, a product of two, a summed product.

Values are compared by fingerprint (a weighted sum at the first point), so a table of some hundred
quantities is searched at once instead of one by one.
"""

from __future__ import annotations

import ast
import bisect
import itertools
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any

import numpy as np

from whygrad.checking.evidence import Value
from whygrad.checking.values import is_numeric, shape_of
from whygrad.diagnosis.mutation import Material
from whygrad.diagnosis.search import Bench

Array = np.ndarray[Any, np.dtype[np.float64]]
MOST_TABLE = 600
MOST_SCALARS = 24
MOST_COUNTS = 12


class Table:
    """Quantities by fingerprint, at the first point of a bench."""

    def __init__(self, bench: Bench, material: Material, more: Iterable[tuple[int, str]] = ()) -> None:
        self.bench = bench
        self.entries: list[tuple[float, str, int]] = []
        self.values: dict[str, Array] = {}
        for cost, text in (*itertools.islice(quantity_texts(material), MOST_TABLE), *more):
            if text in self.values:
                continue
            value = self.array(text)
            if value is not None:
                self.values[text] = value
                self.entries.append((fingerprint(value), text, cost))
        self.entries.sort()
        numbers = [(t, float(v)) for t, v in self.values.items() if v.ndim == 0 and v != 0 and v != 1]
        self.scalars = sorted(numbers, key=lambda item: len(item[0]))[:MOST_SCALARS]
        """Single numbers, by the shortest texts."""

    def array(self, text: str, k: int = 0) -> Array | None:
        value = self.bench.value(text, k)
        return as_array(value)

    def find(self, wanted: Array) -> list[tuple[str, int]]:
        """Quantities equal to a value (of the same shape), simplest first."""
        if not np.all(np.isfinite(wanted)):
            return []
        key = fingerprint(wanted)
        slack = 1e-9 + 1e-7 * abs(key)
        low = bisect.bisect_left(self.entries, (key - slack,))
        found = []
        for entry in self.entries[low:]:
            if entry[0] > key + slack:
                break
            value = self.values[entry[1]]
            if value.shape == wanted.shape and _all_near(value, wanted, 1e-6, 1e-10):
                found.append((entry[1], entry[2]))
        return sorted(found, key=lambda item: (item[1], len(item[0])))


def as_array(value: Value) -> Array | None:
    """A numeric value as a float array; None where it is none."""
    if not is_numeric(value) or isinstance(value, dict):
        return None
    shape = shape_of(value)
    if not all(isinstance(n, int) for n in shape):
        return None
    try:
        array = np.asarray(value, dtype=np.float64)
    except (TypeError, ValueError):
        return None
    return array if array.size <= 50_000 and np.all(np.isfinite(array)) else None


def fingerprint(value: Array) -> float:
    """A weighted sum that two different generic values do not share."""
    flat = value.ravel()
    return float(np.dot(flat, _weights(flat.size)))


@lru_cache(maxsize=256)
def _weights(size: int) -> Array:
    weights: Array = np.cos(np.arange(size) + 1.0)
    return weights


def quantity_texts(m: Material) -> Iterator[tuple[int, str]]:
    """Texts of quantities, simple ones first, with a rank of how simple they are."""
    names = list(m.values)
    yield from ((0, n) for n in names)
    yield from ((1, text) for text in dict.fromkeys(("2", "3", "0.5", "4", *m.written)))
    for name, shape in m.shapes.items():
        rank = len(shape)
        if rank >= 1 and isinstance(shape[0], int):
            yield 1, f"len({name})"
        if m.library == "np" and rank >= 2:
            yield 1, f"{name}.T"
            yield 1, f"{name}.shape[1]"
    for n in names:
        yield from ((1, t) for t in (f"(1 - {n})", f"{n} ** 2"))
        yield from ((2, t) for t in (f"(1 - {n} ** 2)", f"{n} * (1 - {n})", f"({n} > 0)"))
    for function in m.functions:
        yield from ((2, f"{function}({n})") for n in names)
        if function.endswith(".exp"):
            # What is left of a decay, and what is gone: the slope of `log(1 + exp(x))` by its value.
            yield from ((2, f"{function}(-{n})") for n in names if n.isidentifier())
            yield from ((3, f"(1 - {function}(-{n}))") for n in names if n.isidentifier())
    if m.library == "np":
        for name, shape in m.shapes.items():
            if len(shape) >= 1:
                yield from ((2, f"np.sum({name}, axis={k}{more})") for k in range(min(len(shape), 2))
                            for more in ("", ", keepdims=True"))  # fmt: skip
                yield 2, f"np.sum({name})"
            if len(shape) == 1:
                yield from ((2, t) for t in (f"{name}[:, None]", f"{name}[None, :]"))


def views(value: Array) -> Iterator[Array]:
    """A value, and what it is the broadcast of: a number, a row, a column."""
    yield value
    if not value.size:
        return
    # Most values are no broadcast, which their corners tell at a glance.
    axes = [k for k in range(value.ndim) if value.shape[k] > 1 and not _differ(*_ends(value, k))]
    if not axes:
        return
    known = ~np.isnan(value)
    for axis in axes:
        if not known.any(axis=axis).all():
            continue
        first = np.nanmin(value, axis=axis, keepdims=True)
        if _all_near(np.where(known, value, first), first):
            yield first
            if axis == 0:
                yield first[0]
    if value.size > 1 and known.any():
        one = value[known].flat[0]
        if _all_near(value[known], one):
            yield np.asarray(one)


def _all_near(values: Array, others: Array | np.float64, rtol: float = 1e-7, atol: float = 1e-8) -> bool:
    """What `np.allclose` says of finite numbers, in a tenth of its time."""
    return bool((np.abs(values - others) <= atol + rtol * np.abs(others)).all())


def _ends(value: Array, axis: int) -> tuple[float, float]:
    """The first corner of an array and the one at the other end of an axis."""
    corner = [0] * value.ndim
    first = float(value[tuple(corner)])
    corner[axis] = -1
    return first, float(value[tuple(corner)])


def _differ(a: float, b: float) -> bool:
    """Are two numbers apart? NaN, which stands for any number, is apart from none."""
    return abs(a - b) > 1e-5 * abs(b) + 1e-7


def as_factor(text: str) -> str:
    """A text as it stands in a product."""
    return text if _one_term(text) else f"({text})"


def bare(text: str) -> str:
    """A text without parentheses around all of it."""
    return text[1:-1] if text[0] == "(" and _one_term(text) else text


def _one_term(text: str) -> bool:
    node = ast.parse(text, mode="eval").body
    return isinstance(node, ast.Call | ast.Name | ast.Attribute | ast.Subscript | ast.Constant) or (
        text[0] == "(" and text[-1] == ")" and ast.unparse(node) == text[1:-1])  # fmt: skip


def products_of(wanted: Array, table: Table) -> Iterator[tuple[str, int]]:
    """Products of two quantities that make a value: for each one, look the other up."""
    with np.errstate(all="ignore"):
        for text, value in table.values.items():
            try:
                shape = np.broadcast_shapes(value.shape, wanted.shape)
            except ValueError:
                continue
            if shape != wanted.shape or not np.all(value):
                continue
            other = wanted / value
            for view in views(other):
                for factor, rank in table.find(view)[:2]:
                    a, b = sorted((as_factor(text), as_factor(factor)), key=len)
                    yield f"{a} * {b}", rank + 2


def multiples_of(wanted: Array, table: Table) -> Iterator[tuple[str, int]]:
    """A quantity divided or multiplied by a whole number in scope, or by 2."""
    counts = [(text, number) for text, number in table.scalars if number > 1 and number.is_integer()]
    for text, number in counts[:MOST_COUNTS]:
        divided, times = table.find(wanted * number), table.find(wanted / number)
        yield from ((f"{as_factor(t)} / {as_factor(text)}", rank + 1) for t, rank in divided)
        yield from ((f"{as_factor(text)} * {as_factor(t)}", rank + 1) for t, rank in times)


def multiplied(text: str, ratio: float, table: Table) -> Iterator[str]:
    """A product so many times, where that number can be said."""
    if not np.isfinite(ratio) or ratio == 0:
        return
    minus, size = ("-", -ratio) if ratio < 0 else ("", ratio)
    if _is_close(size, 1.0):
        yield f"{minus}{text}"
        return
    for twice in (2.0, 0.5):
        if _is_close(size, twice):
            yield f"{minus}{twice:g} * {text}"
    for name, number in table.scalars:
        if _is_close(number, size):
            yield f"{minus}{as_factor(name)} * {text}"
        for twice in (1.0, 2.0, 0.5):
            if _is_close(twice / number, size):
                shown = text if twice == 1.0 else f"{twice:g} * {text}"
                yield f"{minus}{shown} / {as_factor(name)}"


def _is_close(a: float, b: float) -> bool:
    return abs(a - b) <= 1e-6 * abs(b)


def matrix_products(wanted: Array, table: Table) -> Iterator[tuple[str, int]]:
    """`a @ b` or `np.outer(a, b)`, once or a number of times."""
    if wanted.ndim not in (1, 2) or not np.all(np.isfinite(wanted)) or not np.any(wanted):
        return
    matrices = [(t, v) for t, v in table.values.items() if 1 <= v.ndim <= 2 and v.size <= 5000][:80]
    # Two large entries tell most of what it is not.
    order = np.argsort(-np.abs(wanted), axis=None)
    places = [np.unravel_index(order[k], wanted.shape) for k in (0, min(2, order.size - 1))]
    wants = [float(wanted[place]) for place in places]
    for a, left in matrices:
        if wanted.ndim == 2 and left.shape[0] != wanted.shape[0]:
            continue
        for b, right in matrices:
            outer = left.ndim == right.ndim == 1 and wanted.shape == (left.size, right.size)
            fits = left.shape[-1] == right.shape[0] and left.shape[:-1] + right.shape[1:] == wanted.shape
            if not (outer or fits):
                continue
            got = [_entry_of(left, right, place, outer) for place in places]
            if 0.0 in got or not _is_close(wants[0] / got[0], wants[1] / got[1]):
                continue
            ratio = wants[0] / got[0]
            product = np.outer(left, right) if outer else left @ right
            if _all_near(ratio * product, wanted, 1e-6, 1e-10):
                text = f"np.outer({a}, {b})" if outer else f"{as_factor(a)} @ {as_factor(b)}"
                yield from ((shown, 2 if shown == text else 3) for shown in multiplied(text, ratio, table))


def _entry_of(left: Array, right: Array, place: tuple[Any, ...], outer: bool) -> float:
    """One entry of a product of matrices and vectors."""
    if outer:
        return float(left[place[0]] * right[place[1]])
    row = left[place[0]] if left.ndim == 2 else left
    column = right[:, place[-1]] if right.ndim == 2 else right
    return float(row @ column)


def summed_products_of(wanted: Array, table: Table) -> Iterator[tuple[str, int]]:
    """Sums of an elementwise product over an axis: how a broadcast or reduced quantity gets its gradient."""
    pool = [(t, v) for t, v in table.values.items() if v.ndim >= 1 and v.size <= 5000][:60]
    for i, (a, left) in enumerate(pool):
        for b, right in pool[i:]:
            try:
                shape = np.broadcast_shapes(left.shape, right.shape)
            except ValueError:
                continue
            if not any(shape[:k] + shape[k + 1 :] == wanted.shape for k in range(min(len(shape), 2))):
                continue
            if shape not in (left.shape, right.shape):
                continue  # of an outer product a sum leaves but one of the two, so many times
            product = left * right
            for axis in range(min(product.ndim, 2)):
                total = product.sum(axis=axis)
                if total.shape != wanted.shape or not total.size:
                    continue
                ratio = float(wanted.flat[0] / total.flat[0]) if total.flat[0] else np.nan
                if _all_near(ratio * total, wanted, 1e-6, 1e-10):
                    text = f"np.sum({as_factor(a)} * {as_factor(b)}, axis={axis})"
                    for shown in multiplied(text, ratio, table):
                        yield shown, 3 if shown.lstrip("-") == text else 4


def terms_of(wanted: Array, table: Table) -> Iterator[tuple[str, int]]:
    """A value as a term of a sum: a quantity, a product of two, a matrix product or a summed product."""
    found = [*table.find(wanted), *products_of(wanted, table)]
    found = found or [*multiples_of(wanted, table)]
    found = found or [*matrix_products(wanted, table), *summed_products_of(wanted, table)]
    yield from ((text, rank) for text, rank in found)


def missing_factors(wanted: Array, table: Table) -> Iterator[tuple[str, int]]:
    """A value as a factor of a product: a quantity or its row or column, a multiple, or a product of two."""
    shapes = list(views(wanted))
    found = [said for view in shapes for said in table.find(view)]
    found = found or [said for view in shapes for said in multiples_of(view, table)]
    found = found or [said for view in shapes for said in products_of(view, table)]
    yield from sorted(found, key=lambda item: (item[1], len(item[0])))


def ratios(got: Array, wanted: Array) -> Iterator[tuple[str, Array]]:
    """What a value must be multiplied by, and divided by, to be the wanted one, each with its operator.

    NaN where both are zero, for any factor fits there.
    """
    with np.errstate(all="ignore"):
        for symbol, ratio in (("*", wanted / got), ("/", got / wanted)):
            yield symbol, np.where((wanted == 0) & (got == 0), np.nan, ratio)
