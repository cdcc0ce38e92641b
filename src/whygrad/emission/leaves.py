"""What an expression of the user's reads: names, entries and attributes that hold numbers.

A leaf is the longest path (`h`, `w[0]`, `params["W1"]`, `self.W`, `x[:, t]`) whose value is a number, an
array or a list of them. Its base is the name that owns it; what follows is its key.
"""

from __future__ import annotations

import ast
import copy
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

NUMBERS = (int, float, np.integer, np.floating, np.bool_)


@dataclass(frozen=True)
class Leaf:
    """A place that a statement reads or writes."""

    base: str
    """`x`, `self.W`; and `params["W1"]` where a dictionary is read by constant keys."""
    keys: tuple[str, ...] = ()
    """The subscripts after the base, as text."""
    advanced: bool = False
    """Whether a key may name one entry twice (an array of indices)."""
    fact: bool = False
    """Whether it is a length or shape: of an array, but not its value."""

    @property
    def text(self) -> str:
        return self.base + "".join(f"[{key}]" for key in self.keys)

    def renamed(self, names: Mapping[str, str]) -> Leaf:
        """The leaf with other names in it."""
        base, keys = rename(self.base, names), tuple(rename_key(k, names) for k in self.keys)
        return Leaf(base, keys, self.advanced, self.fact)


def is_number(value: Any) -> bool:
    """Is it one number?"""
    return isinstance(value, NUMBERS)


def is_array(value: Any) -> bool:
    """Is it an array of numbers?"""
    return isinstance(value, np.ndarray) and value.dtype.kind in "fiub"


def is_numeric(value: Any) -> bool:
    """Is it a number, an array, or a list, tuple or dictionary with nothing else in it?"""
    if is_number(value) or is_array(value):
        return True
    if isinstance(value, list | tuple):
        return bool(value) and all(is_numeric(v) for v in value)
    if isinstance(value, dict):
        return bool(value) and all(is_numeric(v) for v in value.values())
    return False


def is_real(value: Any) -> bool:
    """Does a derivative by it make sense: are there floating numbers in it?"""
    if isinstance(value, np.ndarray | np.generic):
        return value.dtype.kind == "f"
    if isinstance(value, list | tuple):
        return any(is_real(v) for v in value)
    if isinstance(value, dict):
        return any(is_real(v) for v in value.values())
    return type(value) is float


def write(node: ast.AST) -> str:
    """Source of a node, with double quotes."""
    text = ast.unparse(node)
    if isinstance(node, ast.Call | ast.Assign | ast.Return | ast.AugAssign):
        text = re.sub(r"(\w)\(\((.* for .* in .*)\)\)", r"\1(\2)", text)  # unparse adds parentheses
    return text if '"' in text else text.replace("'", '"')


def rename(text: str, names: Mapping[str, str]) -> str:
    """An expression with other names."""
    if not names:
        return text
    return write(_Renamer(names).visit(ast.parse(text, mode="eval").body))


def rename_key(text: str, names: Mapping[str, str]) -> str:
    """What stands in brackets, with other names."""
    return rename(f"_[{text}]", names)[2:-1] if names else text


class _Renamer(ast.NodeTransformer):
    def __init__(self, names: Mapping[str, str]) -> None:
        self.names = names

    def visit_Name(self, node: ast.Name) -> ast.AST:
        return ast.Name(self.names.get(node.id, node.id), node.ctx)


def names_in(text: str) -> set[str]:
    """The names that an expression reads."""
    return {n.id for n in ast.walk(ast.parse(text)) if isinstance(n, ast.Name)}


def names_read(node: ast.AST) -> set[str]:
    """The names that a node reads."""
    return {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}


def bound_within(node: ast.AST) -> set[str]:
    """Names that an expression binds for itself: of comprehensions and lambdas."""
    found = set[str]()
    for n in ast.walk(node):
        if isinstance(n, ast.comprehension):
            found |= {t.id for t in ast.walk(n.target) if isinstance(t, ast.Name)}
        elif isinstance(n, ast.Lambda):
            found |= {a.arg for a in n.args.args}
    return found


UNIFORM = {"zeros", "ones", "full", "empty", "shape", "size", "ndim"}
"""Functions that give one number many times, or a length."""
FORMS = ("zeros_like", "ones_like", "empty_like")
"""Functions that read the shape of an array, not its entries."""


class Finder(ast.NodeTransformer):
    """Replaces the leaves of an expression by names of their own; `leaves` holds what was found."""

    def __init__(self, scope: Mapping[str, Any], inner: set[str]) -> None:
        self.scope, self.inner = scope, inner
        self.leaves: dict[str, tuple[str, Leaf, Any]] = {}

    def visit(self, node: ast.AST) -> Any:
        if isinstance(node, ast.Name | ast.Subscript | ast.Attribute) and isinstance(node.ctx, ast.Load):
            found = leaf_of(node, self.scope, self.inner)
            if found is not None:
                leaf, value = found
                name = self.leaves.setdefault(leaf.text, (f"_{len(self.leaves)}_", leaf, value))[0]
                return ast.copy_location(ast.Name(name, ast.Load()), node)
        if isinstance(node, ast.Subscript | ast.Attribute | ast.Call) and is_fact(node):
            return self._fact(node, int) or node
        if isinstance(node, ast.Call) and self._is_made(node) and (made := self._fact(node, np.ndarray)):
            return made
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") in FORMS and len(node.args) == 1:
            return node  # only the shape of its argument is read
        return self.generic_visit(node)

    def _is_made(self, node: ast.Call) -> bool:
        """Is it what lengths alone determine, `np.eye(n)`, and no one number many times?"""
        library, _, name = write(node.func).partition(".")
        if library != "np" or name in UNIFORM or name.startswith("random.") or names_read(node) & self.inner:
            return False
        within = {id(m) for n in ast.walk(node) if is_fact(n) for m in ast.walk(n)}
        return all(
            isinstance(self.scope.get(n.id), int)
            for n in ast.walk(node)
            if isinstance(n, ast.Name) and n.id != "np" and id(n) not in within
        )

    def _fact(self, node: Any, kind: type) -> ast.expr | None:
        """A name for a length, or for what is made of lengths: nothing that a derivative is taken by."""
        try:
            value = evaluated(node, self.scope)
        except Exception:  # of a name that the expression binds itself
            return None
        if not isinstance(value, kind):
            return None
        name = self.leaves.setdefault(
            write(node), (f"_{len(self.leaves)}_", Leaf(write(node), fact=True), value)
        )[0]
        return ast.copy_location(ast.Name(name, ast.Load()), node)


