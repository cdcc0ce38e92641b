"""Factors that may be missing inside a line: under a sum, in an operand of a matrix product, in a round.

What a part of a line should be can be worked out through products and sums of terms (see `differences`);
behind a reduction or a call it cannot, so each quantity in scope is tried as a factor and as a divisor.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from whygrad.diagnosis.fragments import Fragment
from whygrad.diagnosis.mutation import Material
from whygrad.diagnosis.sayings import as_factor
from whygrad.diagnosis.slips import Slip, Variant
from whygrad.emission.pieces import PRODUCT, SUM

MOST_NODES = 10
NOT_VALUES = frozenset({"shape", "ndim", "size", "dtype"})


def factors(text: str, material: Material, enclosed: bool = False) -> Iterator[Variant]:
    """Texts with a factor or a divisor more at one place; `enclosed`: only within a call or a product.

    `material` is what is in scope. Nothing is yielded where the text is no Python.
    """
    try:
        f = Fragment(text)
    except SyntaxError:
        return
    places = [n for n in f.expressions() if _takes_factor(f, n) and (not enclosed or _is_enclosed(f, n))]
    ways = list(_ways(material))
    for node in places[:MOST_NODES]:
        shown, start = f.segment(node), f.extent(node)[0]
        own = shown if _binds(node) else as_factor(shown)
        # `g * x @ w` would be read as `g * (x @ w)`, though it is not.
        binding = SUM if _is_matrix_product(f.parents.get(node)) else PRODUCT
        for other, is_gradient in ways:
            if other == shown:
                continue
            for symbol in "*/":
                # An upstream gradient is written first, as most people do.
                first = is_gradient and symbol == "*"
                new = f"{other} * {own}" if first else f"{own} {symbol} {other}"
                slip = Slip("factor", shown, new, start, 1.25 if first else 1.35)
                yield Variant(f.replaced(node, new, binding), slip)


def _ways(m: Material) -> Iterator[tuple[str, bool]]:
    """Quantities as factors, each with whether it is a gradient."""
    for name, shape in m.shapes.items():
        is_gradient = name.partition("[")[0] in m.gradients
        yield as_factor(name), is_gradient
        if len(shape) == 1 and m.library == "np":
            yield f"{as_factor(name)}[:, None]", is_gradient


def _binds(node: ast.expr) -> bool:
    """Does it stand in a product as it is?"""
    return _is_product(node) or (isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow))


def _is_product(node: ast.AST | None) -> bool:
    return isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult | ast.Div)


def _is_matrix_product(node: ast.AST | None) -> bool:
    return isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult)


def _takes_factor(f: Fragment, node: ast.expr) -> bool:
    """Is it a value that a product may be made of, and not a part of a product already?"""
    parent = f.parents.get(node)
    if not isinstance(node, ast.BinOp | ast.Name | ast.Attribute | ast.Subscript | ast.Call | ast.Compare):
        return False
    if f.is_called(node) or isinstance(
        parent, ast.keyword | ast.Slice | ast.Tuple | ast.AugAssign | ast.Lambda
    ):
        return isinstance(parent, ast.AugAssign) and node is parent.value
    if isinstance(parent, ast.Subscript) or _is_product(parent):
        return False
    if isinstance(parent, ast.Attribute):
        # `x` in `x.sum()`, and `h` in `h.T`, but not `np` in `np.sum`
        module = isinstance(node, ast.Name) and node.id in ("np", "numpy", "math", "self")
        return not module and parent.attr not in NOT_VALUES
    return True


def _is_enclosed(f: Fragment, node: ast.expr) -> bool:
    above = f.parents.get(node)
    while above is not None:
        if isinstance(above, ast.Call) or (
            isinstance(above, ast.BinOp) and isinstance(above.op, ast.MatMult)
        ):
            return True
        above = f.parents.get(above)
    return False
