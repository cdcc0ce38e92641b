"""Observed runs: a plain run of the user's text that notes what each statement read and what it bound.

Hooks are inserted around every simple statement; nothing is traced, so this works for any code that runs. The
same hooks can put a true value in place of what a statement computed, which shows whether later lines are
wrong themselves or only repeat an earlier mistake.
"""

from __future__ import annotations

import ast
import builtins
import copy
import types
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from types import CodeType

import numpy as np

from whygrad.checking.evidence import Failure, Value
from whygrad.checking.plain import Namespace, call, execute, fresh_namespace, hook_inputs
from whygrad.source import Source, Span

BEFORE, AFTER, RETURN, REPLACE = (f"__whygrad_{hook}__" for hook in ("before", "after", "return", "replace"))
LOCALS = "__whygrad_locals__"
RETURNED = "__returned__"
"""The name under which the value of a `return` statement is kept."""
KEEP = 24
"""Executions of one statement that are kept (the last one is kept as well)."""
LARGE = 200_000
"""Numbers in one value beyond which it is not copied."""


@dataclass(frozen=True, eq=False)
class Watched:
    """A simple statement of the text, as the hooks know it."""

    index: int
    span: Span
    text: str
    function: str
    targets: tuple[str, ...]
    names: tuple[str, ...]
    reads: tuple[str, ...]
    loops: tuple[str, ...]
    loop_names: tuple[str, ...]
    loop_reads: tuple[str, ...]
    """Names that the enclosing loops run over."""
    kind: str
    """`bind` (assignment), `change` (augmented, or into a part), `call`, `return`."""


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


def target_text(node: ast.expr) -> str:
    return ast.unparse(node)


def root_name(node: ast.AST) -> str:
    """`dW` of `dW[f]`, `self` of `self.grads["W"]`; empty where there is none."""
    while isinstance(node, ast.Attribute | ast.Subscript | ast.Starred):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def _targets(statement: ast.stmt) -> tuple[str, list[ast.expr]]:
    if isinstance(statement, ast.Assign):
        found: list[ast.expr] = []
        for target in statement.targets:
            found += target.elts if isinstance(target, ast.Tuple | ast.List) else [target]
        return ("bind" if all(isinstance(t, ast.Name) for t in found) else "change"), found
    if isinstance(statement, ast.AugAssign):
        return "change", [statement.target]
    if isinstance(statement, ast.AnnAssign) and statement.value is not None:
        return "bind", [statement.target]
    if isinstance(statement, ast.Return) and statement.value is not None:
        return "return", []
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
        function, arguments = statement.value.func, statement.value.args
        changed = [function.value] if isinstance(function, ast.Attribute) else []
        # `np.add.at(dC, ids, g)` changes its first argument, `h.append(a)` its object.
        return "call", [node for node in (*changed, *arguments[:1]) if root_name(node)]
    return "", []


class _Watcher:
    """Rewrites a module so that its simple statements report to the hooks."""

    def __init__(self, source: Source, replaced: Iterable[int]) -> None:
        self.source = source
        self.replaced = set(replaced)
        self.statements: list[Watched] = []
        self.loop_reads: tuple[str, ...] = ()

    def block(
        self,
        body: Sequence[ast.stmt],
        function: str,
        loops: tuple[str, ...],
        names: tuple[str, ...],
        skip: bool = False,
    ) -> list[ast.stmt]:
        out: list[ast.stmt] = []
        for statement in body:
            out += self.statement(statement, function, loops, names, skip)
        return out

    def statement(
        self, node: ast.stmt, function: str, loops: tuple[str, ...], names: tuple[str, ...], skip: bool
    ) -> list[ast.stmt]:
        if isinstance(node, ast.FunctionDef):
            inner = f"{function}.{node.name}" if function else node.name
            node.body = self.block(node.body, inner, (), ())
            return [node]
        if isinstance(node, ast.ClassDef):
            node.body = self.block(
                node.body, f"{function}.{node.name}" if function else node.name, (), (), True
            )
            return [node]
        kind, targets = _targets(node)
        if kind and not skip:
            return self.hooked(node, kind, targets, function, loops, names)
        outer_reads = self.loop_reads
        if isinstance(node, ast.For):
            self.loop_reads += tuple(n.id for n in ast.walk(node.iter) if isinstance(n, ast.Name))
            header = f"for {ast.unparse(node.target)} in {ast.unparse(node.iter)}"
            inner_names = tuple(n.id for n in ast.walk(node.target) if isinstance(n, ast.Name))
            loops, names = (*loops, header), (*names, *inner_names)
        elif isinstance(node, ast.While):
            loops = (*loops, f"while {ast.unparse(node.test)}")
        for field_name in ("body", "orelse", "finalbody"):
            if getattr(node, field_name, None):
                setattr(node, field_name, self.block(getattr(node, field_name), function, loops, names, skip))
        for handler in getattr(node, "handlers", ()):
            handler.body = self.block(handler.body, function, loops, names, skip)
        self.loop_reads = outer_reads
        return [node]

    def hooked(
        self,
        node: ast.stmt,
        kind: str,
        targets: list[ast.expr],
        function: str,
        loops: tuple[str, ...],
        names: tuple[str, ...],
    ) -> list[ast.stmt]:
        index = len(self.statements)
        roots = tuple(dict.fromkeys(name for name in map(root_name, targets) if name))
        loads = [n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)]
        if isinstance(node, ast.AugAssign):
            loads += roots
        span = self.source.span_of(node)
        text = self.source.segment(span)
        self.statements.append(
            Watched(
                index,
                span,
                text,
                function,
                tuple(map(target_text, targets)),
                (RETURNED,) if kind == "return" else roots,
                tuple(dict.fromkeys(loads)),
                loops,
                names,
                self.loop_reads,
                kind,
            )
        )
        number, scope = ast.Constant(index), call(LOCALS)
        before = ast.Expr(call(BEFORE, number, scope))
        if isinstance(node, ast.Return) and node.value is not None:
            node.value = call(RETURN, number, node.value)
            out: list[ast.stmt] = [before, node]
        else:
            out = [before, node, ast.Expr(call(AFTER, number, scope))]
            if index in self.replaced:
                for name in dict.fromkeys(t.id for t in targets if isinstance(t, ast.Name)):
                    value = call(REPLACE, number, ast.Constant(name), ast.Name(name, ast.Load()))
                    out.append(ast.Assign([ast.Name(name, ast.Store())], value))
        return [ast.fix_missing_locations(ast.copy_location(item, node)) for item in out]


