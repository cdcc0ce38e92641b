"""Factors that differentiating leaves behind: `3` before `x ** 2`, `np.sign(x)` where `np.abs(x)` stood."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from whygrad.diagnosis.fragments import Fragment
from whygrad.diagnosis.slips import Slip, Variant
from whygrad.emission.pieces import PRODUCT

if TYPE_CHECKING:
    from whygrad.diagnosis.mutation import Material

MOST_SIGNS = 3
MOST_BASES = 6
_CURVED = re.compile(r"\*\*|sqrt|norm\(")


def powers(f: Fragment, m: Material) -> Iterator[Variant]:
    """The exponent that a power had, before the product that the lower power stands in."""
    for node in f.expressions():
        if not isinstance(node, ast.BinOp) or not isinstance(node.op, ast.Pow):
            continue
        exponent = node.right
        if not isinstance(exponent, ast.Constant) or not isinstance(exponent.value, int):
            continue
        term = _product_around(f, node)
        text, start = f.segment(term), f.extent(term)[0]
        for number in (exponent.value + 1, exponent.value):
            new = f"{number} * {text}"
            slip = Slip("constant", text, new, start, 1.15)
            yield Variant(f.replaced(term, new, PRODUCT), slip)


def repeated_powers(f: Fragment, m: Material) -> Iterator[Variant]:
    """`x ** 2` for `x`, where the forward pass takes that power of it, or the one above."""
    found = re.findall(r"(?<![\w.])([A-Za-z_][\w.]*) ?\*\* ?(\d)(?![\w.])", " ".join(m.phrases))
    for inner, exponent in list(dict.fromkeys(found))[:MOST_SIGNS]:
        for number in {int(exponent), int(exponent) - 1} - {0, 1}:
            for node in f.expressions():
                parent = f.parents.get(node)
                raised = isinstance(parent, ast.BinOp) and isinstance(parent.op, ast.Pow)
                asked = isinstance(parent, ast.Attribute) and parent.attr in ("shape", "size", "ndim")
                if f.segment(node) == inner and not raised and not asked:
                    new = f"{inner} ** {number}"
                    yield Variant(f.replaced(node, new), Slip("local", inner, new, f.extent(node)[0], 1.1))


def other_powers(f: Fragment, m: Material) -> Iterator[Variant]:
    """`1 / r ** 3` for `1 / r`, where the forward pass has powers or roots: a factor to another power."""
    if not _CURVED.search(" ".join((f.text, *m.phrases))):
        return
    for node in f.expressions():
        parent = f.parents.get(node)
        factor = isinstance(parent, ast.BinOp) and isinstance(parent.op, ast.Mult | ast.Div)
        text = f.segment(node)
        if factor and isinstance(node, ast.Name | ast.Attribute) and text in m.shapes:
            if isinstance(m.values[text], int | np.integer):
                continue
            for exponent in ("2", "3", "1.5", "0.5"):
                new = f"{text} ** {exponent}"
                yield Variant(f.replaced(node, new), Slip("local", text, new, f.extent(node)[0], 1.28))


def power_slopes(f: Fragment, m: Material) -> Iterator[Variant]:
    """The slope of a power that the forward pass takes, where a line asks only for a sign or a mask of it.

    `(margin > 0) * 1.0` belongs to `margin`, `2 * margin` to `margin ** 2`.
    """
    found = re.findall(r"(?<![\w.])([A-Za-z_][\w.]*) \*\* (\d)(?![\w.])", " ".join(m.phrases))
    for inner, exponent in list(dict.fromkeys(found))[:MOST_SIGNS]:
        lower = int(exponent) - 1
        slope = f"{exponent} * {inner}" + (f" ** {lower}" if lower > 1 else "")
        for node in f.expressions() if lower > 0 else ():
            read = any(
                f.segment(n) == inner for n in ast.walk(node) if isinstance(n, ast.Name | ast.Attribute)
            )
            if isinstance(node, ast.Compare | ast.Call) and read and not f.is_called(node):
                text = f.segment(node)
                yield Variant(f.replaced(node, slope), Slip("local", text, slope, f.extent(node)[0], 1.2))


def _product_around(f: Fragment, node: ast.expr) -> ast.expr:
    """The largest product in which a factor stands first or last."""
    parent = f.parents.get(node)
    while isinstance(parent, ast.BinOp) and isinstance(parent.op, ast.Mult) and not f.is_parenthesised(node):
        node, parent = parent, f.parents.get(parent)
    return node


def absolutes(f: Fragment, m: Material) -> Iterator[Variant]:
    """The sign of what the forward pass takes the absolute value of: times an operand, or for it."""
    found = re.findall(r"(np|math)\.f?abs\(([\w.]+)\)", " ".join((f.text, *m.phrases)))
    for library, inner in list(dict.fromkeys(found))[:MOST_SIGNS]:
        sign = f"np.sign({inner})" if library == "np" else f"math.copysign(1, {inner})"
        for node in f.expressions():
            parent = f.parents.get(node)
            argument = isinstance(parent, ast.Call) and node in parent.args
            if f.segment(node) == inner and not argument:
                yield Variant(f.replaced(node, sign), Slip("local", inner, sign, f.extent(node)[0], 1.1))
                continue
            if not (argument or node is f.value) or isinstance(node, ast.Compare | ast.Constant | ast.Tuple):
                continue
            text = f.segment(node)
            if sign in text:
                continue
            new = f"({text}) * {sign}" if isinstance(node, ast.BinOp) else f"{text} * {sign}"
            yield Variant(f.replaced(node, new), Slip("factor", text, new, f.extent(node)[0], 1.15))


def operand_factors(f: Fragment, m: Material) -> Iterator[Variant]:
    """A factor of one shape with an operand of a product: `X.T @ (y * active)` for `X.T @ y`."""
    for node in f.expressions():
        for operand in _operands(f, node):
            text = f.segment(operand)
            shape = m.shapes.get(text)
            if not shape:
                yield from _slopes(f, operand, m)
                continue
            for other in m.shapes:
                if other != text and m.shapes[other] == shape and other not in m.gradients:
                    new = f"{text} * {other}"
                    slip = Slip("factor", text, new, f.extent(operand)[0], 1.3)
                    yield Variant(f.replaced(operand, new, PRODUCT), slip)


def layer_slopes(f: Fragment, m: Material) -> Iterator[Variant]:
    """`d @ W.T * (a > 0)` for `d @ W.T`: the slope of a layer that made an array of the product's shape."""
    for node in dict.fromkeys((f.value, *f.terms(f.value))) if f.value is not None else ():
        if len(operands := _operands(f, node)) != 2:
            continue
        rows, columns = (_sizes(f, operand, m) for operand in operands)
        if len(rows) != 2 or len(columns) != 2 or rows[1] != columns[0]:
            continue
        text, start = f.segment(node), f.extent(node)[0]
        made = (rows[0], columns[1])
        for base in [n for n, s in m.shapes.items() if s == made and n not in m.gradients]:
            for slope in (f"({base} > 0)", f"(1 - {base} ** 2)", f"{base} * (1 - {base})"):
                new = f"{text} * {slope}"
                yield Variant(f.replaced(node, new, PRODUCT), Slip("factor", text, new, start, 1.15))