def is_fact(node: ast.AST) -> bool:
    """Is it `x.shape[0]`, `x.shape`, `x.size`, `len(x)`: of an array, but not its value?"""
    if isinstance(node, ast.Subscript):
        node = node.value
        return isinstance(node, ast.Attribute) and node.attr == "shape"
    if isinstance(node, ast.Call):
        return isinstance(node.func, ast.Name) and node.func.id == "len"
    return isinstance(node, ast.Attribute) and node.attr in ("shape", "size", "ndim", "dtype")


def leaf_of(node: ast.AST, scope: Mapping[str, Any], inner: set[str] = frozenset()) -> Any:  # type: ignore[assignment]
    """(Leaf, value) of a path that holds numbers, or None."""
    if isinstance(node, ast.Name):
        if node.id not in scope or node.id in inner or not is_numeric(scope[node.id]):
            return None
        return Leaf(node.id), scope[node.id]
    if isinstance(node, ast.Attribute):
        return _attribute(node, scope, inner)
    if not isinstance(node, ast.Subscript) or inner & names_read(node.slice) or is_whole(node.slice):
        return None
    above = leaf_of(node.value, scope, inner) or _mixed(node.value, scope, inner)
    if above is None:
        return None
    try:
        key = evaluated(node.slice, scope)
        value = above[1][key]
    except Exception:  # whatever the user's own subscript raises: then it is no leaf
        return None
    if not is_numeric(value):
        return None
    return _entry(above[0], write_key(node.slice), key, above[1]), value


def is_whole(key: ast.expr) -> bool:
    """Does a subscript only give an array new axes: `x[:, None]`?"""
    parts = key.elts if isinstance(key, ast.Tuple) else [key]
    texts = [write(p) for p in parts]
    return all(t in (":", "None", "np.newaxis", "...") for t in texts) and bool(
        {"None", "np.newaxis"} & {*texts}
    )


def _mixed(node: ast.AST, scope: Mapping[str, Any], inner: set[str]) -> Any:
    """A dictionary with other things than numbers in it is a path too."""
    if isinstance(node, ast.Name) and node.id in scope and node.id not in inner:
        value = scope[node.id]
        return (Leaf(node.id), value) if isinstance(value, dict | list | tuple) else None
    return None


def _attribute(node: ast.Attribute, scope: Mapping[str, Any], inner: set[str]) -> Any:
    if not isinstance(node.value, ast.Name) or node.value.id not in scope or node.value.id in inner:
        return None
    owner = scope[node.value.id]
    if isinstance(owner, NUMBERS) or is_array(owner) or not hasattr(owner, "__dict__"):
        return None
    value = getattr(owner, node.attr, None)
    return (Leaf(f"{node.value.id}.{node.attr}"), value) if is_numeric(value) else None


def _entry(above: Leaf, text: str, key: Any, owner: Any) -> Leaf:
    if isinstance(owner, dict) and isinstance(key, str) and not above.keys and is_quoted(text):
        return Leaf(f"{above.base}[{text}]")
    parts = key if isinstance(key, tuple) else (key,)
    arrays = [
        p for p in parts if isinstance(p, list | range) or (isinstance(p, np.ndarray) and p.dtype.kind != "b")
    ]
    counted = any("arange(" in t or t.startswith("range(") for t in text.split(", "))
    return Leaf(above.base, (*above.keys, text), bool(arrays) and not counted)


def is_quoted(key: str) -> bool:
    """Is a key one string, and not put together: `"W" + str(l)`?"""
    return isinstance(ast.parse(key, mode="eval").body, ast.Constant) if key.startswith('"') else False


def write_key(node: ast.expr) -> str:
    """What stands in brackets, as people write it."""
    text = write(ast.Subscript(ast.Name("_", ast.Load()), node, ast.Load()))[2:-1]
    return text[1:-1] if isinstance(node, ast.Tuple) and text.startswith("(") and node.elts else text


def evaluated(node: ast.expr, scope: Mapping[str, Any]) -> Any:
    """The value of a subscript."""
    made = ast.Expression(ast.Subscript(ast.Name("__key__", ast.Load()), copy.deepcopy(node), ast.Load()))
    code = compile(ast.fix_missing_locations(made), "<key>", "eval")
    return eval(code, {**scope, "__key__": _Key()})


class _Key:
    def __getitem__(self, key: Any) -> Any:
        return key
