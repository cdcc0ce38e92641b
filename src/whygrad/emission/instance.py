"""Methods that a forward method calls, as functions: what they read of the instance becomes parameters."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeGuard

from whygrad.emission.functions import bound

Helpers = dict[str, ast.FunctionDef]
Reads = dict[str, list[str]]


def helpers_of(owner: ast.ClassDef, instance: Any, names: Iterable[str]) -> tuple[Helpers, Reads]:
    """The methods among `names` and those that they call, as functions; the attributes that each reads.

    Left out are methods that set attributes, hand the instance on, or have decorators of their own.
    """
    methods = {
        n.name: n for n in owner.body if isinstance(n, ast.FunctionDef) and n.name not in vars(instance)
    }
    found: Helpers = {}
    reads: Reads = {}
    for name in sorted(set(names) & set(methods)):
        _add(methods, name, found, reads, set())
    return {n: f for n, f in found.items() if n in reads}, reads


def _add(methods: Mapping[str, Any], name: str, found: Helpers, reads: Reads, above: set[str]) -> bool:
    """Make a function of a method, after those that it calls. Returns whether it could be made."""
    if name in found or name in above:
        return name in reads
    node = methods[name]
    static = any(isinstance(d, ast.Name) and d.id == "staticmethod" for d in node.decorator_list)
    if node.decorator_list and not static:
        return False
    made = copy.deepcopy(node)
    made.decorator_list, made.body = [], made.body[ast.get_docstring(made) is not None :]
    own = "" if static or not made.args.args else made.args.args.pop(0).arg
    uses = sorted((n for n in ast.walk(made) if is_attribute(n, own)), key=lambda n: (n.lineno, n.col_offset))
    whole = sum(isinstance(n, ast.Name) and n.id == own for n in ast.walk(made)) > len(uses)
    if whole or any(not isinstance(n.ctx, ast.Load) for n in uses):
        return False
    attributes: list[str] = []
    for use in uses:
        if use.attr in methods:
            if not _add(methods, use.attr, found, reads, {*above, name}):
                return False
            attributes += reads[use.attr]
        else:
            attributes.append(use.attr)
    taken = bound(made)
    parameters = {a: a if a not in taken else f"own_{a}" for a in dict.fromkeys(attributes)}
    reads[name] = list(parameters)
    _Plain(own, parameters, found, reads).visit(made)
    plain = made.args.defaults or made.args.vararg or made.args.kwonlyargs
    (made.args.kwonlyargs if plain else made.args.args).extend(ast.arg(p) for p in parameters.values())
    if plain:
        made.args.kw_defaults += [None] * len(parameters)
    made.read_as = parameters
    found[name] = ast.fix_missing_locations(made)
    return True


def hand_on(call: ast.Call, helper: Any, handed: Sequence[tuple[str, ast.expr]]) -> None:
    """Give the call of a helper what it reads of the instance."""
    if helper is None:
        return
    if helper.args.kwonlyargs:
        call.keywords += [ast.keyword(helper.read_as[a], value) for a, value in handed]
    else:
        call.args += [value for _, value in handed]


def restored(line: str, own: str, helpers: Mapping[str, str], reads: Reads) -> str:
    """A line in which helpers, by the names they have there, are methods again that read their instance."""
    code = line.lstrip()
    bare = code.removeprefix("# ")
    if not any(f"{name}(" in bare for name in helpers):
        return line
    try:
        tree = ast.parse(bare)
    except SyntaxError:
        return line
    calls = [n for n in ast.walk(tree) if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)]
    for call in sorted(calls, key=lambda n: -n.col_offset):
        attribute = helpers.get(call.func.id)  # type: ignore[attr-defined]
        if attribute is None:
            continue
        names = set(reads[attribute])
        count = 0 if any(k.arg in names for k in call.keywords) else len(names)
        left = [*call.args[: len(call.args) - count], *(k for k in call.keywords if k.arg not in names)]
        text = f"{own}.{attribute}({', '.join(ast.unparse(n) for n in left)})"
        bare = bare[: call.col_offset] + text + bare[call.end_col_offset :]
    return f"{line[: len(line) - len(code)]}{'# ' if code.startswith('# ') else ''}{bare}"


def is_attribute(node: ast.AST, own: str) -> TypeGuard[ast.Attribute]:
    """Is it `self.name`?"""
    return isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == own


class _Plain(ast.NodeTransformer):
    """Writes parameters for attributes, and hands them on to other helpers."""

    def __init__(self, own: str, names: Mapping[str, str], found: Helpers, reads: Reads) -> None:
        self.own, self.names, self.found, self.reads = own, names, found, reads

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        self.generic_visit(node)
        if is_attribute(node, self.own):
            return ast.copy_location(ast.Name(self.names.get(node.attr, node.attr), ast.Load()), node)
        return node

    def visit_Call(self, node: ast.Call) -> ast.AST:
        if is_attribute(node.func, self.own) and isinstance(node.func, ast.Attribute):
            name = node.func.attr
            if name in self.found:
                read = self.reads[name]
                hand_on(node, self.found[name], [(a, ast.Name(self.names[a], ast.Load())) for a in read])
        return self.generic_visit(node)