def _sizes(f: Fragment, operand: ast.expr, m: Material) -> tuple[Any, ...]:
    """The shape of a quantity in scope, or of its transpose."""
    if isinstance(operand, ast.Attribute) and operand.attr == "T":
        return _sizes(f, operand.value, m)[::-1]
    return m.shapes.get(f.segment(operand), ())


def _slopes(f: Fragment, operand: ast.expr, m: Material) -> Iterator[Variant]:
    """`x.T @ (g @ w.T * (1 - h ** 2))` for `x.T @ (g @ w.T)`, which passes by what `h` was made with."""
    if not isinstance(operand, ast.BinOp | ast.Call):
        return
    text, start = f.segment(operand), f.extent(operand)[0]
    bases = [n for n, s in m.shapes.items() if len(s) == 2 and n not in m.gradients and n.isidentifier()]
    for base in bases[:MOST_BASES]:
        for slope in (f"(1 - {base} ** 2)", f"{base} * (1 - {base})", f"({base} > 0)"):
            new = f"{text} * {slope}"
            yield Variant(f.replaced(operand, new, PRODUCT), Slip("factor", text, new, start, 1.25))


def _operands(f: Fragment, node: ast.expr) -> tuple[ast.expr, ...]:
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult):
        return node.left, node.right
    if isinstance(node, ast.Call) and f.segment(node.func).rpartition(".")[2] in ("dot", "matmul", "outer"):
        on = node.func.value if isinstance(node.func, ast.Attribute) and len(node.args) == 1 else None
        return (on, *node.args) if on is not None else tuple(node.args)
    return ()
