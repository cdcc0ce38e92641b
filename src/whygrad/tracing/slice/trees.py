"""Nested structures: lists, tuples, named tuples, dicts and dataclasses, taken apart into leaves and put together."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, eq=False)
class Tree:
    """The shape of a structure. `kind` is None for a leaf."""

    kind: type | None
    keys: tuple[Any, ...] = ()
    children: tuple[Tree, ...] = ()


LEAF = Tree(None)


def parts(value: Any) -> tuple[tuple[Any, ...], list[Any]] | None:
    """Keys and children of a structure; None for a leaf."""
    if isinstance(value, list | tuple):
        return tuple(range(len(value))), list(value)
    if isinstance(value, dict):
        return tuple(value), list(value.values())
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        names = tuple(f.name for f in dataclasses.fields(value))
        return names, [getattr(value, n) for n in names]
    return None


def flatten(value: Any) -> tuple[list[Any], Tree]:
    """Leaves in order, and the tree that `unflatten` needs."""
    found = parts(value)
    if found is None:
        return [value], LEAF
    keys, children = found
    leaves, trees = [], []
    for child in children:
        below, tree = flatten(child)
        leaves.extend(below)
        trees.append(tree)
    return leaves, Tree(type(value), keys, tuple(trees))


def unflatten(tree: Tree, leaves: Sequence[Any]) -> Any:
    """The structure with these leaves."""
    remaining = iter(leaves)

    def build(t: Tree) -> Any:
        if t.kind is None:
            return next(remaining)
        children = [build(c) for c in t.children]
        if issubclass(t.kind, dict):
            return t.kind(zip(t.keys, children, strict=True))
        if issubclass(t.kind, tuple) and hasattr(t.kind, "_fields"):
            return t.kind(*children)
        if issubclass(t.kind, list | tuple):
            return t.kind(children)
        return t.kind(**dict(zip(t.keys, children, strict=True)))

    return build(tree)


def map_leaves(function: Callable[[str, Any], Any], value: Any, name: str = "") -> Any:
    """The structure with `function(name, leaf)` in place of each leaf; names read like `w[0]`, `p["W"]`."""
    found = parts(value)
    if found is None:
        return function(name, value)
    keys, children = found
    if isinstance(value, list | tuple):
        names = [f"{name}[{k}]" for k in keys]
    elif isinstance(value, dict):
        names = [f"{name}[{k!r}]" for k in keys]
    else:
        names = [f"{name}.{k}" for k in keys]
    leaves = [map_leaves(function, c, n) for c, n in zip(children, names, strict=True)]
    return unflatten(Tree(type(value), keys, tuple(LEAF for _ in keys)), leaves)
