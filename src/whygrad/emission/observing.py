"""Running the user's function at example inputs, and noting what the names held at each statement.

What runs is the function's own text with a note before and after every statement; nothing is traced here.
A statement that is executed often is noted the first times, and then ever more rarely.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Container, Mapping, Sequence
from typing import Any

from whygrad.emission.entries import loaded
from whygrad.emission.leaves import is_array, is_numeric
from whygrad.emission.local import Execution
from whygrad.emission.tree import Branch, Break, Loop, Node, Return, Step

NOTE = "__whygrad_note__"
DEEPEST = 20
"""Containers within containers that are copied; an object may hold itself."""
LONGER, MANY = 20, 20_000
"""A run may have so many times the statements of the first, and so many more."""
MOST = 6
"""Executions of a statement that are kept of one run."""


class Notes:
    """What was noted: executions of each statement, and the names after them."""

    def __init__(self, common: Mapping[str, Any]) -> None:
        self.common = common
        self.before: dict[int, list[Execution]] = {}
        self.after: dict[int, list[Execution]] = {}
        self.counts: dict[tuple[int, int], int] = {}
        self.run = 0
        self.steps: dict[int, int] = {}
        """Statements executed in each run."""
        self.last: tuple[dict[int, list[Execution]], int] | None = None
        """Where the last note was put."""
        self.forced: Mapping[int, bool] = {}
        """Branches of which one arm is taken, whatever their tests say."""

    def __call__(self, number: int, scope: Mapping[str, Any]) -> None:
        steps = self.steps[self.run] = self.steps.get(self.run, 0) + 1
        if self.run and steps > LONGER * self.steps[0] + MANY:
            raise RuntimeError("the function may not end at this point")  # which is not one of the examples
        key = (self.run, number)
        count = self.counts[key] = self.counts.get(key, 0) + 1
        if count > MOST and count & (count - 1):
            return
        table = self.before if number > 0 else self.after
        noted = Execution({**self.common, **snapshot(scope)}, self.run)
        table.setdefault(abs(number), []).append(noted)
        self.last = table, abs(number)

    def arm(self, number: int, test: Any) -> bool:
        """Which arm of a branch is taken."""
        return self.forced.get(number, bool(test))

    def drop(self, known: Container[int] = ()) -> None:
        """Forget the statement that failed in this run; of a run of its own, all statements but new ones."""
        if self.last is not None and self.last[1] in self.last[0] and not known:
            noted = self.last[0][self.last[1]]
            if len(noted) > 1 and noted[-1].run == self.run:
                noted.pop()
        for table in (self.before, self.after) if known else ():
            for number in [n for n in table if n in known]:
                table[number] = [e for e in table[number] if e.run != self.run]


def snapshot(scope: Mapping[str, Any]) -> dict[str, Any]:
    """The names as they are now: numbers and their containers are copied."""
    return {name: copied(value) for name, value in scope.items() if not name.startswith("__")}


def copied(value: Any, depth: int = 0) -> Any:
    """A copy of numbers, arrays, their containers, and of objects that hold them."""
    if depth > DEEPEST:
        return value
    if is_array(value):
        return value.copy()
    if isinstance(value, list | tuple) and type(value) in (list, tuple):
        return type(value)(copied(v, depth + 1) for v in value)
    if type(value) is dict:
        return {k: copied(v, depth + 1) for k, v in value.items()}
    held = getattr(value, "__dict__", None)
    if held and not isinstance(value, type) and not callable(value) and any(map(is_numeric, held.values())):
        twin = copy.copy(value)
        twin.__dict__.update({k: copied(v, depth + 1) for k, v in held.items()})
        return twin
    return value


def noting(name: str, arguments: ast.arguments, block: Sequence[Node]) -> ast.FunctionDef:
    """The function with a note before and after every statement."""
    body = [s for node in block for s in _noted(node)] or [ast.Pass()]
    made = ast.FunctionDef(name, copy.deepcopy(arguments), body, [], None, None)
    made.args.defaults, made.args.kw_defaults = list(arguments.defaults), list(arguments.kw_defaults)
    for argument in ast.walk(made.args):
        if isinstance(argument, ast.arg):
            argument.annotation = None
    return made


def _noted(node: Node) -> list[ast.stmt]:
    before, after = _note(node.number), _note(-node.number)
    if isinstance(node, Loop):
        inner = [s for n in node.body for s in _noted(n)] or [ast.Pass()]
        if node.items is not None and node.target is not None:
            return [before, ast.For(_stored(node.target), node.items, inner, [], None), after]
        assert node.test is not None
        return [before, ast.While(node.test, inner, []), after]
    if isinstance(node, Branch):
        arms = [[s for n in arm for s in _noted(n)] or [ast.Pass()] for arm in (node.body, node.orelse)]
        arm = ast.Attribute(ast.Name(NOTE, ast.Load()), "arm", ast.Load())
        return [before, ast.If(ast.Call(arm, [ast.Constant(node.number), node.test], []), *arms)]
    if isinstance(node, Return | Break):
        return [before, node.node]
    if isinstance(node, Step) and not (node.appends or node.at or isinstance(node.node, ast.AugAssign)):
        return [before, ast.Assign([_stored(node.target)], node.value), after]
    return [before, node.node, after]


def _stored(target: ast.expr) -> ast.expr:
    twin: Any = loaded(target)
    if isinstance(twin, ast.Tuple | ast.List):
        parts: list[Any] = twin.elts
        for part in parts:
            part.ctx = ast.Store()
    twin.ctx = ast.Store()
    return twin  # type: ignore[no-any-return]


def _note(number: int) -> ast.stmt:
    names = ast.Call(ast.Name("locals", ast.Load()), [], [])
    return ast.Expr(ast.Call(ast.Name(NOTE, ast.Load()), [ast.Constant(number), names], []))


NOTING = "<noting>"
"""The file name of functions that note what they do."""


def compiled(functions: Sequence[ast.stmt], namespace: Mapping[str, Any], notes: Notes) -> dict[str, Any]:
    """A namespace with the noting functions in it."""
    module = ast.Module([ast.fix_missing_locations(_Zeroed().visit(copy.deepcopy(f))) for f in functions], [])
    for f in module.body:
        for child in ast.walk(f):
            if not hasattr(child, "lineno") and isinstance(
                child, ast.stmt | ast.expr | ast.arg | ast.keyword
            ):
                ast.copy_location(child, f)
    names = {**namespace, NOTE: notes}
    exec(compile(ast.fix_missing_locations(module), NOTING, "exec", dont_inherit=True), names)
    return names


class _Zeroed(ast.NodeTransformer):
    """Arrays begun empty begin with zeros: what they happen to hold is nothing that was written."""

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        self.generic_visit(node)
        if isinstance(node.value, ast.Name) and node.value.id in ("np", "numpy"):
            node.attr = {"empty": "zeros", "empty_like": "zeros_like"}.get(node.attr, node.attr)
        return node


Call = Callable[..., Any]
