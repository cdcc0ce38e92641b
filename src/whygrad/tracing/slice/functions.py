"""Functions of the user's, rewritten once each, and the trace of a call."""

from __future__ import annotations

import ast
import inspect
import sysconfig
import textwrap
import types
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from whygrad.errors import UsageError
from whygrad.graph import NO_PARAMS, Graph
from whygrad.source import Source
from whygrad.tracing.slice.instrumentation import RUNTIME, instrument
from whygrad.tracing.slice.tracer import Tracer
from whygrad.tracing.slice.trees import map_leaves
from whygrad.tracing.trees import Tree, flatten
from whygrad.tracing.slice.values import Traced, plain

_rewritten: dict[Any, Any] = {}
_twins: set[types.CodeType] = set()
"""Code that is rewritten already."""


def remember(code: types.CodeType) -> types.CodeType:
    """Note that this code, and what is defined in it, is rewritten."""
    pending = [code]
    while pending:
        one = pending.pop()
        _twins.add(one)
        pending.extend(c for c in one.co_consts if isinstance(c, types.CodeType))
    return code


@cache
def _library_folders() -> tuple[str, ...]:
    paths = sysconfig.get_paths()
    return tuple({paths[k] for k in ("stdlib", "platstdlib", "purelib", "platlib")})


def is_users(code: types.CodeType) -> bool:
    """Is this code of the user's, with a file to read?"""
    file = code.co_filename
    if (
        file.startswith("<frozen")
        or "/whygrad/" in file.replace("\\", "/")
        and "/src/whygrad/" in file.replace("\\", "/")
    ):
        return False
    return not file.startswith(_library_folders())


def follow(function: Any) -> Any:
    """The rewritten twin of a function of the user's; None where the function runs as it is."""
    if isinstance(function, types.MethodType):
        twin = follow(function.__func__)
        return function if twin is None else types.MethodType(twin, function.__self__)
    code = function.__code__
    if code in _twins:
        return function
    if not is_users(code):
        return None
    made = _rewritten.get(code)
    if made is None:
        made = _rewritten[code] = _rewrite(function)
    if made is False:
        return function
    new, freevars = made
    return _bind(new, freevars, function)


def _bind(new: types.CodeType, freevars: tuple[str, ...], function: Any) -> Any:
    import whygrad.tracing.slice.runtime as runtime

    cells = dict(zip(function.__code__.co_freevars, function.__closure__ or (), strict=True))
    closure = tuple(cells[n] if n in cells else types.CellType(runtime) for n in freevars)
    twin = types.FunctionType(new, function.__globals__, function.__name__, function.__defaults__, closure)
    twin.__kwdefaults__ = function.__kwdefaults__
    twin.__dict__.update(function.__dict__)
    twin.__qualname__ = function.__qualname__
    return twin


def _rewrite(function: Any) -> Any:
    """(code, free variables) of the rewritten function, or False where its source is not to be had."""
    code = function.__code__
    try:
        lines, first = inspect.findsource(code)
    except (OSError, TypeError):
        return False
    text = "".join(lines)
    try:
        tree = ast.parse(text)
    except SyntaxError:
        return False
    node = _find(tree, code)
    if node is None:
        return False
    source = _source(code.co_filename, text)
    if isinstance(node, ast.Lambda):
        body: list[ast.stmt] = [ast.copy_location(ast.Expr(node), node)]
    else:
        node.decorator_list = []
        body = [node]
    module = instrument(ast.Module(body, []), source)
    arguments = [ast.arg(n) for n in (RUNTIME, *code.co_freevars)]
    factory = ast.FunctionDef(
        "__factory__",
        ast.arguments([], arguments, None, [], [], None, []),
        module.body,
        [],
        lineno=1,
        col_offset=0,
    )
    compiled = remember(
        compile(ast.fix_missing_locations(ast.Module([factory], [])), code.co_filename, "exec")
    )
    new = _code_of(compiled, code.co_name)
    return (new, new.co_freevars) if new is not None else False