@lru_cache(maxsize=64)
def watched(
    text: str, filename: str, inputs: frozenset[str], replaced: frozenset[int]
) -> tuple[CodeType, tuple[Watched, ...]]:
    """Code of a text with hooks, and its watched statements."""
    source = Source(filename, text)
    tree = ast.parse(text)
    watcher = _Watcher(source, replaced)
    tree.body = hook_inputs(watcher.block(tree.body, "", (), ()), set(inputs))
    return compile(tree, filename, "exec"), tuple(watcher.statements)


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


def snapshot(values: Mapping[str, Value]) -> dict[str, Value]:
    """Copies of the data among some values; names that share an array go on sharing it."""
    chosen = {name: value for name, value in values.items() if is_data(value) and size(value) <= LARGE}
    try:
        return copy.deepcopy(chosen)
    except Exception:
        out = {}
        for name, value in chosen.items():
            try:
                out[name] = copy.deepcopy(value)
            except Exception:
                continue
        return out


def follow(text: str, scope: Mapping[str, Value]) -> Value:
    """The value of a path such as `self.grads["W"]` or `cells[0].grad`; else LookupError."""
    return _follow(ast.parse(text, mode="eval").body, scope)


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

    def __init__(self, statements: tuple[Watched, ...], namespace: Namespace) -> None:
        self.statements, self.namespace = statements, namespace
        self.executions: list[Execution] = []
        self.counts: dict[int, int] = {}
        self.last: dict[int, Execution] = {}
        self.sequence = 0

    def before(self, index: int, scope: Mapping[str, Value]) -> None:
        statement = self.statements[index]
        instance = self.counts.get(index, 0)
        self.counts[index] = instance + 1
        seen = {
            n: scope[n] if n in scope else self.namespace[n]
            for n in statement.reads
            if n in scope or n in self.namespace
        }
        loop = {name: scope[name] for name in statement.loop_names if name in scope}
        self.sequence += 1
        execution = Execution(index, instance, self.sequence, snapshot(seen), loop=snapshot(loop))
        previous = self.last.get(index)
        if previous is not None and previous.instance >= KEEP:
            self.executions.remove(previous)
        self.executions.append(execution)
        self.last[index] = execution

    def after(self, index: int, scope: Mapping[str, Value]) -> None:
        statement, execution = self.statements[index], self.last[index]
        names = {n: scope[n] if n in scope else self.namespace.get(n) for n in statement.names}
        execution.results = snapshot(names)
        for target in statement.targets:
            if target not in names:
                try:
                    execution.results[target] = copy.deepcopy(follow(target, {**self.namespace, **scope}))
                except Exception:
                    continue

    def returned(self, index: int, value: Value) -> Value:
        self.last[index].results = snapshot({RETURNED: value})
        return value


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
) -> Observation | Failure:
    """Run a text and note every simple statement; a run that raises gives what was seen up to there."""
    try:
        code, statements = watched(text, filename, inputs, replaced)
    except (SyntaxError, ValueError, RecursionError) as error:
        return Failure(type(error).__name__, str(error), getattr(error, "lineno", 0) or 0, error)
    namespace = fresh_namespace(text, overrides, {LOCALS: builtins.locals})
    notebook = _Notebook(statements, namespace)

    def replace(index: int, name: str, value: Value) -> Value:
        if replacement is None:
            return value
        return replacement(index, notebook.counts[index] - 1, name, value)

    namespace.update(
        {BEFORE: notebook.before, AFTER: notebook.after, RETURN: notebook.returned, REPLACE: replace}
    )
    failure = execute(code, namespace, seconds)
    return Observation(namespace, statements, notebook.executions, notebook.counts, failure)
