"""Where a line differs from what it should be: the value each part of it should have, worked out from the
value that the whole should have, and the smallest change of a part that gives it.

`(a - b) / c` should be W, so `a - b` should be W * c; if it lacks W * c - (a - b), and that is a quantity
that can be said, the missing term is found. Products are taken apart the same way, factor by factor.
"""

from __future__ import annotations

import ast
import itertools
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from whygrad.checking.values import is_number
from whygrad.diagnosis.fragments import Fragment
from whygrad.diagnosis.mutation import Material
from whygrad.diagnosis.projections import projections
from whygrad.diagnosis.sayings import Array, Table, as_array, as_factor, terms_of, views
from whygrad.diagnosis.search import Bench
from whygrad.diagnosis.slips import Slip, Solution
from whygrad.emission.pieces import PRODUCT, SUM

MOST_SUMMED = 10
MOST_FACTORS = 5
CALLED = {"multiply": ast.Mult, "add": ast.Add, "subtract": ast.Sub, "divide": ast.Div}
"""Functions of the library that stand for operators."""
ENOUGH = 40
"""Candidates for one part that are run."""


def differences(text: str, bench: Bench, material: Material) -> Iterator[Solution]:
    """Texts that give the wanted value by changing one part of an expression."""
    wanted = as_array(bench.wants[0])
    if wanted is None:
        return
    fragment = Fragment(text)
    if fragment.value is None or isinstance(fragment.value, ast.List | ast.Tuple | ast.Dict):
        return
    table = Table(bench, material, summed_products(material))
    tried: set[str] = set()
    right = False
    places = list(parts(fragment, fragment.value, wanted, bench))
    for ways in ((_terms, _factors), (_normalised,)):
        for node, want in places:
            depth = 0.0 if node is fragment.value else 0.05
            found = itertools.chain(*(way(fragment, node, want, table, material) for way in ways))
            for new, slip in itertools.islice(found, ENOUGH):
                if new in tried:
                    continue
                tried.add(new)
                if bench.judge(new).right:
                    right = True
                    yield Solution(new, (replace(slip, cost=slip.cost + depth),))
        if right:
            return


def parts(f: Fragment, node: ast.expr, wanted: Array, bench: Bench) -> Iterator[tuple[ast.expr, Array]]:
    """The parts of an expression that one operation can be undone for, with the values they should have."""
    yield node, wanted
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        yield from parts(f, node.operand, -wanted, bench)
    operation = as_operation(node)
    if operation is None:
        return
    left, right = (as_array(bench.value(f.segment(n), 0)) for n in (operation.left, operation.right))
    with np.errstate(all="ignore"):
        for inner, want in undone(operation, left, right, wanted):
            if want is not None and np.all(np.isfinite(want)):
                yield from parts(f, inner, want, bench)


