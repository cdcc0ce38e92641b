"""Nested containers as a list of leaves and a tree: lists, tuples, named tuples, dicts, dataclasses."""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from whygrad.tracing.values import Traced

Tree = Any
"""LEAF, None (a None of the user's), or (kind, names, children)."""


class _Leaf:
    def __repr__(self) -> str:
        return "*"


LEAF = _Leaf()


_LEAVES = frozenset({float, int, bool, str, np.ndarray, np.float64, np.float32, Traced})
"""The commonest leaves, recognised at once."""


def _parts(value: Any) -> tuple[tuple[Any, ...], list[Any]] | None:
    """What names the parts of a container, and the parts; None for a leaf."""
    kind = type(value)
    if kind in _LEAVES:
        return None
    if kind is list or kind is tuple:
        return tuple(range(len(value))), list(value)
    if isinstance(value, dict):
        return tuple(value), list(value.values())
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return value._fields, list(value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        names = tuple(f.name for f in dataclasses.fields(value))
        return names, [getattr(value, name) for name in names]
    return None


def flatten(value: Any) -> tuple[list[Any], Tree]:
    """Leaves in order, and the tree that `unflatten` needs. Trees of equal structure compare equal."""
    leaves: list[Any] = []
    return leaves, _tree(value, leaves)


def _tree(value: Any, leaves: list[Any]) -> Tree:
    if value is None:
        return None
    parts = _parts(value)
    if parts is None:
        leaves.append(value)
        return LEAF
    return type(value), parts[0], tuple([_tree(part, leaves) for part in parts[1]])


def flatten_like(value: Any, tree: Tree) -> list[Any] | None:
    """Leaves in the order of a tree, or None where the value is nested otherwise. Dicts may differ in the
    order of their keys, and anything may stand in the place of a leaf."""
    leaves: list[Any] = []
    return leaves if _follows(value, tree, leaves) else None


def _follows(value: Any, tree: Tree, leaves: list[Any]) -> bool:
    if tree is None or tree is LEAF:
        if tree is LEAF:
            leaves.append(value)
        return (value is None) is (tree is None)
    parts = _parts(value)
    kind, names, children = tree
    if parts is None or type(value) is not kind or len(parts[0]) != len(names):
        return False
    by_name = dict(zip(*parts, strict=True))
    return all(
        name in by_name and _follows(by_name[name], child, leaves)
        for name, child in zip(names, children, strict=True)
    )


def count_leaves(tree: Tree) -> int:
    """How many leaves a tree has."""
    return 1 if tree is LEAF else 0 if tree is None else sum(map(count_leaves, tree[2]))


def unflatten(tree: Tree, leaves: Sequence[Any]) -> Any:
    """The container that `flatten` took apart, with other leaves."""
    return _build(tree, iter(leaves))


def _build(tree: Tree, leaves: Iterator[Any]) -> Any:
    if tree is LEAF:
        return next(leaves)
    if tree is None:
        return None
    kind, names, children = tree
    parts = [_build(child, leaves) for child in children]
    if kind is list or kind is tuple:
        return kind(parts)
    if issubclass(kind, dict):
        made = kind.__new__(kind)
        made.update(zip(names, parts, strict=True))
        return made
    if issubclass(kind, tuple):
        return kind(*parts)
    # A dataclass is rebuilt without its __init__, which may compute.
    return _with_parts(object.__new__(kind), names, parts)


def _with_parts(made: Any, names: Sequence[str], parts: Sequence[Any]) -> Any:
    for name, part in zip(names, parts, strict=True):
        object.__setattr__(made, name, part)  # frozen ones too
    return made


def mapped(function: Callable[[Any, str], Any], value: Any, name: str = "") -> Any:
    """The container with `function(leaf, name)` in place of each leaf; names are `w[0]`, `p['W']`, `q.a`."""
    parts = _parts(value)
    if value is None or parts is None:
        return value if value is None else function(value, name)
    kind = type(value)
    dotted = not isinstance(value, list | tuple | dict) or hasattr(value, "_fields")
    children = [
        mapped(function, part, f"{name}.{key}" if dotted else f"{name}[{key!r}]")
        for key, part in zip(*parts, strict=True)
    ]
    if dataclasses.is_dataclass(value):
        return _with_parts(copy.copy(value), parts[0], children)  # what is no field of it stays with it
    return _build((kind, parts[0], (LEAF,) * len(children)), iter(children))
