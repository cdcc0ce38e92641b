"""Sizes that a backward pass takes and the forward pass counts for itself: `m = y.size`."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping

from whygrad.checking.functions import Function


def counted(forward: Function, names: Mapping[str, str]) -> dict[str, str]:
    """Local sizes of the forward pass, by name, in the variables that hold what its parameters are given."""
    found: dict[str, str] = {}
    for node in ast.walk(forward.node):
        if isinstance(node, ast.Assign) and len(node.targets) == 1:
            for name, size in _sizes(node.targets[0], node.value):
                array = next(n.id for n in ast.walk(size) if isinstance(n, ast.Name) and n.id != "len")
                if array in names:
                    found.setdefault(name, re.sub(rf"\b{array}\b", names[array], ast.unparse(size)))
    return found


def _sizes(target: ast.expr, value: ast.expr) -> Iterator[tuple[str, ast.expr]]:
    """Names with `x.size`, `len(x)` or `x.shape[k]`; of `n, d = x.shape` both."""
    if isinstance(target, ast.Name) and _is_size(value):
        yield target.id, value
    elif isinstance(target, ast.Tuple) and _is_shape(value):
        for place, item in enumerate(target.elts):
            if isinstance(item, ast.Name):
                yield item.id, ast.Subscript(value, ast.Constant(place), ast.Load())


def _is_size(node: ast.expr) -> bool:
    if isinstance(node, ast.Attribute):
        return node.attr == "size" and isinstance(node.value, ast.Name)
    if isinstance(node, ast.Call):
        called = isinstance(node.func, ast.Name) and node.func.id == "len" and len(node.args) == 1
        return called and isinstance(node.args[0], ast.Name)
    return isinstance(node, ast.Subscript) and _is_shape(node.value) and isinstance(node.slice, ast.Constant)


def _is_shape(node: ast.expr) -> bool:
    return isinstance(node, ast.Attribute) and node.attr == "shape" and isinstance(node.value, ast.Name)
