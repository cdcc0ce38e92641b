"""Observed runs: a plain run of the user's text that notes what each statement read and what it bound.

Hooks are inserted around every simple statement; nothing is traced, so this works for any code that runs. The
same hooks can put a true value in place of what a statement computed, which shows whether later lines are
wrong themselves or only repeat an earlier mistake.
"""

from __future__ import annotations

import ast
import builtins
import types
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from types import CodeType

import numpy as np

from whygrad.checking.copying import CONSTANT_TYPES, duplicate, duplicated
from whygrad.checking.evidence import Failure, Value
from whygrad.checking.plain import Namespace, copy_numeric, execute, fresh_namespace
from whygrad.checking.watching import (
    AFTER,
    BEFORE,
    LOCALS,
    REPLACE,
    RETURN,
    RETURNED,
    Watched,
    injected,
    watched,
)

KEEP = 24
"""Executions of one statement that are kept (the last one is kept as well)."""
LARGE = 200_000
"""Numbers in one value beyond which copies are counted."""
ROOM = 30_000_000
"""Numbers that one run may copy in all, in values that are large."""


@dataclass(eq=False)
class Execution:
    """One execution of a watched statement."""

    index: int
    instance: int
    sequence: int
    """Position among all executions of the run."""
    environment: dict[str, Value]
    results: dict[str, Value] = field(default_factory=dict)
    """Root names after; and each target as written, where it is a path of attributes and constant keys."""
    loop: dict[str, Value] = field(default_factory=dict)
    """Values of the enclosing loops' variables."""


@dataclass(eq=False)
class Observation:
    """What an observed run saw."""

    namespace: Namespace
    statements: tuple[Watched, ...]
    executions: list[Execution]
    counts: dict[int, int]
    failure: Failure | None = None

    def of(self, index: int) -> list[Execution]:
        return [execution for execution in self.executions if execution.index == index]


def size(value: Value) -> int:
    """About how many numbers a value holds."""
    if isinstance(value, np.ndarray):
        return value.size
    if isinstance(value, list | tuple):
        return sum(map(size, value)) if len(value) < 10_000 else LARGE + 1
    if isinstance(value, dict):
        return sum(map(size, value.values()))
    return 1


def is_data(value: Value) -> bool:
    """Something a statement computes with, as against modules, functions and classes, which are shared."""
    return not isinstance(
        value, types.ModuleType | types.FunctionType | types.BuiltinFunctionType | type | np.ufunc
    ) and not (callable(value) and not hasattr(value, "__dict__"))


def snapshot(values: Mapping[str, Value], limit: int = LARGE) -> dict[str, Value]:
    """Copies of the data among some values; names that share an array go on sharing it."""
    if CONSTANT_TYPES.issuperset(map(type, values.values())):  # as in most statements of a loop over numbers
        return dict(values)
    chosen = {name: value for name, value in values.items() if is_data(value) and size(value) <= limit}
    try:
        return duplicated(chosen)
    except Exception:
        out = {}
        for name, value in chosen.items():
            try:
                out[name] = duplicate(value)
            except Exception:
                continue
        return out


def follow(text: str, scope: Mapping[str, Value]) -> Value:
    """The value of a path such as `self.grads["W"]` or `cells[0].grad`; else LookupError."""
    return _follow(_path(text), scope)


