"""Mutations of the shape of an expression: parentheses, calls, products, sums, local derivatives."""

from __future__ import annotations

import ast
import itertools
from collections.abc import Iterator
from typing import TYPE_CHECKING

from whygrad.diagnosis.axes import axes, reduced_terms, several_axes
from whygrad.diagnosis.fragments import Fragment
from whygrad.diagnosis.grouping import changed, parentheses, quotients_of_sums
from whygrad.diagnosis.layouts import layouts
from whygrad.diagnosis.leavings import leavings
from whygrad.diagnosis.powers import (
    absolutes,
    layer_slopes,
    operand_factors,
    other_powers,
    power_slopes,
    powers,
    repeated_powers,
)
from whygrad.diagnosis.slips import Slip, Variant
from whygrad.diagnosis.windows import columns, steps, windows
from whygrad.emission.pieces import PRODUCT, SUM

if TYPE_CHECKING:
    from whygrad.diagnosis.mutation import Material

SHIFTS = (("{0} - 1", 1.3), ("{0} + 1", 1.35))
SLOPES = (
    ("1 - {0}", 1.1), ("{0} ** 2", 1.2), ("1 - {0} ** 2", 1.25), ("{0} * (1 - {0})", 1.25), ("{0} > 0", 1.4),
    ("1 / {0}", 1.3),
)  # fmt: skip
"""What is written for a quantity where its slope, or the like, belongs; the length of an axis has none."""


def structure_variants(f: Fragment, m: Material) -> Iterator[Variant]:
    """All mutations of this file."""
    every = (
        parentheses, quotients_of_sums, containers, calls, products, transposes, locals_of, reductions, axes,
        several_axes, layer_slopes, factors, inner_terms, flips, powers, repeated_powers, other_powers,
        power_slopes, absolutes, operand_factors, layouts, windows, steps, columns, reduced_terms, leavings,
    )  # fmt: skip
    for mutation in every:
        yield from mutation(f, m)


def containers(f: Fragment, m: Material) -> Iterator[Variant]:
    """`[a + b]` for `[a, b]`, a list of one for the number in it."""
    for node in f.expressions():
        if not isinstance(node, ast.List | ast.Tuple) or len(node.elts) != 1:
            continue
        inner = node.elts[0]
        terms = f.terms(inner)
        if len(terms) > 1:
            old = f.segment(node)
            text = split(f, terms)
            yield Variant(text, Slip("split", old, changed(f, node, text), f.extent(node)[0], 1.0))
        if f.parents.get(node) is f.statement:
            bare = f.segment(inner)
            yield Variant(
                f.replaced(node, bare), Slip("container", f.segment(node), bare, f.extent(node)[0], 1.0)
            )


def split(f: Fragment, terms: list[ast.expr]) -> str:
    """The terms of a sum as separate entries: each `+` between them becomes a comma, a `-` a sign."""
    patches = []
    for left, right in itertools.pairwise(terms):
        low, high = f.outer(left)[1], f.outer(right)[0]
        patches.append((low, high, ", -" if "-" in f.text[low:high] else ", "))
    return f.patched(*patches)


FUNCTION_SWAPS = {
    "sum": ("mean",), "mean": ("sum",), "sin": ("cos",), "cos": ("sin",), "sinh": ("cosh",),
    "cosh": ("sinh",),
    "maximum": ("minimum",), "minimum": ("maximum",), "max": ("min",), "min": ("max",),
    "zeros": ("ones",), "ones": ("zeros",), "ones_like": ("zeros_like",), "zeros_like": ("ones_like",),
    "log": ("log1p", "log2"), "log2": ("log",), "log10": ("log",), "exp": ("expm1",), "argmin": ("argmax",),
    "argmax": ("argmin",), "tanh": ("arctanh",), "floor": ("ceil",),
}  # fmt: skip


BUFFERS = tuple(
    f"np.{name}(" for name in ("zeros_like", "ones_like", "empty_like", "full_like", "zeros", "ones")
)
"""What is made like a quantity is not computed from it."""


