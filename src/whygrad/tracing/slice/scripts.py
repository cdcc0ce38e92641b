"""Recording a script: run as typed, instrumented, with its inputs as rows and every assignment noted."""

from __future__ import annotations

import ast
import builtins
import contextlib
import copy
import io
import linecache
import sys
import traceback
import types
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from whygrad.errors import Place, ScriptError, WhygradError
from whygrad.graph import Graph
from whygrad.source import Source
from whygrad.tracing.slice.calls import emptied
from whygrad.tracing.slice.functions import remember
from whygrad.tracing.slice.instrumentation import RUNTIME, instrument
from whygrad.tracing.slice.tracer import Tracer
from whygrad.tracing.slice.trees import map_leaves
from whygrad.tracing.slice.values import Traced, plain

SUPPLIED = {
    "math": "import math", "np": "import numpy as np", "numpy": "import numpy", "random": "import random",
}  # fmt: skip
EVENTS = 200_000
BYTES = 256 * 2**20
PRINTED = 64 * 1024


@dataclass(frozen=True, slots=True, eq=False)
class Event:
    """One assignment, or one `return`, with what was bound."""

    site: int
    instance: int
    target: str
    """As written: `grad_x`, `dW[t]`, `self.dW`, `grads["W1"]`; `return` for a return."""
    name: str
    """The root name: `dW`, `self`, `grads`."""
    value: Any
    """Numbers and arrays, copied; nesting kept."""
    rows: Any
    """The same nesting with row numbers, -1 for what is no row."""
    function: str


@dataclass(frozen=True, slots=True, eq=False)
class Failure:
    """The script raised."""

    exception: BaseException
    place: Place | None
    site: int
    namespace: Mapping[str, Any] = field(repr=False, default_factory=dict)

    def __str__(self) -> str:
        where = f" at line {self.place.line}" if self.place else ""
        return f"{type(self.exception).__name__}: {self.exception}{where}"


@dataclass(frozen=True, eq=False)
class Recording:
    """What a script did."""

    graph: Graph
    values: list[Any]
    events: list[Event]
    namespace: dict[str, Any]
    supplied: list[tuple[str, str]]
    failure: Failure | None
    stdout: str
    notes: list[str]


class Recorder:
    """Notes what is bound, and puts inputs in place."""

    def __init__(self, tracer: Tracer, inputs: Iterable[str], overrides: Mapping[str, Any]) -> None:
        self.tracer = tracer
        self.waiting = set(inputs) | set(overrides)
        self.traced = set(inputs)
        self.overrides = overrides
        self.events: list[Event] = []
        self.rows: list[int] = []
        self.bytes = 0

    def bound(self, site: int, name: str, value: Any, where: str) -> Any:
        if not where and name in self.waiting:
            self.waiting.discard(name)
            value = self.overrides.get(name, value)
            if name in self.traced:
                value = map_leaves(self._input, value, name)
        self._note(site, name, value, where)
        return value

    def written(self, site: int, text: str, value: Any, where: str) -> None:
        self._note(site, text, value, where)

    def returned(self, site: int, value: Any, where: str) -> None:
        self._note(site, "return", value, where)

    def _input(self, name: str, leaf: Any) -> Any:
        if isinstance(leaf, bool | np.bool_) or not isinstance(leaf, int | float | np.number | np.ndarray):
            return leaf
        if isinstance(leaf, np.ndarray) and leaf.dtype.kind not in "fiu":
            return leaf
        if isinstance(leaf, int):
            leaf = float(leaf)
        elif isinstance(leaf, np.ndarray) and leaf.dtype.kind in "iu":
            leaf = leaf.astype(float)
        traced = self.tracer.input(leaf, name)
        self.rows.append(traced.row)
        return traced

    def _note(self, site: int, target: str, value: Any, where: str) -> None:
        if len(self.events) >= EVENTS or self.bytes >= BYTES:
            return
        rows = self._rows(value)
        snapshot = self._snapshot(value)
        root = target.split("[")[0].split(".")[0]
        self.events.append(
            Event(site, self.tracer.builder.current_instance, target, root, snapshot, rows, where)
        )

    def _rows(self, value: Any) -> Any:
        kind = type(value)
        if kind is Traced:
            return self.tracer.row(value) if value.tracer is self.tracer else -1
        if kind in (list, tuple):
            return [self._rows(v) for v in value[:1000]]
        if kind is dict:
            return {k: self._rows(v) for k, v in value.items()}
        if isinstance(value, np.ndarray) and self.tracer.is_buffer(value):
            return self.tracer.row(value)
        return -1

    def _snapshot(self, value: Any) -> Any:
        value = plain(value)
        if isinstance(value, np.ndarray):
            self.bytes += value.nbytes
            return value.copy()
        if type(value) in (list, tuple):
            return type(value)(self._snapshot(v) for v in value)
        if type(value) is dict:
            return {k: self._snapshot(v) for k, v in value.items()}
        return value