def as_operation(node: ast.expr) -> ast.BinOp | None:
    """An operation of two operands, `np.multiply(a, b)` among them."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and len(node.args) == 2:
        operator = CALLED.get(node.func.attr) if not node.keywords else None
        return ast.BinOp(node.args[0], operator(), node.args[1]) if operator else None
    return node if isinstance(node, ast.BinOp) else None


def undone(
    node: ast.BinOp, left: Array | None, right: Array | None, wanted: Array
) -> Iterator[tuple[ast.expr, Array | None]]:
    """What each operand should be, were the other one right."""
    try:
        if isinstance(node.op, ast.Add):
            yield node.left, None if right is None else wanted - right
            yield node.right, None if left is None else wanted - left
        elif isinstance(node.op, ast.Sub):
            yield node.left, None if right is None else wanted + right
            yield node.right, None if left is None else left - wanted
        elif isinstance(node.op, ast.Mult):
            yield node.left, None if right is None else wanted / right
            yield node.right, None if left is None else wanted / left
        elif isinstance(node.op, ast.Div):
            yield node.left, None if right is None else wanted * right
            yield node.right, None if left is None else left / wanted
    except ValueError:  # shapes that do not fit: nothing can be said of the operands
        return


def summed_products(m: Material) -> Iterator[tuple[int, str]]:
    """Products of two quantities summed over an axis or over all: what a reduction leaves behind."""
    names = [n for n, s in m.shapes.items() if s and all(isinstance(k, int) for k in s)][:MOST_SUMMED]
    if m.library != "np":
        return
    for a, b in itertools.combinations_with_replacement(names, 2):
        if m.shapes[a] != m.shapes[b]:
            continue
        product = f"{a} ** 2" if a == b else f"{a} * {b}"
        rank = len(m.shapes[a])
        if rank >= 2:
            yield from ((3, f"np.sum({product}, axis={k}, keepdims=True)") for k in range(rank))
            yield from ((3, f"np.sum({product}, axis={k})") for k in range(rank))
        yield 3, f"np.sum({product})"


def _parent_is(f: Fragment, node: ast.expr, *operators: type[ast.operator]) -> bool:
    parent = f.parents.get(node)
    return isinstance(parent, ast.BinOp) and isinstance(parent.op, operators)


def _terms(f: Fragment, node: ast.expr, want: Array, table: Table, m: Material) -> Iterator[tuple[str, Slip]]:
    """A term that is missing from a sum."""
    got = as_array(table.bench.value(f.segment(node), 0))
    if got is None or got.shape != want.shape or _parent_is(f, node, ast.Add, ast.Sub):
        return
    text, start = f.segment(node), f.extent(node)[0]
    for symbol, missing in (("+", want - got), ("-", got - want)):
        said = sorted(terms_of(missing, table), key=lambda item: (item[1], len(item[0])))
        for term, rank in said[:ENOUGH]:
            new = f"{text} {symbol} {term}"
            yield f.replaced(node, new, SUM), Slip("term", text, new, start, 1.35 + 0.1 * rank)


def _normalised(
    f: Fragment, node: ast.expr, want: Array, table: Table, m: Material
) -> Iterator[tuple[str, Slip]]:
    """Terms that are missing where statistics were taken for constants."""
    got = as_array(table.bench.value(f.segment(node), 0))
    if got is None or _parent_is(f, node, ast.Add, ast.Sub):
        return
    text, start = f.segment(node), f.extent(node)[0]
    for new, rank in projections(text, got, want, table, m):
        yield f.replaced(node, new, SUM), Slip("term", text, new, start, 1.4 + 0.1 * rank)


def _factors(
    f: Fragment, node: ast.expr, want: Array, table: Table, m: Material
) -> Iterator[tuple[str, Slip]]:
    """Some factors of a product as another quantity, or as a difference of two; the others stay.

    One that is missing beside all of them is found too.
    """
    factors = f.factors(node)
    if len(factors) > MOST_FACTORS or _parent_is(f, node, ast.Mult):
        return
    text, start = f.segment(node), f.extent(node)[0]
    shown = [
        as_factor(f.text[slice(*f.outer(n))]) if len(factors) == 1 else f.text[slice(*f.outer(n))]
        for n in factors
    ]
    values = [as_array(table.bench.value(t, 0)) for t in shown]
    try:
        np.broadcast_shapes(want.shape, *(v.shape for v in values if v is not None))
    except ValueError:  # factors of shapes that the product cannot have
        return
    for count in range(len(factors), 0, -1):
        for kept in itertools.combinations(range(len(factors)), count):
            product: Array = np.ones(())
            for k in kept:
                value = values[k]
                product = product * value if value is not None else product * np.nan
            with np.errstate(all="ignore"):
                rest = want / product
            if rest.shape == product.shape:
                # Where both are zero, any factor fits.
                rest = np.where((want == 0) & (product == 0), np.nan, rest)
            for other, rank in _said(rest, table, m):
                new, kind = " * ".join([*(shown[k] for k in kept), other]), "derived"
                if count == len(factors):
                    kind = "factor"
                yield f.replaced(node, new, PRODUCT), Slip(kind, text, new, start, 1.45 + 0.1 * rank)


def multiples(name: str, bench: Bench, m: Material) -> Iterator[str]:
    """What a variable lacks, where that is a multiple of a quantity: `2 * reg * W`, `reg / n * W`."""
    got, want = as_array(bench.value(name, 0)), as_array(bench.wants[0])
    if got is None or want is None or got.shape != want.shape:
        return
    # A weight is no whole number as a rule: what a loop leaves behind may equal one by chance.
    scalars = sorted(
        (n for n, s in m.shapes.items() if s == ()), key=lambda n: not isinstance(m.values[n], float)
    )
    numbers = {n: float(m.values[n]) for n in scalars if is_number(m.values[n])}
    often = [
        (1.0, ""),
        (2.0, "2 * "),
        (0.5, "0.5 * "),
        (-1.0, "-"),
        *((float(n), f"{n} * ") for n in m.written),
    ]
    for text in (n for n, shape in m.shapes.items() if shape == want.shape and n != name):
        value = as_array(m.values[text])
        with np.errstate(all="ignore"):
            ratio = (want - got) / value if value is not None else np.full(1, np.nan)
        if not np.allclose(ratio, np.ravel(ratio)[0], rtol=1e-6, atol=0):
            continue
        wanted = float(np.ravel(ratio)[0])
        for number, by in itertools.product(numbers, ("", *(n for n, v in numbers.items() if v > 1))):
            for times, shown in often:
                size = times * numbers[number] / (numbers[by] if by else 1.0)
                term = f"{shown}{number}{f' / {by}' if by else ''} * {text}"
                if np.isclose(size, wanted, rtol=1e-6, atol=0) and bench.judge(f"{name} + {term}").right:
                    yield term
                    return


def _said(value: Array, table: Table, m: Material) -> Iterator[tuple[str, int]]:
    """A value as a quantity, or as one less (or more) another: `(g - np.sum(g * p, axis=1))`."""
    if np.any(np.isinf(value)):
        return
    for view in views(value):
        yield from ((as_factor(text), rank) for text, rank in table.find(view)[:3])
    for name in m.values:
        own = table.values.get(name)
        if own is None or own.shape != value.shape:
            continue
        for symbol, rest in (("-", own - value), ("+", value - own)):
            for view in views(rest):
                if np.any(view):
                    yield from (
                        (f"({name} {symbol} {text})", rank + 1) for text, rank in table.find(view)[:2]
                    )