def calls(f: Fragment, m: Material) -> Iterator[Variant]:
    """A call too many or too few, or another function."""
    for node in f.expressions():
        if isinstance(node, ast.Call) and not any(isinstance(a, ast.Starred) for a in node.args[:1]):
            name = f.segment(node.func)
            if isinstance(node.func, ast.Name | ast.Attribute):
                yield from _other_functions(f, node, node.func, name, m)
            if len(node.args) == 1 and not (isinstance(node.func, ast.Attribute) and name[:3] != "np."
                                            and name[:5] != "math."):  # fmt: skip
                inner = f.segment(node.args[0])
                cost = 1.4 if f.segment(node).startswith(BUFFERS) else 1.1
                slip = Slip("unwrap", f.segment(node), inner, f.extent(node)[0], cost)
                yield Variant(f.replaced(node, inner), slip)
        elif f.segment(node) in m.values and not f.is_called(node):
            if isinstance(f.parents.get(node), ast.Attribute):
                continue
            text = f.segment(node)
            for function in m.functions:
                new = f"{function}({text})"
                yield Variant(f.replaced(node, new), Slip("wrap", text, new, f.extent(node)[0], 1.35))


def _other_functions(
    f: Fragment, node: ast.Call, function: ast.Name | ast.Attribute, name: str, m: Material
) -> Iterator[Variant]:
    last = name.rsplit(".", 1)[-1]
    others = [name[: len(name) - len(last)] + other for other in FUNCTION_SWAPS.get(last, ())]
    others += [other for other in m.functions if other != name and len(node.args) == 1]
    for other in others:
        slip = Slip("function", name, other, f.extent(function)[0], 1.15)
        yield Variant(f.replaced(function, other), slip)


def products(f: Fragment, m: Material) -> Iterator[Variant]:
    """Every way of multiplying the two operands of a matrix product, or of a product that should be one."""
    if m.library != "np":
        return
    for node in f.expressions():
        pair = product_operands(f, node)
        if pair is None:
            continue
        a, b = (_untransposed(f, x) for x in pair)
        old = f.segment(node)
        for left, right in ((a, b), (b, a)):
            for ta in ("", ".T"):
                for tb in ("", ".T"):
                    new = f"{left}{ta} @ {right}{tb}"
                    if isinstance(node, ast.Call):
                        new = _as_call(f, node, f"{left}{ta}", f"{right}{tb}")
                    if new != old:
                        flips = (f"{left}{ta}", f"{right}{tb}") != tuple(f.segment(x) for x in pair)
                        cost = 1.05 if flips and (left, right) == (a, b) else 1.2
                        yield Variant(
                            f.replaced(node, new), Slip("transpose", old, new, f.extent(node)[0], cost)
                        )
        for new, cost in ((f"np.outer({a}, {b})", 1.25), (f"np.outer({b}, {a})", 1.3), (f"{a} * {b}", 1.2)):
            if new != old:
                yield Variant(f.replaced(node, new), Slip("product", old, new, f.extent(node)[0], cost))


