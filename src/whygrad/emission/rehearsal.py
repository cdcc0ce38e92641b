"""Emitted text run once at the example inputs, noting what its names held around each statement.

The text has just been proved, so this runs nothing new. Of a statement that is executed often the first
execution is noted.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from whygrad.emission.leaves import is_array, is_number
from whygrad.emission.observing import snapshot

NOTE = "__whygrad_note__"


@dataclass
class Rehearsal:
    """Scopes by line of the text: before and after the statement that begins there."""

    tree: ast.Module
    namespace: Mapping[str, Any]
    before: dict[int, dict[str, Any]] = field(default_factory=dict)
    after: dict[int, dict[str, Any]] = field(default_factory=dict)

    def scope(self, line: int) -> dict[str, Any]:
        """What is known at a line, or nothing where it was not reached."""
        return self.before.get(line, {})

    def axes(self, node: ast.expr, line: int) -> int | None:
        """How many axes an expression of that line has."""
        value = self.value(node, line)
        return int(np.ndim(value)) if is_array(value) or is_number(value) else None

    def value(self, node: ast.expr, line: int) -> Any:
        """The value of an expression, as it was just before that line; None where it has none."""
        scope = self.scope(line)
        if not scope:
            return None
        whole = ast.fix_missing_locations(ast.Expression(copy.deepcopy(node)))
        try:
            with np.errstate(all="ignore"):
                return eval(compile(whole, "<rehearsal>", "eval"), dict(self.namespace), scope)
        except Exception:  # a name of a comprehension or of a later line, or what is assigned to
            return None


def rehearse(text: str, namespace: Mapping[str, Any], perform: Callable[[dict[str, Any]], Any]) -> Rehearsal:
    """Define what the text defines in a copy of the namespace, hand that to `perform`, and note."""
    tree = ast.parse(text)
    names = dict(namespace)
    found = Rehearsal(tree, names)

    def note(line: int, done: bool, scope: Mapping[str, Any]) -> None:
        table = found.after if done else found.before
        if line not in table:
            table[line] = snapshot(scope)

    names[NOTE] = note
    noted = ast.fix_missing_locations(_Noting().visit(copy.deepcopy(tree)))
    exec(compile(noted, "<rehearsal>", "exec"), names)
    with np.errstate(all="ignore"):
        perform(names)
    return found


class _Noting(ast.NodeTransformer):
    """Puts a note before and after every statement of a function."""

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.FunctionDef:
        self._arms(node)
        return node

    def _arms(self, node: ast.stmt) -> None:
        for name in ("body", "orelse"):
            arm = getattr(node, name, None)
            if arm:
                setattr(node, name, [s for each in arm for s in self._noted(each)])

    def _noted(self, node: ast.stmt) -> list[ast.stmt]:
        line = node.lineno
        if isinstance(node, ast.FunctionDef):
            return [self.visit_FunctionDef(node)]
        self._arms(node)
        last = isinstance(node, ast.Return | ast.Break | ast.Continue | ast.Raise)
        return [_note(line, False), node, *([] if last else [_note(line, True)])]


def _note(line: int, done: bool) -> ast.stmt:
    given = [ast.Constant(line), ast.Constant(done), ast.Call(ast.Name("locals", ast.Load()), [], [])]
    return ast.Expr(ast.Call(ast.Name(NOTE, ast.Load()), given, []))
