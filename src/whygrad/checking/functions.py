"""Functions and methods of a file: their parameters and the names of what they return."""

from __future__ import annotations

import ast
import inspect
import linecache
import textwrap
from dataclasses import dataclass
from functools import cached_property
from types import FunctionType
from typing import Any

from whygrad.checking.naming import stems

_OUTPUTS = {
    "output",
    "outputs",
    "out",
    "o",
    "y",
    "a",
    "y_hat",
    "y_pred",
    "activation",
    "result",
    "prediction",
}


@dataclass(frozen=True, eq=False)
class Function:
    """A function or method of the file."""

    name: str
    node: ast.FunctionDef
    owner: str = ""
    """The class that has it."""
    definer: str = ""
    """The class in whose text it stands: that one, or one that it inherits from."""
    context: str = ""
    """The first parameter, where it carries values from one pass to the other: `ctx`."""

    @property
    def qualname(self) -> str:
        return f"{self.owner}.{self.name}" if self.owner else self.name

    @property
    def attribute(self) -> str:
        """The attribute by which an object has the method: Python mangles `__forward`."""
        private = self.name.startswith("__") and not self.name.endswith("__")
        return f"_{(self.definer or self.owner).lstrip('_')}{self.name}" if private else self.name

    @cached_property
    def parameters(self) -> list[tuple[str, bool]]:
        """Parameters (without self and the context) and whether each must be given."""
        arguments = self.node.args
        names = [a.arg for a in (*arguments.posonlyargs, *arguments.args)]
        needed = len(names) - len(arguments.defaults)
        pairs = [(name, place < needed) for place, name in enumerate(names)]
        pairs += [
            (a.arg, default is None)
            for a, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
        ]
        pairs = pairs[1:] if self.owner and not self.is_static else pairs
        return pairs[1:] if self.context else pairs

    @property
    def is_static(self) -> bool:
        return any(isinstance(d, ast.Name) and d.id == "staticmethod" for d in self.node.decorator_list)

    @property
    def is_property(self) -> bool:
        return any(isinstance(d, ast.Name) and d.id == "property" for d in self.node.decorator_list)

    @cached_property
    def stored_output(self) -> str:
        """The attribute that a forward method without a result keeps its output in."""
        stored = [
            t.attr
            for node in _own_nodes(self.node)
            if isinstance(node, ast.Assign)
            for t in node.targets
            if isinstance(t, ast.Attribute) and isinstance(t.value, ast.Name) and t.value.id == "self"
        ]
        named = [name for name in stored if name.lower() in _OUTPUTS]
        return (named or stored or [""])[-1]

    @property
    def returns_list(self) -> bool:
        """Does it return several results as a list, `return [a, s]`?"""
        last = self.returned_value
        return isinstance(last, ast.List) and len(last.elts) > 1 and all(map(_shown, last.elts))

    @cached_property
    def returned_value(self) -> ast.expr | None:
        """What the last return statement returns."""
        returns = [n.value for n in _own_nodes(self.node) if isinstance(n, ast.Return)]
        return next((value for value in reversed(returns) if value is not None), None)

    def names_in_result(self, place: int) -> frozenset[str]:
        """Names in one of the expressions that it returns: `ll` of `return -ll, -score`."""
        last = self.returned_value
        items = last.elts if isinstance(last, ast.Tuple | ast.List) else []
        inner = ast.walk(items[place]) if place < len(items) else ()
        return frozenset(n.id for n in inner if isinstance(n, ast.Name))

    @cached_property
    def returns(self) -> list[str]:
        """Names of what the last return statement returns; "" for an expression."""
        last = self.returned_value
        if last is None:
            return []
        if isinstance(last, ast.Dict):
            return [
                k.value if isinstance(k, ast.Constant) and isinstance(k.value, str) else "" for k in last.keys
            ]
        items = last.elts if isinstance(last, ast.Tuple | ast.List) else [last]
        return [_shown(item) for item in items]


def _shown(item: ast.expr) -> str:
    """The name of a returned value; a dictionary written out whose keys are those of gradients is `grads`.

    Not a cache with a `decay` in it, for which many words of a language would do.
    """
    if isinstance(item, ast.Dict) and len(item.keys) > 0:
        keys = [k.value for k in item.keys if isinstance(k, ast.Constant) and isinstance(k.value, str)]
        found = [stems(key) for key in keys]
        plain = any(not weak for key in found for _, weak in key)
        return "grads" if plain or (found and all(found)) else ""
    if isinstance(item, ast.Subscript) and isinstance(item.slice, ast.Constant):
        # `grads["W1"]`, as an entry is called everywhere
        container, key = ast.unparse(item.value), item.slice.value
        return f'{container}["{key}"]' if isinstance(key, str) and (stems(container) or stems(key)) else ""
    return ast.unparse(item) if isinstance(item, ast.Name | ast.Attribute) else ""


def _own_nodes(function: ast.AST) -> list[ast.AST]:
    """Nodes of a function's body without those of functions inside it, in order."""
    out: list[ast.AST] = []
    for child in ast.iter_child_nodes(function):
        if isinstance(child, ast.FunctionDef | ast.Lambda | ast.ClassDef):
            continue
        out += [child, *_own_nodes(child)]
    return out


def constructor(node: ast.ClassDef) -> ast.FunctionDef | None:
    """The `__init__` that `dataclass` and `NamedTuple` write, by the fields of the class; None of others."""
    marks = [*node.decorator_list, *node.bases]
    names = {ast.unparse(m.func if isinstance(m, ast.Call) else m).rpartition(".")[2] for m in marks}
    if not names & {"dataclass", "NamedTuple"}:
        return None
    fields = [
        (s.target.id, s.value)
        for s in node.body
        if isinstance(s, ast.AnnAssign)
        and isinstance(s.target, ast.Name)
        and not ast.unparse(s.annotation).rpartition(".")[2].startswith("ClassVar")
        and not _is_made_later(s.value)
    ]
    texts = [name if _is_needed(default) else f"{name}=None" for name, default in fields]
    ordered = sorted(texts, key=lambda text: "=" in text)
    made = ast.parse(f"def __init__(self, {', '.join(ordered)}): pass").body[0]
    assert isinstance(made, ast.FunctionDef)
    for child in ast.walk(made):
        ast.copy_location(child, node)
    return made


def _keywords(default: ast.expr | None) -> dict[str, ast.expr]:
    """What `field(...)` is told of a field of a dataclass."""
    if not isinstance(default, ast.Call) or not ast.unparse(default.func).endswith("field"):
        return {}
    return {k.arg: k.value for k in default.keywords if k.arg}


def _is_made_later(default: ast.expr | None) -> bool:
    """Is a field no argument: `field(init=False)`?"""
    init = _keywords(default).get("init")
    return isinstance(init, ast.Constant) and init.value is False


def _is_needed(default: ast.expr | None) -> bool:
    """Has a field no default?"""
    told = _keywords(default)
    is_field = isinstance(default, ast.Call) and ast.unparse(default.func).endswith("field")
    return default is None or (is_field and not {"default", "default_factory"} & set(told))


def definition_of(value: Any) -> ast.FunctionDef | None:
    """The syntax of a function of the user's that was imported."""
    if not isinstance(value, FunctionType) or "site-packages" in value.__code__.co_filename:
        return None
    linecache.checkcache(value.__code__.co_filename)
    try:
        node = ast.parse(textwrap.dedent(inspect.getsource(value))).body[0]
    except (OSError, TypeError, SyntaxError, ValueError, IndexError):
        return None
    return node if isinstance(node, ast.FunctionDef) else None