def parse(source: Source) -> ast.Module:
    """The tree of a script. Raises ScriptError with the place of a syntax error."""
    try:
        return ast.parse(source.text)
    except SyntaxError as error:
        hint = "correct the line, then run whygrad again"
        if "print" in (error.msg or "") or "print" in source.line(error.lineno or 0):
            hint = "this looks like Python 2: write print(...) with parentheses"
        place = Place(source.filename, error.lineno or 1, error.offset or 1)
        raise ScriptError(
            f"{source.filename} is not valid Python: {error.msg}", hint=hint, place=place
        ) from None
    except (ValueError, RecursionError, MemoryError) as error:
        raise ScriptError(f"{source.filename} cannot be read as Python: {error}") from None


def unbound_modules(tree: ast.Module) -> list[tuple[str, str]]:
    """Well-known modules that are used but never bound, with the import that is missing."""
    used = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}
    bound = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            bound |= {(a.asname or a.name).split(".")[0] for a in node.names}
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            bound.add(node.name)
        elif isinstance(node, ast.arg):
            bound.add(node.arg)
    return [(name, line) for name, line in SUPPLIED.items() if name in used and name not in bound]


def record_script(
    source: Source,
    *,
    inputs: Iterable[str] = (),
    overrides: Mapping[str, Any] | None = None,
    path: str = "",
    argv: Sequence[str] = (),
    seconds: float | None = None,
    driver: Source | None = None,
) -> Recording:
    """Run a module instrumented. Exceptions of the script's end up in `failure`."""
    import whygrad.tracing.slice.runtime as runtime

    tree = parse(source)
    supplied = unbound_modules(tree)
    namespace: dict[str, Any] = {
        "__name__": "__main__",
        "__file__": path or source.filename,
        RUNTIME: runtime,
    }
    for name, line in supplied:
        exec(line, namespace)
    code = remember(compile(instrument(tree, source), source.filename, "exec"))
    linecache.cache[source.filename] = (
        len(source.text),
        None,
        [l + "\n" for l in source.lines],
        source.filename,
    )
    out = io.StringIO()
    failure = None
    with Tracer(lenient=True, seconds=seconds) as tracer, _surroundings(argv, out):
        tracer.recorder = recorder = Recorder(tracer, inputs, overrides or {})
        try:
            exec(code, namespace)
            if driver is not None:
                exec(remember(compile(instrument(parse(driver), driver), driver.filename, "exec")), namespace)
        except WhygradError:
            raise
        except (Exception, SystemExit, RecursionError) as error:
            failure = _failure(error, source, tracer, namespace)
    graph = tracer.builder.freeze(recorder.rows, ())
    return Recording(
        graph,
        tracer.values,
        recorder.events,
        namespace,
        supplied,
        failure,
        out.getvalue()[:PRINTED],
        tracer.notes,
    )


def _failure(error: BaseException, source: Source, tracer: Tracer, namespace: dict[str, Any]) -> Failure:
    place = None
    for frame, line in traceback.walk_tb(error.__traceback__):
        if frame.f_code.co_filename == source.filename:
            place = Place(source.filename, line)
            found = namespace if frame.f_globals is frame.f_locals else {**namespace, **frame.f_locals}
    plain_names = {k: emptied(v) for k, v in (found if place else namespace).items() if k != RUNTIME}
    return Failure(error, place, tracer.builder.current_site, plain_names)


@contextlib.contextmanager
def _surroundings(argv: Sequence[str], out: io.StringIO) -> Iterator[None]:
    def no_input(*_: Any) -> str:
        raise EOFError("the script asks for input(), and there is none")

    old_argv, old_input = sys.argv, builtins.input
    sys.argv, builtins.input = list(argv) or [""], no_input
    try:
        with contextlib.redirect_stdout(out), np.errstate(all="ignore"):
            yield
    finally:
        sys.argv, builtins.input = old_argv, old_input
