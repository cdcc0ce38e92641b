"""Mutations of what is called: another function of the user's that takes as many arguments, another word."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from whygrad.diagnosis.fragments import Fragment
from whygrad.diagnosis.slips import Slip, Variant
from whygrad.source import tree_of

if TYPE_CHECKING:
    from whygrad.diagnosis.mutation import Material

MOST = 12
"""Functions of the user's, and of an object, that stand for one another."""


def callees(f: Fragment, m: Material) -> Iterator[Variant]:
    """`relu_backward(d, z)` for `sigmoid_backward(d, z)`, `step(d, "relu")` for `step(d, "tanh")`."""
    for node in f.expressions():
        if not isinstance(node, ast.Call):
            continue
        name, start = f.segment(node.func), f.extent(node.func)[0]
        count = len(node.args) + len(node.keywords)
        if name in m.takes and not any(isinstance(a, ast.Starred) for a in node.args):
            fitting = [n for n, (least, most) in m.takes.items() if n != name and least <= count <= most]
            for other in fitting:
                cost = 1.05 if _words(name) & _words(other) else 1.2
                yield Variant(f.replaced(node.func, other), Slip("function", name, other, start, cost))
        for part in (*node.args, *(k.value for k in node.keywords)):
            if isinstance(part, ast.Constant) and isinstance(part.value, str) and part.value in m.words:
                text = f.segment(part)
                for word in (w for w in m.words if w != part.value):
                    other = text.replace(part.value, word)  # in the quotes that it stands in
                    slip = Slip("function", text, other, f.extent(part)[0], 1.05)
                    yield Variant(f.replaced(part, other), slip)


def _words(name: str) -> set[str]:
    """The words of a function's name: two that share one are of a kind."""
    return {word for word in name.rpartition(".")[2].lower().split("_") if len(word) > 2}


def taken(shared: Mapping[str, Any], objects: Mapping[str, Any]) -> dict[str, tuple[int, int]]:
    """How many arguments the user's functions take, at least and at most, and methods of objects in scope."""
    found = {name: _count(value) for name, value in shared.items() if inspect.isfunction(value)}
    for name, value in objects.items():
        own = vars(type(value)).items()
        methods = [n for n, v in own if isinstance(v, staticmethod) or inspect.isfunction(v)]
        plain = [n for n in methods if not n.startswith("__")][:MOST]
        found |= {f"{name}.{method}": _count(getattr(value, method)) for method in plain}
    kept = {n: count for n, count in found.items() if count[1] and not n.startswith(("__", "make_"))}
    return dict(list(kept.items())[: 2 * MOST])


def _count(function: Any) -> tuple[int, int]:
    """How many arguments a function takes; none where it takes any number."""
    parameters = list(inspect.signature(function).parameters.values())
    if any(p.kind in (p.VAR_POSITIONAL, p.VAR_KEYWORD) for p in parameters):
        return 0, 0
    return sum(p.default is p.empty for p in parameters), len(parameters)


@lru_cache(maxsize=64)
def words(text: str) -> tuple[str, ...]:
    """Words that a text compares something with: `if activation == "relu"`."""
    compared = [n for n in ast.walk(tree_of(text)) if isinstance(n, ast.Compare)]
    found = [n.value for c in compared for n in ast.walk(c) if isinstance(n, ast.Constant)]
    return tuple(dict.fromkeys(word for word in found if isinstance(word, str)))
