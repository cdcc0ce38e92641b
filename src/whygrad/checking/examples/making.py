"""How a file makes its biases: `b1 = np.zeros((n_h, 1))` says what a `b` is that some function takes."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from whygrad.checking.examples.syntax import computed_key_prefix, is_numpy, last_name
from whygrad.source import tree_of

Shape = tuple[int, ...]
"""1 where one is written, 0 for any other size."""
_BY_SHAPE = {"zeros", "ones", "empty", "full"}
_BY_SIZES = {"randn", "rand"}
_DRAWN = {"standard_normal", "random", "random_sample"}


def made_shapes(text: str) -> dict[str, Shape]:
    """Names without their numbers -> the shape of all arrays, or numbers, that the file makes under them.

    Names under which arrays of several shapes are made are left out, and so is what is handed on or computed.
    """
    found: dict[str, set[Shape]] = {}
    for node in ast.walk(tree_of(text)):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                for one, value in _pairs(target, node.value):
                    shape, name = _shape(value), _name(one)
                    if shape is not None and name:
                        found.setdefault(stem(name), set()).add(shape)
    return {name: shapes.pop() for name, shapes in found.items() if len(shapes) == 1}


def stem(name: str) -> str:
    """`b` of `b2`, and of `b_`."""
    return re.sub(r"[\d_]+$", "", name)


def _pairs(target: ast.expr, value: ast.expr) -> Iterator[tuple[ast.expr, ast.expr]]:
    if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
        yield from zip(target.elts, value.elts, strict=False)
    else:
        yield target, value


def _name(target: ast.expr) -> str:
    if isinstance(target, ast.Subscript):
        key = target.slice
        named = isinstance(key, ast.Constant) and isinstance(key.value, str)
        return key.value if named else computed_key_prefix(key)  # type: ignore[attr-defined]
    return last_name(target)


def _shape(value: ast.expr) -> Shape | None:
    """The shape that is written where an array is made, also times a number, or () for `0.0`."""
    while isinstance(value, ast.BinOp):
        value = value.left if isinstance(value.left, ast.Call) else value.right
    if isinstance(value, ast.Constant) and isinstance(value.value, float):
        return ()
    if not isinstance(value, ast.Call) or not isinstance(value.func, ast.Attribute):
        return None
    maker, of = value.func.attr, value.func.value
    if maker in _BY_SIZES:
        return _places(value.args)
    named = {k.arg: k.value for k in value.keywords}
    sizes = named.get("shape", named.get("size"))
    by_shape = maker in _DRAWN or (maker in _BY_SHAPE and is_numpy(of))
    if sizes is None and by_shape and value.args:
        sizes = value.args[0]
    if sizes is None:
        return None
    return _places(sizes.elts if isinstance(sizes, ast.Tuple | ast.List) else [sizes])


def _places(sizes: list[ast.expr]) -> Shape | None:
    """None where a size may be a whole shape: `np.zeros(shape)`, `np.zeros(W.shape)`."""
    if len(sizes) == 1 and not isinstance(sizes[0], ast.Constant | ast.Subscript):
        word = last_name(sizes[0])
        if not word or re.search(r"(?i)shape|^size$|sizes$|dims$", word):
            return None
    if any(isinstance(s, ast.Starred) for s in sizes):
        return None
    return tuple(1 if isinstance(s, ast.Constant) and s.value == 1 else 0 for s in sizes)
