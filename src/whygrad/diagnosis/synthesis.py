"""Put a wanted value together from quantities in scope: which factor or term is missing, or what it is
made of.

Values are compared by fingerprint (a weighted sum at the first point), so a table of some hundred
quantities is
searched at once instead of one by one.
"""

from __future__ import annotations

import ast
import bisect
import itertools
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from whygrad.checking.evidence import Value
from whygrad.checking.values import is_number, is_numeric, shape_of
from whygrad.diagnosis.mutation import Material
from whygrad.diagnosis.search import Bench
from whygrad.diagnosis.slips import Slip, Solution

Array = np.ndarray[Any, np.dtype[np.float64]]
MOST_TABLE = 600


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
            if value.shape == wanted.shape and np.allclose(value, wanted, rtol=1e-6, atol=1e-10):
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
    return float(np.dot(flat, np.cos(np.arange(flat.size) + 1.0)))


def quantity_texts(m: Material) -> Iterator[tuple[int, str]]:
    """Texts of quantities, simple ones first, with a rank of how simple they are."""
    names = list(m.values)
    yield from ((0, n) for n in names)
    for text in ("2", "3", "0.5", "4"):
        yield 1, text
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
    if m.library == "np":
        for name, shape in m.shapes.items():
            if len(shape) >= 1:
                yield from ((2, f"np.sum({name}, axis={k}{more})") for k in range(min(len(shape), 2))
                            for more in ("", ", keepdims=True"))  # fmt: skip
                yield 2, f"np.sum({name})"
            if len(shape) == 1:
                yield from ((2, t) for t in (f"{name}[:, None]", f"{name}[None, :]"))


def compositions(text: str, bench: Bench, material: Material) -> Iterator[Solution]:
    """Texts that give the wanted value: the user's with a factor or a term more, or one made anew."""
    table = Table(bench, material)
    wanted = as_array(bench.wants[0])
    if wanted is None:
        return
    got = as_array(bench.value(text, 0))
    tried: set[str] = set()
    for solution in [*_additions(text, got, wanted, table), *_anew(text, wanted, table)]:
        if solution.text not in tried:
            tried.add(solution.text)
            if bench.judge(solution.text).right:
                yield solution


def _additions(text: str, got: Array | None, wanted: Array, table: Table) -> Iterator[Solution]:
    try:
        got = None if got is None else np.broadcast_to(got, wanted.shape)
    except ValueError:
        return
    if got is None:
        return
    base = text if _is_product(text) else f"({text})"
    with np.errstate(all="ignore"):
        yield from _missing_factors(text, base, got, wanted, table)
        for symbol, missing in (("+", wanted - got), ("-", got - wanted)):
            for term, rank in [*table.find(missing), *products_of(missing, table)]:
                new = f"{text} {symbol} {term}"
                yield Solution(new, (Slip("term", text, new, 0, 1.35 + 0.1 * rank),))
        for term, rank in table.find(wanted + got):
            new = f"{as_factor(term)} - {base}"
            yield Solution(new, (Slip("term", text, new, 0, 1.4 + 0.1 * rank),))


def _missing_factors(text: str, base: str, got: Array, wanted: Array, table: Table) -> Iterator[Solution]:
    for symbol, missing in (("*", wanted / got), ("/", got / wanted)):
        # Where both are zero, any factor fits.
        missing = np.where((wanted == 0) & (got == 0), np.nan, missing)
        for sign, extra in (("", 0.0), ("-", 0.15)):
            for view in views(-missing if sign else missing):
                for factor, rank in table.find(view):
                    new = f"{sign}{base} {symbol} {as_factor(factor)}"
                    kind = "constant" if factor.replace(".", "").isdigit() else "factor"
                    yield Solution(new, (Slip(kind, text, new, 0, 1.3 + 0.1 * rank + extra),))
    missing = wanted / got
    if missing.ndim == 2 and np.all(np.isfinite(missing)):
        for factor, rank in itertools.islice(_matrix_products(missing, table), 2):
            new = f"{base} * ({factor})"
            yield Solution(new, (Slip("factor", text, new, 0, 1.4 + 0.1 * rank),))


def views(value: Array) -> Iterator[Array]:
    """A value, and what it is the broadcast of: a number, a row, a column."""
    known = ~np.isnan(value)
    yield np.where(known, value, 0.0) if known.all() else value
    for axis in range(value.ndim):
        if value.shape[axis] < 2 or not known.any(axis=axis).all():
            continue
        first = np.nanmin(value, axis=axis, keepdims=True)
        if np.allclose(np.where(known, value, first), np.broadcast_to(first, value.shape), rtol=1e-7):
            yield first
            if axis == 0:
                yield first[0]
    if value.size > 1 and known.any():
        one = value[known].flat[0]
        if np.allclose(value[known], one, rtol=1e-7):
            yield np.asarray(one)