def _code_of(compiled: types.CodeType, name: str) -> types.CodeType | None:
    factory = next(c for c in compiled.co_consts if isinstance(c, types.CodeType))
    return next((c for c in factory.co_consts if isinstance(c, types.CodeType) and c.co_name == name), None)


@cache
def _source(filename: str, text: str) -> Source:
    return Source(filename, text)


def _find(tree: ast.AST, code: types.CodeType) -> Any:
    """The definition that compiled to this code, by its line (and for lambdas its columns)."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name == code.co_name:
            lines = {node.lineno, *(d.lineno for d in node.decorator_list)}
            if code.co_firstlineno in lines:
                return node
        elif (
            isinstance(node, ast.Lambda) and code.co_name == "<lambda>" and node.lineno == code.co_firstlineno
        ):
            found.append(node)
    if len(found) > 1:
        found = [n for n in found if _same_lambda(n, code)]
    return found[0] if len(found) == 1 else None


def _same_lambda(node: ast.Lambda, code: types.CodeType) -> bool:
    spot = next((p for p in code.co_positions() if p[0] is not None and p[2] is not None), None)
    if spot is None:
        return False
    body = node.body
    columns = [p[2] for p in code.co_positions() if p[0] == body.lineno and p[2] is not None]
    return (
        bool(columns) and body.col_offset <= min(columns) and max(columns) <= (body.end_col_offset or 10**9)
    )


@dataclass(frozen=True, eq=False)
class Trace:
    """A traced call: the graph, the value of every row, and how arguments and result are nested."""

    graph: Graph
    values: list[Any]
    inputs_tree: Tree
    output_tree: Tree
    outputs: tuple[Any, ...] = ()
    """Leaves of the result: plain values."""
    output_rows: tuple[int, ...] = ()
    """Per leaf of the result its row, or -1 for what depends on no input."""


def numeric(leaf: Any) -> bool:
    value = plain(leaf)
    return isinstance(value, float | int | np.number | np.ndarray) and not isinstance(value, bool)


def trace_function(
    f: Callable[..., Any],
    args: Sequence[Any],
    kwargs: Mapping[str, Any] = NO_PARAMS,
    argnums: Sequence[int] | None = None,
) -> Trace:
    """Call a function and record it. The numbers and arrays in the arguments `argnums` (all) become inputs."""
    from whygrad.tracing.slice.runtime import call

    if not callable(f):
        raise UsageError(f"a function was expected, but this is {f!r}")
    with Tracer() as tracer:
        rows: list[int] = []

        def enter(name: str, leaf: Any) -> Any:
            if not numeric(leaf):
                return leaf
            traced = tracer.input(leaf, name)
            rows.append(traced.row)
            return traced

        given = [
            map_leaves(enter, a, n) if argnums is None or k in argnums else a
            for k, (a, n) in enumerate(zip(args, _names(f, len(args)), strict=True))
        ]
        result = call(0, f, *given, **kwargs)
        found, tree = flatten(result)
        out_rows = [
            tracer.row(leaf)
            if (type(leaf) is Traced and leaf.tracer is tracer) or tracer.is_buffer(leaf)
            else -1
            for leaf in found
        ]
        outputs = [leaf.value if type(leaf) is Traced and leaf.tracer is tracer else leaf for leaf in found]
    graph = tracer.builder.freeze(rows, [r for r in out_rows if r >= 0])
    return Trace(graph, tracer.values, flatten(tuple(args))[1], tree, tuple(outputs), tuple(out_rows))


def trace(f: Callable[..., Any]) -> Callable[..., Graph]:
    """`trace(f)(*args)`: the graph of a call of `f`."""
    return lambda *args, **kwargs: trace_function(f, args, kwargs).graph


def _names(f: Any, count: int) -> list[str]:
    try:
        parameters = list(inspect.signature(f).parameters.values())
    except (TypeError, ValueError):
        parameters = []
    names = [p.name for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)][:count]
    return names + [f"x{k}" for k in range(len(names), count)]