@lru_cache(maxsize=1024)
def _path(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body


def _follow(node: ast.expr, scope: Mapping[str, Value]) -> Value:
    if isinstance(node, ast.Name):
        return scope[node.id]
    if isinstance(node, ast.Attribute):
        value = _follow(node.value, scope)
        if not hasattr(value, node.attr):
            raise LookupError(node.attr)
        return getattr(value, node.attr)
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
        value = _follow(node.value, scope)
        try:
            return value[node.slice.value]
        except (TypeError, IndexError, KeyError) as error:
            raise LookupError(str(error)) from error
    raise LookupError(ast.unparse(node))


class _Notebook:
    """Receives the hooks' calls during one run."""

    def __init__(
        self,
        statements: tuple[Watched, ...],
        namespace: Namespace,
        expected: Mapping[int, int],
        noted: frozenset[int] | None,
    ) -> None:
        self.statements, self.namespace, self.expected, self.noted = statements, namespace, expected, noted
        self.executions: list[Execution] = []
        self.counts: dict[int, int] = {}
        self.last: dict[int, Execution | None] = {}
        self.sequence = 0
        self.room = ROOM

    def copied(self, values: Mapping[str, Value]) -> dict[str, Value]:
        """Copies of values; large ones only while there is room, so that a loop does not fill the memory."""
        if CONSTANT_TYPES.issuperset(map(type, values.values())):
            return dict(values)
        large = sum(length for length in map(size, values.values()) if length > LARGE)
        if not large or large > self.room:
            return snapshot(values)
        self.room -= large
        return snapshot(values, large)

    def before(self, index: int, scope: Mapping[str, Value]) -> None:
        statement = self.statements[index]
        instance = self.counts.get(index, 0)
        self.counts[index] = instance + 1
        self.sequence += 1
        beyond = instance >= KEEP and instance + 1 != self.expected.get(index)
        if beyond or (self.noted is not None and index not in self.noted):
            self.last[index] = None
            return
        seen = {
            n: scope[n] if n in scope else self.namespace[n]
            for n in statement.reads
            if n in scope or n in self.namespace
        }
        loop = {name: scope[name] for name in statement.loop_names if name in scope}
        execution = Execution(index, instance, self.sequence, self.copied(seen), loop=snapshot(loop))
        self.executions.append(execution)
        self.last[index] = execution

    def after(self, index: int, scope: Mapping[str, Value]) -> None:
        statement, execution = self.statements[index], self.last[index]
        if execution is None:
            return
        names = {n: scope[n] if n in scope else self.namespace.get(n) for n in statement.names}
        execution.results = self.copied(names)
        for target in statement.targets:
            if target not in names:
                try:
                    execution.results[target] = duplicate(follow(target, {**self.namespace, **scope}))
                except Exception:
                    continue

    def returned(self, index: int, value: Value) -> Value:
        execution = self.last[index]
        if execution is not None:
            execution.results = self.copied({RETURNED: value})
        return value


def overwrite(value: Value, new: Value) -> None:
    """Give an array or a list the entries of another of its shape; anything else is left alone."""
    if isinstance(value, np.ndarray) and value.shape == np.shape(new) and value.flags.writeable:
        value[...] = new
    elif isinstance(value, list) and isinstance(new, list) and len(value) == len(new):
        value[:] = new


Replacement = Callable[[int, int, str, Value], Value]
"""(statement, instance, name, value) -> the value to go on with."""


def observe(
    text: str,
    filename: str,
    inputs: frozenset[str],
    overrides: Mapping[str, Value],
    seconds: float,
    replaced: frozenset[int] = frozenset(),
    replacement: Replacement | None = None,
    noted: frozenset[int] | None = None,
) -> Observation | Failure:
    """Run a text and note every simple statement, or some; a run that raises gives what was seen up to there.

    After the statements `replaced` the function `replacement` may give names another value.
    """
    try:
        code, statements = watched(text, filename, inputs, replaced)
    except (SyntaxError, ValueError, RecursionError) as error:
        return Failure(type(error).__name__, str(error), getattr(error, "lineno", 0) or 0, error)
    expected = _counts.get(text, {})
    seen = _observed(text, code, statements, overrides, seconds, expected, replacement, noted)
    many = {index: count for index, count in seen.counts.items() if count > KEEP}
    if many and any(expected.get(index) != count for index, count in many.items()):
        # Which execution is the last is known now, and mostly the same in every run of the text.
        _counts.clear()
        _counts[text] = many
        if replacement is None and seen.failure is None:
            return _observed(text, code, statements, overrides, seconds, many, replacement, noted)
    return seen


_counts: dict[str, dict[int, int]] = {}
"""How often the statements of the text that was observed last are executed, those that are executed often."""


def _observed(
    text: str,
    code: CodeType,
    statements: tuple[Watched, ...],
    overrides: Mapping[str, Value],
    seconds: float,
    expected: Mapping[int, int],
    replacement: Replacement | None,
    noted: frozenset[int] | None,
) -> Observation:
    namespace = fresh_namespace(text, overrides, {LOCALS: builtins.locals})
    notebook = _Notebook(statements, namespace, expected, noted)

    def replace(index: int, name: str, value: Value, in_place: bool = False) -> Value:
        if replacement is None:
            return value
        new = replacement(index, notebook.counts[index] - 1, name, value)
        if in_place and new is not value:
            overwrite(value, new)
        return new

    namespace.update(
        {BEFORE: notebook.before, AFTER: notebook.after, RETURN: notebook.returned, REPLACE: replace}
    )
    failure = execute(code, namespace, seconds)
    return Observation(namespace, statements, notebook.executions, notebook.counts, failure)


def inject(
    text: str,
    filename: str,
    inputs: frozenset[str],
    overrides: Mapping[str, Value],
    seconds: float,
    place: tuple[int, int, str],
    value: Value,
    upto: int = 0,
) -> Namespace | Failure:
    """Plain run with one value put in place of what one execution (statement, instance, name) bound."""
    index, instance, name = place
    code = injected(text, filename, inputs, index, upto)
    namespace = fresh_namespace(text, overrides, {})
    seen = 0

    def replace(_: int, bound: str, computed: Value, in_place: bool = False) -> Value:
        nonlocal seen
        if bound != name:
            return computed
        seen += 1
        return copy_numeric(value) if seen == instance + 1 else computed

    namespace[REPLACE] = replace
    failure = execute(code, namespace, seconds)
    return namespace if failure is None else failure