def _is_product(text: str) -> bool:
    node = ast.parse(text, mode="eval").body
    return not isinstance(node, ast.BinOp | ast.UnaryOp | ast.Compare | ast.IfExp) or (
        isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult | ast.Div | ast.MatMult))  # fmt: skip


def as_factor(text: str) -> str:
    """A text as it stands in a product."""
    return text if _one_term(text) else f"({text})"


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


def _anew(text: str, wanted: Array, table: Table) -> Iterator[Solution]:
    """The wanted value as one quantity, a product of two, a matrix product, or a summed product."""
    candidates: list[tuple[str, int]] = list(table.find(wanted))
    for view in views(wanted) if table.bench.spread else (wanted,):
        candidates += [*table.find(view), *_scaled(view, table)]
    candidates += [(f"-{as_factor(t)}", rank + 1) for t, rank in table.find(-wanted)]
    candidates += list(products_of(wanted, table))[:20]
    candidates += list(_matrix_products(wanted, table))
    candidates += list(_summed_products(wanted, table))
    for new, rank in candidates:
        yield Solution(new, (Slip("derived", text, new, 0, 1.6 + 0.1 * rank),))


def _scaled(wanted: Array, table: Table) -> Iterator[tuple[str, int]]:
    """A quantity twice, halved, or divided or multiplied by a whole number in scope."""
    counts = [
        (t, float(v)) for t, v in table.values.items() if v.ndim == 0 and v > 1 and float(v).is_integer()
    ]
    for text, number in counts[:12]:
        yield from (
            (f"{as_factor(t)} / {as_factor(text)}", rank + 1) for t, rank in table.find(wanted * number)
        )
        yield from (
            (f"{as_factor(text)} * {as_factor(t)}", rank + 1) for t, rank in table.find(wanted / number)
        )


def _matrix_products(wanted: Array, table: Table) -> Iterator[tuple[str, int]]:
    if wanted.ndim == 0:
        return
    matrices = [(t, v) for t, v in table.values.items() if 1 <= v.ndim <= 2 and v.size <= 5000][:80]
    for a, left in matrices:
        if wanted.ndim == 2 and left.shape[0] != wanted.shape[0]:
            continue
        for b, right in matrices:
            shapes = (left.shape, right.shape)
            if left.ndim == right.ndim == 1 and wanted.shape == (left.size, right.size):
                if np.allclose(np.outer(left, right), wanted, rtol=1e-6, atol=1e-10):
                    yield f"np.outer({a}, {b})", 2
            elif (
                left.shape[-1] == right.shape[0]
                and (*shapes[0][:-1], *shapes[1][1:]) == wanted.shape
                and np.allclose(left @ right, wanted, rtol=1e-6, atol=1e-10)
            ):
                yield f"{_matrix(a)} @ {_matrix(b)}", 2


def _summed_products(wanted: Array, table: Table) -> Iterator[tuple[str, int]]:
    """Sums of an elementwise product over an axis: how a broadcast or reduced quantity gets its gradient."""
    pool = [(t, v) for t, v in table.values.items() if v.ndim >= 1 and v.size <= 5000][:60]
    for i, (a, left) in enumerate(pool):
        for b, right in pool[i:]:
            try:
                product = left * right
            except ValueError:
                continue
            for axis in range(min(product.ndim, 2)):
                total = product.sum(axis=axis)
                if total.shape != wanted.shape or not total.size:
                    continue
                ratio = wanted.flat[0] / total.flat[0] if total.flat[0] else np.nan
                for sign in (1.0, -1.0):
                    if abs(ratio - sign) < 1e-6 and np.allclose(sign * total, wanted, rtol=1e-6, atol=1e-10):
                        minus = "-" if sign < 0 else ""
                        yield f"{minus}np.sum({as_factor(a)} * {as_factor(b)}, axis={axis})", 3


def _matrix(text: str) -> str:
    return text if " " not in text or text[0] == "(" or text.endswith(")") else f"({text})"


def scaled_by(ratio: float, material: Material) -> Iterator[tuple[str, str]]:
    """Numbers in scope that undo a ratio, each with `/` or `*`: those with a name, then lengths."""
    numbers = [(name, float(v)) for name, v in material.values.items() if is_number(v)]
    numbers += [(f"len({n})", float(s[0])) for n, s in material.shapes.items() if s and isinstance(s[0], int)]
    for text, number in sorted(numbers, key=lambda item: len(item[0])):
        for symbol, wanted in (("/", ratio), ("*", 1 / ratio)):
            if np.isclose(number, wanted, rtol=1e-9, atol=0):
                yield text, symbol
