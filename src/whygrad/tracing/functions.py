"""Tracing a call of a function: (f, args) to a Trace."""

from __future__ import annotations

import inspect
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from whygrad.graph import Graph
from whygrad.tracing import runtime
from whygrad.tracing.tracer import Tracer
from whygrad.tracing.trees import Tree, flatten, mapped, unflatten
from whygrad.tracing.values import Traced, plain


@dataclass(frozen=True, eq=False)
class Trace:
    """What a call computed: the table, the value of every row, and the structure of arguments and result."""

    graph: Graph
    """Inputs are the numeric leaves of the arguments chosen, outputs those of the result, in order."""
    values: list[Any] = field(repr=False)
    """Per row; in a trace within a trace these may be traced values of the outer one."""
    inputs_tree: Tree = field(repr=False)
    output_tree: Tree = field(repr=False)
    output_rows: list[int | None] = field(repr=False)
    """Per leaf of the result; None where it is no number (a string, an object)."""
    output_leaves: list[Any] = field(repr=False)
    """The leaves themselves, without this trace."""

    @property
    def output(self) -> Any:
        """What the function returned, without this trace."""
        return unflatten(self.output_tree, self.output_leaves)


def trace_function(
    f: Callable[..., Any],
    args: Sequence[Any],
    kwargs: Mapping[str, Any] | None = None,
    argnums: Sequence[int] | None = None,
    seconds: float = 0.0,
) -> Trace:
    """Call `f(*args, **kwargs)` and note every operation, LimitError after so many `seconds` (0: no limit).

    The numbers and arrays within the positional arguments at `argnums` (None: within all arguments) become
    inputs; the rest is handed on as it is. Input arrays are copied, so the caller's are never written. Raises
    NoRuleError or TraceError, with the place, where a derivative would be lost; and what `f` raises.
    """
    tracer = Tracer(seconds=seconds)
    names = _parameters(f, len(args))
    chosen = range(len(args)) if argnums is None else [k % len(args) for k in argnums]
    inputs: list[int] = []
    with tracer, deeper_recursion():
        given = list(args)
        for k in chosen:
            given[k] = _entered(tracer, given[k], names[k], inputs)
        named = dict(kwargs or {})
        if argnums is None:
            named = {name: _entered(tracer, value, name, inputs) for name, value in named.items()}
        result = runtime.call(0, f, *given, **named)
        if tracer.stray is not None:
            raise tracer.stray
        leaves, tree = flatten(result)
        rows = [_output_row(tracer, leaf) for leaf in leaves]
    graph = tracer.builder.freeze(inputs, [row for row in rows if row is not None])
    taken = [args[k] for k in chosen]
    opened = [tracer.opened(leaf) for leaf in leaves]
    return Trace(graph, tracer.values, flatten(taken)[1], tree, rows, opened)


def _entered(tracer: Tracer, value: Any, name: str, inputs: list[int]) -> Any:
    def leaf(item: Any, path: str) -> Any:
        if not _is_number(item):
            return item
        traced = tracer.input(item, path)
        inputs.append(traced.row)
        return traced

    return mapped(leaf, value, name)


def _is_number(value: Any) -> bool:
    if type(value) is float:
        return True
    value = plain(value)
    if isinstance(value, np.ndarray | np.generic):
        return value.dtype.kind in "fiu"
    return type(value) is float or type(value) is int


def _output_row(tracer: Tracer, leaf: Any) -> int | None:
    if type(leaf) is Traced or type(leaf) is bool or _is_number(leaf):
        return tracer.row(leaf)
    return None


def _parameters(f: Callable[..., Any], count: int) -> list[str]:
    """What a function calls its positional arguments."""
    try:
        stated = [
            p.name
            for p in inspect.signature(f).parameters.values()
            if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)
        ]
    except (TypeError, ValueError):
        stated = []
    return [stated[k] if k < len(stated) else f"argument_{k}" for k in range(count)]


@contextmanager
def deeper_recursion() -> Any:
    """Room for the frames that following a call adds: the user's own depth stays what it was."""
    with _depth_lock:
        if not _depths:
            sys.setrecursionlimit(max(sys.getrecursionlimit(), 1) * 4)
        _depths.append(None)
    try:
        yield
    finally:
        with _depth_lock:
            _depths.pop()
            if not _depths:
                sys.setrecursionlimit(sys.getrecursionlimit() // 4)


_depths: list[None] = []
_depth_lock = threading.Lock()
"""The limit is the process's: it is restored when the last of the traces of all threads ends."""