def product_operands(f: Fragment, node: ast.AST) -> tuple[ast.expr, ast.expr] | None:
    """The operands of `a @ b`, `np.dot(a, b)`, `a.dot(b)`, `np.outer(a, b)`."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult):
        return node.left, node.right
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        if node.func.attr in ("dot", "matmul", "outer", "multiply") and len(node.args) == 2:
            return node.args[0], node.args[1]
        if node.func.attr == "dot" and len(node.args) == 1:
            return node.func.value, node.args[0]
    return None


def _untransposed(f: Fragment, node: ast.expr) -> str:
    if isinstance(node, ast.Attribute) and node.attr == "T":
        node = node.value
    start, end = f.outer(node)
    text = f.text[start:end]
    tight = isinstance(node, ast.Name | ast.Attribute | ast.Subscript | ast.Call) or text[0] == "("
    return text if tight else f"({text})"


def _as_call(f: Fragment, node: ast.Call, left: str, right: str) -> str:
    if isinstance(node.func, ast.Attribute) and len(node.args) == 1:
        return f"{left}.dot({right})"
    return f"{f.segment(node.func)}({left}, {right})"


def transposes(f: Fragment, m: Material) -> Iterator[Variant]:
    """A transpose too many or missing on an operand or on the whole."""
    if m.library != "np":
        return
    for node in f.expressions():
        text, start = (f.segment(node), f.extent(node)[0])
        if isinstance(node, ast.Attribute) and node.attr == "T":
            inner = f.segment(node.value)
            yield Variant(f.replaced(node, inner), Slip("transpose", text, inner, start, 1.0))
        elif len(m.shapes.get(text, ())) >= 2 and not isinstance(f.parents.get(node), ast.Attribute):
            new = f"({text}).T" if isinstance(node, ast.BinOp | ast.UnaryOp) else f"{text}.T"
            yield Variant(f.replaced(node, new), Slip("transpose", text, new, start, 1.1))
    if f.value is not None and isinstance(f.value, ast.BinOp | ast.Call):
        text, start = f.segment(f.value), f.extent(f.value)[0]
        new = f"({text}).T" if isinstance(f.value, ast.BinOp) else f"{text}.T"
        yield Variant(f.replaced(f.value, new), Slip("transpose", text, new, start, 1.3))


def locals_of(f: Fragment, m: Material) -> Iterator[Variant]:
    """A function of a quantity where the quantity stands: `1 - t`, `t ** 2`, `a * (1 - a)`, and back."""
    for node in f.expressions():
        text = f.segment(node)
        if rest := _without_slope(node):
            # The slope of a sigmoid behind `a - y`, which holds it already.
            start, end = f.outer(rest)[1], f.extent(node)[1]
            slip = Slip("drop-factor", f.text[start:end].strip(" *"), "", start, 1.1)
            yield Variant(f.replaced(node, f.segment(rest)), slip)
        if isinstance(node, ast.BinOp) and (isinstance(node.op, ast.Pow) or _squared(node)):
            new = f"1 - {text}"
            # A line that makes a square and nothing else is meant so: what uses it is likelier wrong.
            cost = 1.25 if node is f.value else 1.15
            yield Variant(f.replaced(node, new), Slip("local", text, new, f.extent(node)[0], cost))
        if text not in m.values or isinstance(f.parents.get(node), ast.Attribute) or f.is_called(node):
            if not isinstance(node, ast.Subscript | ast.Call) or isinstance(
                f.parents.get(node), ast.Attribute
            ):
                continue
            if isinstance(node, ast.Call) and (not isinstance(node.func, ast.Name) or len(node.args) != 1):
                continue
        start = f.extent(node)[0]
        if isinstance(node, ast.Call) and node.args and not isinstance(node.args[0], ast.Starred):
            # `sigmoid(s)` where its slope in terms of the value belongs.
            inner = f.segment(node.args[0])
            for new in (f"{inner} * (1 - {inner})", f"1 - {inner} ** 2"):
                yield Variant(f.replaced(node, new), Slip("local", text, new, start, 1.2))
        is_length = isinstance(node, ast.Subscript) and ast.unparse(node.value).endswith(".shape")
        for form, cost in SHIFTS if is_length else (*SHIFTS, *SLOPES):
            new = form.format(text)
            yield Variant(f.replaced(node, new), Slip("local", text, new, start, cost))
        parent = f.parents.get(node)
        if isinstance(parent, ast.BinOp) and isinstance(parent.op, ast.Div) and node is parent.right:
            new = f"{text} ** 3"  # of a distance, in the gradient of its inverse
            yield Variant(f.replaced(node, new), Slip("local", text, new, start, 1.3))


def _without_slope(node: ast.expr) -> ast.expr | None:
    """`g` of `g * a * (1 - a)`."""
    if not isinstance(node, ast.BinOp) or not isinstance(node.left, ast.BinOp):
        return None
    inner, last = node.left, node.right
    products = isinstance(node.op, ast.Mult) and isinstance(inner.op, ast.Mult)
    if not products or not isinstance(last, ast.BinOp) or not isinstance(last.op, ast.Sub):
        return None
    one = isinstance(last.left, ast.Constant) and last.left.value == 1
    return inner.left if one and ast.dump(last.right) == ast.dump(inner.right) else None


def _squared(node: ast.BinOp) -> bool:
    return isinstance(node.op, ast.Mult) and ast.dump(node.left) == ast.dump(node.right)


def reductions(f: Fragment, m: Material) -> Iterator[Variant]:
    """A sum over an axis that is missing, kept or dropped."""
    if m.library != "np":
        return
    for node in f.expressions():
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in (
                "sum", "mean", "max"):  # fmt: skip
            yield from _keywords(f, node)
    if f.value is None or isinstance(f.value, ast.Tuple | ast.List | ast.Constant):
        return
    for node in {id(n): n for n in (f.value, *_operands(f.value))}.values():
        text, start = f.segment(node), f.extent(node)[0]
        if isinstance(node, ast.Constant | ast.Slice | ast.Tuple) or f.is_called(node):
            continue
        rank = len(m.shapes.get(text, (0, 0, 0)))
        for axis in (0, 1, -1)[: max(2, min(rank, 3))] if rank != 1 else ():
            for more in ("", ", keepdims=True"):
                cost = (1.0 if node is f.value else 1.25) + (0.1 if more else 0)
                new = f"np.sum({text}, axis={axis}{more})"
                yield Variant(f.replaced(node, new), Slip("sum", text, new, start, cost))
        new = f"np.sum({text})"
        yield Variant(f.replaced(node, new), Slip("sum", text, new, start, 1.2 if node is f.value else 1.35))


def _operands(node: ast.expr) -> list[ast.expr]:
    """The operands of sums and products, all the way down."""
    if isinstance(node, ast.BinOp):
        return [node.left, node.right, *_operands(node.left), *_operands(node.right)]
    return [node.operand] if isinstance(node, ast.UnaryOp) else []


def _keywords(f: Fragment, node: ast.Call) -> Iterator[Variant]:
    given = {k.arg: k for k in node.keywords}
    end = f.extent(node)[1] - 1
    comma = ", " if node.args or node.keywords else ""
    start = f.extent(node)[0]
    if "axis" not in given and (len(node.args) < 2 or not f.segment(node).startswith("np.")):
        for axis in ("0", "1", "-1"):
            for more in ("", ", keepdims=True"):
                new = f"{comma}axis={axis}{more}"
                slip = Slip("axis", "", f"axis={axis}{more}", start, 1.05 + (0.05 if more else 0))
                yield Variant(f.patched((end, end, new)), slip)
    if "keepdims" not in given:
        yield Variant(
            f.patched((end, end, f"{comma}keepdims=True")), Slip("axis", "", "keepdims=True", start, 1.0)
        )
    elif isinstance(said := given["keepdims"].value, ast.Constant):
        old, new = f.segment(said), str(not said.value)
        yield Variant(
            f.replaced(said, new),
            Slip("axis", f"keepdims={old}", f"keepdims={new}", f.extent(said)[0] - 9, 1.0),
        )
    for name in ("keepdims", "axis"):
        if name in given:
            low, high = f.extent(given[name].value)
            low = f.text.rindex(",", 0, low) if "," in f.text[start:low] else f.text.rindex(name, 0, low)
            slip = Slip("axis", f.text[low:high].strip(", "), "", start, 1.1)
            yield Variant(f.patched((low, high, "")), slip)


def flips(f: Fragment, m: Material) -> Iterator[Variant]:
    """An array turned by half a turn, as kernels are on the way back, or turned without need."""
    if m.library != "np":
        return
    for node in f.expressions():
        text, start = f.segment(node), f.extent(node)[0]
        if isinstance(node, ast.Subscript) and text.endswith("[::-1, ::-1]"):
            base = f.segment(node.value)
            yield Variant(f.replaced(node, base), Slip("flip", text, base, start, 1.1))
        elif isinstance(f.parents.get(node), ast.Call) and not f.is_called(node):
            rank = len(m.shapes.get(text, ()))
            if rank in (1, 2, 4):
                new = f"{text}[{', '.join([*[':'] * (rank - 2), *['::-1'] * min(rank, 2)])}]"
                yield Variant(f.replaced(node, new), Slip("flip", text, new, start, 1.3))


def inner_terms(f: Fragment, m: Material) -> Iterator[Variant]:
    """A sum of which one side is left: `2 * a` for `2 * (a - b)`, in a choice `y` for `y + alpha`."""
    for node in f.expressions():
        text, parent = f.segment(node), f.parents.get(node)
        product = isinstance(parent, ast.BinOp) and isinstance(parent.op, ast.Mult | ast.Div)
        chosen = isinstance(parent, ast.IfExp) and node is not parent.test
        if isinstance(parent, ast.Call) and f.segment(parent.func).endswith("where"):
            chosen = node in parent.args[1:3]
        if text not in m.shapes or not (product or chosen):
            continue
        for other, shape in m.shapes.items():
            if other != text and (shape == m.shapes[text] or (chosen and shape == ())):
                for symbol in "-+":
                    new = f"{text} {symbol} {other}"
                    yield Variant(f.replaced(node, new), Slip("term", text, new, f.extent(node)[0], 1.4))


def factors(f: Fragment, m: Material) -> Iterator[Variant]:
    """A factor that is missing from a product, or from the whole: a quantity in scope, 2, 1/2, 1/N."""
    value = f.value
    if value is None or isinstance(value, ast.Tuple | ast.List | ast.Dict | ast.Constant):
        return
    counts = [*m.integers(), *(f"len({n})" for n, s in m.shapes.items() if len(s) >= 1)][:12]
    sums = [n for n in f.expressions() if isinstance(n, ast.BinOp) and isinstance(n.op, ast.Add | ast.Sub)]
    inner = [t for n in sums[:3] for t in (n.left, n.right) if not isinstance(t, ast.Constant)]
    chosen = [n for n in f.expressions() if isinstance(n, ast.Call) and f.segment(n.func).endswith("where")]
    inner += [branch for n in chosen for branch in n.args[1:3] if not isinstance(branch, ast.Constant)]
    for term in dict.fromkeys((*f.terms(value), value, *inner)):
        text, start, end = f.segment(term), *f.outer(term)
        shown = f.text[start:end]
        tight = (
            not (isinstance(term, ast.BinOp) and isinstance(term.op, ast.Add | ast.Sub)) or shown[0] == "("
        )
        base = shown if tight else f"({shown})"
        whole = 0.0 if term is value else 0.1
        for factor in (*m.values, *(f"(1 - {n})" for n in m.values)):
            new = f"{base} * {factor}"
            repeated = any(new in phrase for phrase in m.phrases)  # the forward pass has that very product
            cost = 1.1 if repeated else 1.2 + whole + (0.1 if "(" in factor else 0)
            yield Variant(f.replaced(term, new, PRODUCT), Slip("factor", text, new, start, cost))
        for number in ("2", "0.5", *(() if base.startswith("-") else ("-1",))):
            new = f"{number} * {base}" if number != "-1" else f"-{base}"
            yield Variant(f.replaced(term, new, PRODUCT), Slip("constant", text, new, start, 1.15 + whole))
        for count in counts:
            new = f"{base} / {count}"
            yield Variant(f.replaced(term, new, PRODUCT), Slip("constant", text, new, start, 1.2 + whole))
    for name in m.values:
        text = f.segment(value)
        for symbol in "+-":
            new = f"{text} {symbol} {name}"
            yield Variant(f.replaced(value, new, SUM), Slip("term", text, new, f.extent(value)[0], 1.35))
