"""Small readings of syntax: what an index, a call or a subscript is about."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator


def shape_place(node: ast.expr) -> tuple[ast.expr, int] | None:
    """(x, 1) of `x.shape[1]`; (x, 0) of `len(x)`."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "len" and node.args:
        return node.args[0], 0
    if not isinstance(node, ast.Subscript) or not isinstance(node.value, ast.Attribute):
        return None
    if node.value.attr != "shape":
        return None
    index = node.slice
    if isinstance(index, ast.UnaryOp) and isinstance(index.op, ast.USub):
        index, sign = index.operand, -1
    else:
        sign = 1
    if isinstance(index, ast.Constant) and isinstance(index.value, int):
        return node.value.value, sign * index.value
    return None


def multiple_in(part: ast.expr) -> tuple[int, str]:
    """(4, "H") of the slice `3 * H : 4 * H` and of `3 * H :`: so many times H it reaches; else (0, "")."""
    if not isinstance(part, ast.Slice) or part.step is not None:
        return 0, ""
    reached = part.upper if part.upper is not None else part.lower
    if not isinstance(reached, ast.BinOp) or not isinstance(reached.op, ast.Mult):
        return 0, ""
    sides = (reached.left, reached.right)
    number = next((n.value for n in sides if isinstance(n, ast.Constant) and isinstance(n.value, int)), 0)
    name = next((n.id for n in sides if isinstance(n, ast.Name)), "")
    return (number + (part.upper is None), name) if number and name else (0, "")


def divided_shape(node: ast.expr) -> tuple[ast.expr, int, int] | None:
    """(b, 0, 4) of `b.shape[0] // 4` and of `int(b.shape[0] / 4)`."""
    if isinstance(node, ast.Call) and last_name(node.func) == "int" and len(node.args) == 1:
        node = node.args[0]
    if not isinstance(node, ast.BinOp) or not isinstance(node.op, ast.Div | ast.FloorDiv):
        return None
    found, by = shape_place(node.left), node.right
    if found is None or not isinstance(by, ast.Constant) or not isinstance(by.value, int):
        return None
    return *found, by.value


_PLACES = frozenset({"argmax", "argmin", "argsort", "argwhere", "nonzero", "flatnonzero", "where"})


def index_parts(index: ast.expr) -> Iterator[ast.expr]:
    """Parts of an index whose names are indices: of `scores[range(N), list(y)]`, `y` too."""
    for part in index.elts if isinstance(index, ast.Tuple) else [index]:
        yield part
        if isinstance(part, ast.Call) and called_name(part.func).rpartition(".")[2] in _PLACES:
            continue  # of `weights[np.argmax(y, axis=1)]` the places of `y` are the index
        if isinstance(part, ast.Call) and part.args:  # `scores[range(N), list(y)]`, `y.astype(int)`
            yield part.args[0]
        if isinstance(part, ast.Call) and isinstance(part.func, ast.Attribute):
            yield part.func.value
        if isinstance(part, ast.Subscript):  # `scores[y[i]]`
            yield part.value
        if isinstance(part, ast.Tuple):
            yield from index_parts(part)


def outside_indices(node: ast.AST) -> Iterator[ast.AST]:
    """A tree without what stands between brackets: not `i` of `p[i]`."""
    yield node
    for child in ast.iter_child_nodes(node):
        if not (isinstance(node, ast.Subscript) and child is node.slice):
            yield from outside_indices(child)


def entry_owner(node: ast.expr) -> ast.expr | None:
    """`A` of `A[i]`."""
    plain = isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Name)
    return node.value if plain else None  # type: ignore[attr-defined]


def computed_key_prefix(node: ast.expr) -> str:
    """`W` of `"W" + str(l)`, of `"W%d" % l`, of `f"W{l}"`, of `"W{}".format(l)`."""
    if isinstance(node, ast.BinOp):
        left: ast.expr = node.left
        while isinstance(left, ast.BinOp):
            left = left.left
        if isinstance(left, ast.Constant) and isinstance(left.value, str):
            return re.split(r"%", left.value)[0]
    if isinstance(node, ast.JoinedStr) and node.values and isinstance(node.values[0], ast.Constant):
        return str(node.values[0].value)
    if (
        not isinstance(node, ast.Call)
        or not isinstance(node.func, ast.Attribute)
        or node.func.attr != "format"
    ):
        return ""
    text = node.func.value.value if isinstance(node.func.value, ast.Constant) else None
    return text.split("{")[0] if isinstance(text, str) else ""


def factors_of(node: ast.expr) -> list[ast.expr]:
    """The operands of a product, entry by entry, or the expression itself."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult):
        return [*factors_of(node.left), *factors_of(node.right)]
    return [node]


def is_numpy(node: ast.expr) -> bool:
    """Is it NumPy, by its usual names?"""
    return isinstance(node, ast.Name) and node.id in ("np", "numpy")


def last_name(node: ast.expr) -> str:
    """`dot` of `np.dot`, `f` of `f`."""
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def called_name(node: ast.expr) -> str:
    """`affine_forward`, or `self.step`."""
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        return f"{node.value.id}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def is_none(node: ast.expr) -> bool:
    """Is it None, written out, or as `np.newaxis`?"""
    if isinstance(node, ast.Attribute | ast.Name):
        return ast.unparse(node).rpartition(".")[2] == "newaxis"
    return isinstance(node, ast.Constant) and node.value is None


def is_ellipsis(node: ast.expr) -> bool:
    """Is it `...`?"""
    return isinstance(node, ast.Constant) and node.value is ...


def kept_within_one(node: ast.Call) -> ast.expr | None:
    """`p` of `np.clip(p, eps, 1 - eps)`, which keeps a probability off the ends of its range."""
    if last_name(node.func) != "clip" or not isinstance(node.func, ast.Attribute) or len(node.args) < 2:
        return None
    top, base = node.args[-1], node.func.value
    below = isinstance(top, ast.BinOp) and isinstance(top.op, ast.Sub) and _is_one(top.left)
    below |= isinstance(top, ast.Constant) and isinstance(top.value, float) and 0.9 < top.value < 1
    return (node.args[0] if is_numpy(base) else base) if below else None


def _is_one(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value == 1
