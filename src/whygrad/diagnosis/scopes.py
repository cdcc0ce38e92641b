"""Everything in scope right before a statement, at several points: what candidates for it may be made of."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from types import CodeType
from typing import Any

import numpy as np

from whygrad.checking.copying import duplicated
from whygrad.checking.evidence import Point, Value
from whygrad.checking.observing import is_data, snapshot
from whygrad.checking.plain import call, execute, fresh_namespace, hook_inputs
from whygrad.checking.programs import Program
from whygrad.checking.values import is_numeric
from whygrad.source import tree_of
from whygrad.tracing.scripts import unbound_names

SCOPE, LOCALS = "__whygrad_scope__", "__whygrad_locals__"
KEEP = 6
"""Executions of the statement that are kept at each point."""


@dataclass(eq=False)
class Scope:
    """`environments[p][k]`: the data in scope before the k-th execution at the p-th point."""

    environments: list[list[dict[str, Value]]] = field(default_factory=list)
    shared: dict[str, Any] = field(default_factory=dict)
    """Functions, modules and classes."""
    local: tuple[str, ...] = ()
    """Names of the function that the statement stands in; empty at module level."""

    @property
    def first(self) -> dict[str, Value]:
        return self.environments[0][0] if self.environments and self.environments[0] else {}

    def names(self) -> list[str]:
        """Numeric names, those of the statement's own function first."""
        found = [n for n, v in self.first.items() if not n.startswith("__") and n != "_" and is_numeric(v)]
        return sorted(found, key=lambda n: (n not in self.local, len(n), n)) if self.local else found

    def quantities(self) -> dict[str, Value]:
        """Numeric values by the text that gives them: names, and attributes of `self`-like objects."""
        first = self.first
        found = {name: first[name] for name in self.names() if not isinstance(first[name], dict)}
        for name, value in first.items():
            if isinstance(value, dict):
                found |= {
                    f'{name}["{key}"]': inner for key, inner in value.items() if _is_operand(key, inner)
                }
            if hasattr(value, "__dict__") and not isinstance(value, np.generic | np.ndarray):
                # A constant of the class is read of its objects: `self.ALPHA`.
                shared = {k: v for base in reversed(type(value).__mro__) for k, v in vars(base).items()}
                for attribute, inner in {**shared, **vars(value)}.items():
                    if is_numeric(inner) and not attribute.startswith("__"):
                        found[f"{name}.{attribute}"] = inner
        return found


def _is_operand(key: Any, value: Any) -> bool:
    return isinstance(key, str) and is_numeric(value) and not isinstance(value, dict)


def _insert(block: list[ast.stmt], place: tuple[int, int], around: tuple[str, ...] = ()) -> bool:
    """Put the hook before the statement at a place, in a block or in the blocks within; False if none is.

    `around` are names of the functions that the block stands in.
    """
    for k, statement in enumerate(block):
        if (statement.lineno, statement.col_offset) == place:
            hook = ast.Expr(call(SCOPE, call(LOCALS)))
            # A function inside another one sees of its names only those that it mentions.
            mention = ast.parse(f"lambda: ({''.join(f'{name}, ' for name in around)})").body
            for node in (hook, *mention):
                ast.fix_missing_locations(ast.copy_location(node, statement))
            block[k:k] = [*mention, hook] if around else [hook]
            return True
        within = (*around, *_locals_of(statement)) if isinstance(statement, ast.FunctionDef) else around
        if statement.lineno <= place[0] <= (statement.end_lineno or 0) and any(
            _insert(inner, place, within) for inner in _blocks_of(statement)
        ):
            return True
    return False


def _locals_of(function: ast.FunctionDef) -> list[str]:
    """Names that belong to a function: its parameters, and what it assigns."""
    found = {a.arg for a in ast.walk(function.args) if isinstance(a, ast.arg)}
    shared: set[str] = set()
    stack: list[ast.AST] = list(function.body)
    while stack:
        node = stack.pop()
        if isinstance(node, ast.Global | ast.Nonlocal):
            shared |= set(node.names)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.add(node.id)
        if not isinstance(node, ast.FunctionDef | ast.Lambda | ast.ClassDef):
            stack += ast.iter_child_nodes(node)
    return sorted(found - shared)


def _blocks_of(node: ast.AST) -> Iterator[list[ast.stmt]]:
    for name in ("body", "orelse", "finalbody"):
        block = getattr(node, name, None)
        if isinstance(block, list):
            yield block
    for part in (*getattr(node, "handlers", ()), *getattr(node, "cases", ())):
        yield part.body


def _hooked(text: str, filename: str, place: tuple[int, int], names: frozenset[str]) -> CodeType:
    """Code of a text that notes what is in scope before the statement at a place."""
    tree = ast.parse(text)
    _insert(tree.body, place)
    tree.body = hook_inputs(tree.body, set(names))
    return compile(tree, filename, "exec")


def own_names(text: str, driver: str) -> frozenset[str]:
    """Names of the user's at module level: those that the text binds, or reads without binding them.

    What a driver binds is none, even if the text has a variable of that name, which has another value.
    """
    return _bound(text) - _bound(driver) | frozenset(unbound_names(text))


@lru_cache(maxsize=64)
def _bound(text: str) -> frozenset[str]:
    found: set[str] = set()
    for statement in tree_of(text).body:
        if isinstance(statement, ast.FunctionDef | ast.ClassDef):
            found.add(statement.name)
            continue
        for node in ast.walk(statement):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                found.add(node.id)
            elif isinstance(node, ast.alias):
                found.add((node.asname or node.name).split(".")[0])
    return frozenset(found)


def scope_of(program: Program, node: ast.stmt, points: Sequence[Point]) -> Scope:
    """Run the program at points and note what is in scope before a statement of its text."""
    text = program.full()
    scope, own = Scope(), own_names(program.text, program.driver)
    place, codes = (node.lineno, node.col_offset), dict[frozenset[str], CodeType]()
    for point in points:
        overrides = program.overrides(point)
        names = frozenset((*program.inputs, *overrides))
        if names not in codes:
            codes[names] = _hooked(text, program.source.filename, place, names)
        namespace = fresh_namespace(text, overrides, {LOCALS: builtins.locals})
        kept: list[dict[str, Value]] = []

        def note(
            local: Mapping[str, Value],
            kept: list[dict[str, Value]] = kept,
            namespace: dict[str, Any] = namespace,
        ) -> None:
            if len(kept) < KEEP:
                seen = {**{n: v for n, v in namespace.items() if n in own or not is_data(v)}, **local}
                if local is namespace:
                    seen = {n: v for n, v in seen.items() if n in own or not is_data(v)}
                kept.append({n: v for n, v in snapshot(seen).items() if not n.startswith("__")})
                if not scope.shared:
                    scope.shared = {n: v for n, v in seen.items() if not is_data(v) or n.startswith("__")}
                    scope.local = () if local is namespace else tuple(local)

        namespace[SCOPE] = note
        execute(codes[names], namespace, program.seconds)
        scope.environments.append(kept)
    return scope


def fresh(environment: Mapping[str, Value]) -> dict[str, Value]:
    """Operands copied, so that statements that write in place can be tried again."""
    return duplicated(environment)
