"""Put a wanted value together from quantities in scope: which factor or term is missing, or what it is
made of.
"""

from __future__ import annotations

import ast
import itertools
from collections.abc import Iterator

import numpy as np

from whygrad.checking.values import is_number
from whygrad.diagnosis.mutation import Material
from whygrad.diagnosis.sayings import (
    Array,
    Table,
    as_array,
    as_factor,
    bare,
    matrix_products,
    missing_factors,
    multiples_of,
    products_of,
    ratios,
    summed_products_of,
    terms_of,
    views,
)
from whygrad.diagnosis.search import Bench
from whygrad.diagnosis.slips import Slip, Solution


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
            for term, rank in terms_of(missing, table):
                new = f"{text} {symbol} {term}"
                yield Solution(new, (Slip("term", text, new, 0, 1.35 + 0.1 * rank),))
        for term, rank in table.find(wanted + got):
            new = f"{as_factor(term)} - {base}"
            yield Solution(new, (Slip("term", text, new, 0, 1.4 + 0.1 * rank),))


def _missing_factors(text: str, base: str, got: Array, wanted: Array, table: Table) -> Iterator[Solution]:
    for symbol, missing in ratios(got, wanted):
        for sign, extra in (("", 0.0), ("-", 0.15)):
            for factor, rank in missing_factors(-missing if sign else missing, table):
                new = f"{sign}{base} {symbol} {as_factor(factor)}"
                kind = "constant" if factor.replace(".", "").isdigit() else "factor"
                yield Solution(new, (Slip(kind, text, new, 0, 1.3 + 0.1 * rank + extra),))
    missing = wanted / got
    if missing.ndim == 2 and np.all(np.isfinite(missing)):
        for factor, rank in itertools.islice(matrix_products(missing, table), 2):
            new = f"{base} * ({factor})"
            yield Solution(new, (Slip("factor", text, new, 0, 1.4 + 0.1 * rank),))


def _is_product(text: str) -> bool:
    node = ast.parse(text, mode="eval").body
    return not isinstance(node, ast.BinOp | ast.UnaryOp | ast.Compare | ast.IfExp) or (
        isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult | ast.Div | ast.MatMult))  # fmt: skip


def _anew(text: str, wanted: Array, table: Table) -> Iterator[Solution]:
    """The wanted value as one quantity, a product of two, a matrix product, or a summed product."""
    candidates: list[tuple[str, int]] = list(table.find(wanted))
    for view in views(wanted) if table.bench.spread else (wanted,):
        candidates += [*table.find(view), *multiples_of(view, table)]
    candidates += [(f"-{as_factor(t)}", rank + 1) for t, rank in table.find(-wanted)]
    candidates += list(products_of(wanted, table))[:20]
    candidates += list(matrix_products(wanted, table))
    candidates += list(summed_products_of(wanted, table))
    for said, rank in candidates:
        new = bare(said)
        yield Solution(new, (Slip("derived", text, new, 0, 1.6 + 0.1 * rank),))


def scaled_by(ratio: float, material: Material) -> Iterator[tuple[str, str]]:
    """Numbers in scope that undo a ratio, each with `/` or `*`: those with a name, then lengths."""
    numbers = [(name, float(v)) for name, v in material.values.items() if is_number(v)]
    numbers += [(f"len({n})", float(s[0])) for n, s in material.shapes.items() if s and isinstance(s[0], int)]
    for text, number in sorted(numbers, key=lambda item: len(item[0])):
        for symbol, wanted in (("/", ratio), ("*", 1 / ratio)):
            if np.isclose(number, wanted, rtol=1e-9, atol=0):
                yield text, symbol
