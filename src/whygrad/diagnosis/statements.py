"""Mutations of a statement as a whole: how it assigns, to what, and into which kind of array."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from whygrad.checking.naming import stems
from whygrad.diagnosis.fragments import Fragment
from whygrad.diagnosis.slips import Slip, Variant

if TYPE_CHECKING:
    from whygrad.diagnosis.mutation import Material


def statement_variants(f: Fragment, m: Material) -> Iterator[Variant]:
    """`+=` for `=`, `np.add.at` for an indexed `+=`, another target, an array of floats."""
    statement = f.statement
    if isinstance(statement, ast.Assign) and len(statement.targets) == 2 and m.library == "np":
        names, made = ", ".join(map(f.segment, statement.targets)), f.segment(statement.value)
        again = made if isinstance(statement.value, ast.Call) else f"{made}.copy()"
        new = f"{names} = {made}, {again}"
        yield Variant(new, Slip("alias", f.text, new, 0, 0.9))
    if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
        target = statement.targets[0]
        start, end = f.extent(target)[1], f.outer(statement.value)[0]
        at = f.text.index("=", start, end)
        if not isinstance(target, ast.Tuple | ast.List):
            for symbol, cost in (("+=", 1.0), ("-=", 1.4), ("/=", 1.3), ("*=", 1.4)):
                yield Variant(f.patched((at, at + 1, symbol)), Slip("augment", "=", symbol, at, cost))
            yield from _targets(f, target, m)
        yield from _from_the_end(f, target, statement.value)
        yield from _floats(f, statement.value, m)
        yield from _own(f, statement.value, m)
        if isinstance(target, ast.Subscript) and _is_full_slice(target.slice):
            name = f.segment(target.value)
            slip = Slip("in-place", f.segment(target), name, f.extent(target)[0], 1.0)
            yield Variant(f.replaced(target, name), slip)
        elif (
            isinstance(target, ast.Subscript)
            and m.library == "np"
            and not isinstance(target.slice, ast.Constant)
        ):
            yield _at_each(f, target, statement.value, "add")
    elif isinstance(statement, ast.AugAssign):
        low, high = f.extent(statement.target)[1], f.outer(statement.value)[0]
        old = f.text[low:high].strip()
        at = f.text.index(old, low, high)
        for symbol in ("=", "-=" if old == "+=" else "+=", "/=" if old == "*=" else "*="):
            cost = 1.0 if symbol == "=" or {symbol, old} == {"+=", "-="} else 1.3
            yield Variant(f.patched((at, at + len(old), symbol)), Slip("augment", old, symbol, at, cost))
        yield from _targets(f, statement.target, m)
        yield from _out_of_place(f, statement, old, m)
        if isinstance(statement.target, ast.Subscript) and old in ("+=", "-=") and m.library == "np":
            yield _at_each(f, statement.target, statement.value, "add" if old == "+=" else "subtract")


def _from_the_end(f: Fragment, target: ast.expr, value: ast.expr) -> Iterator[Variant]:
    """`dW0, dW1 = grads[::-1]`: what a backward loop appends begins with the last layer."""
    gradients = isinstance(target, ast.Tuple | ast.List) and all(
        isinstance(part, ast.Name) and stems(part.id) for part in target.elts
    )
    if gradients and isinstance(value, ast.Name | ast.Attribute):
        text = f.segment(value)
        slip = Slip("index", text, f"{text}[::-1]", f.extent(value)[0], 1.0)
        yield Variant(f.replaced(value, f"{text}[::-1]"), slip)


_VIEWS = ("reshape", "ravel", "transpose", "view", "squeeze", "swapaxes")


def _own(f: Fragment, value: ast.expr, m: Material) -> Iterator[Variant]:
    """`dz = dout.copy()`: what is done to `dz` is done to `dout` otherwise."""
    if m.library != "np":
        return
    called = value.func if isinstance(value, ast.Call) else None
    views = isinstance(called, ast.Attribute) and called.attr in _VIEWS
    text = f.segment(value)
    array = isinstance(value, ast.Name | ast.Attribute | ast.Subscript) and m.shapes.get(text, (0,))
    if array or views:
        slip = Slip("alias", text, f"{text}.copy()", f.extent(value)[0], 0.9)
        yield Variant(f.replaced(value, f"{text}.copy()"), slip)
    yield from _one_for_each(f, value, m)


def _one_for_each(f: Fragment, value: ast.expr, m: Material) -> Iterator[Variant]:
    """An array for each place of a list or a dictionary, where one stands in several."""
    items = value.values if isinstance(value, ast.Dict) else getattr(value, "elts", [])
    arrays = [e for e in items if isinstance(e, ast.Name) and m.shapes.get(e.id)]
    for item in arrays:
        if sum(other.id == item.id for other in arrays) > 1:
            slip = Slip("alias", item.id, f"{item.id}.copy()", f.extent(item)[0], 0.9)
            yield Variant(f.replaced(item, f"{item.id}.copy()"), slip)
    one = value.left if isinstance(value, ast.BinOp) and isinstance(value.op, ast.Mult) else None
    if isinstance(one, ast.List) and len(one.elts) == 1 and isinstance(value, ast.BinOp):
        made, count, old = f.segment(one.elts[0]), f.segment(value.right), f.segment(value)
        made = f"{made}.copy()" if isinstance(one.elts[0], ast.Name) else made
        new = f"[{made} for _ in range({count})]"
        yield Variant(f.replaced(value, new), Slip("alias", old, new, f.extent(value)[0], 0.9))


def _out_of_place(f: Fragment, statement: ast.AugAssign, symbol: str, m: Material) -> Iterator[Variant]:
    """`d = d * mask` for `d *= mask`, which changes an array that goes by other names too."""
    target = f.segment(statement.target)
    if m.library == "np" and isinstance(statement.target, ast.Name | ast.Attribute) and m.shapes.get(target):
        low, high = f.outer(statement.value)
        new = f"{target} = {target} {symbol[:-1]} {_bound(f.text[low:high], statement.value)}"
        yield Variant(new, Slip("alias", f.text, new, 0, 1.0))


def _bound(text: str, value: ast.expr) -> str:
    """An expression as the right-hand side of a product or a difference."""
    return f"({text})" if isinstance(value, ast.BinOp) and not text.startswith("(") else text


def _at_each(f: Fragment, target: ast.Subscript, value: ast.expr, how: str) -> Variant:
    """`np.add.at(d, ids, g)`: what goes to an entry several times counts several times."""
    key = f.segment(target.slice)
    key = f"({key})" if isinstance(target.slice, ast.Tuple) and not key.startswith("(") else key
    new = f"np.{how}.at({f.segment(target.value)}, {key}, {f.text[slice(*f.outer(value))]})"
    return Variant(new, Slip("add-at", f.text, new, 0, 0.95))


def _is_full_slice(node: ast.expr) -> bool:
    return (isinstance(node, ast.Slice) and node.lower is None and node.upper is None) or (
        isinstance(node, ast.Constant) and node.value is Ellipsis)  # fmt: skip


def _targets(f: Fragment, target: ast.expr, m: Material) -> Iterator[Variant]:
    root = target
    while isinstance(root, ast.Subscript):
        root = root.value
    text, start = f.segment(root), f.extent(root)[0]
    for other in m.targets:
        if other != text:
            slip = Slip("target", text, other, start, 0.9 if other.lower() == text.lower() else 1.2)
            yield Variant(f.replaced(root, other), slip)


def _floats(f: Fragment, value: ast.expr, m: Material) -> Iterator[Variant]:
    """Arrays of whole numbers as arrays of floats."""
    start = f.extent(value)[0]
    whole = [n for n in ast.walk(value) if isinstance(n, ast.Constant) and type(n.value) is int]
    inside = [n for n in whole if isinstance(f.parents.get(n), ast.List | ast.Tuple | ast.UnaryOp)]
    literal = isinstance(value, ast.List) or (isinstance(value, ast.Call) and value.args and isinstance(
        value.args[0], ast.List))  # fmt: skip
    if inside and literal:
        text = f.patched(*((*f.extent(n), f"{f.segment(n)}.0") for n in inside))
        yield Variant(text, Slip("dtype", f.segment(value), text[start:], start, 0.9))
    if isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute):
        name, end = value.func.attr, f.extent(value)[1] - 1
        kinds = {k.arg: k.value for k in value.keywords}
        if "dtype" in kinds:
            dtype = kinds["dtype"]
            yield Variant(f.replaced(dtype, "float"), Slip("dtype", f.segment(dtype), "float", start, 0.95))
        elif name in ("zeros_like", "ones_like", "full_like", "empty_like", "array", "asarray", "full"):
            yield Variant(
                f.patched((end, end, ", dtype=float")), Slip("dtype", "", "dtype=float", start, 0.95)
            )
