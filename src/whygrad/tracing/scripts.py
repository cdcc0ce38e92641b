"""Recording a script: the module's text runs instrumented, its inputs become rows, its assignments events."""

from __future__ import annotations

import ast
import builtins
import contextlib
import functools
import io
import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import CodeType
from typing import Any

import numpy as np

from whygrad.absent import OLD_FUNCTIONS, served_package
from whygrad.errors import Place, ScriptError
from whygrad.source import Source, Span, new_site, tree_of
from whygrad.source import site as site_of
from whygrad.tracing import runtime
from whygrad.tracing.functions import deeper_recursion
from whygrad.tracing.instrumentation import RUNTIME, Rewriter
from whygrad.tracing.loading import mark
from whygrad.tracing.recording import Failure, Recorder, Recording
from whygrad.tracing.tracer import Tracer

SUPPLIED = {
    "math": "import math",
    "np": "import numpy as np",
    "numpy": "import numpy",
    "random": "import random",
}
"""Names that a script may use without importing them."""
MAX_OUTPUT = 65_536


def record_script(
    source: Source,
    *,
    inputs: Mapping[str, Any] | Iterable[str] = (),
    overrides: Mapping[str, Any] | None = None,
    path: str | None = None,
    argv: Sequence[str] = (),
    seconds: float = 0.0,
    driver: Source | None = None,
) -> Recording:
    """Run a script instrumented, as `python FILE` would.

    The first binding at module level of each name in `inputs` is replaced by its override, if there is one,
    and its numbers become input rows. A `driver` is a second text that runs in the same namespace after the
    module. A script that raises gives a recording with a `failure` and all events up to there; text that is
    no Python raises ScriptError with the place, a run that passes `seconds` stops with a LimitError as its
    failure.
    """
    chosen = frozenset(inputs)
    parts = [source] if driver is None else [source, driver]
    codes = [_instrumented(part.filename, part.text, chosen) for part in parts]
    supplied = [(name, SUPPLIED[name]) for name in unbound_names("\n".join(p.text for p in parts))]
    namespace = _namespace(path or source.filename, supplied)
    tracer = Tracer(lenient=True, seconds=seconds)
    recorder = tracer.recorder = Recorder(tracer, chosen, overrides or {})
    output = _Bounded()
    failure = None
    with tracer, deeper_recursion(), _as_main(path or source.filename, argv, output):
        try:
            for code in codes:
                exec(code, namespace)
        except SystemExit as error:
            failure = None if error.code in (None, 0) else _failure(error, parts, namespace)
        except Exception as error:
            failure = _failure(error, parts, namespace)
        recorder.finish(namespace)
    names = {k: v for k, v in namespace.items() if not (k.startswith("__") and k.endswith("__"))}
    graph = tracer.builder.freeze(recorder.input_rows, ())
    return Recording(
        graph, tracer.values, recorder.events, names,
        supplied, failure, output.getvalue(), tracer.notes, recorder.taken,
    )  # fmt: skip


@functools.lru_cache(maxsize=256)
def _instrumented(filename: str, text: str, inputs: frozenset[str]) -> CodeType:
    """The rewritten code of a module's text."""
    source = Source(filename, text)
    tree = parse(source)
    last = len(source.lines)
    site = new_site(0, "module", source, Span(1, 1, last, len(source.line(last)) + 1))
    rewriter = Rewriter(source, site, inputs=sorted(inputs))
    documented = ast.get_docstring(tree, clean=False) is not None
    future = [n for n in tree.body if isinstance(n, ast.ImportFrom) and n.module == "__future__"]
    head = tree.body[: max(int(documented), tree.body.index(future[-1]) + 1 if future else 0)]
    tree.body = head + rewriter.block(tree.body[len(head) :])
    try:
        code = compile(ast.fix_missing_locations(tree), filename, "exec", dont_inherit=True)
    except SyntaxError as error:  # what only the compiler sees: `return` outside a function
        raise _syntax_error(source, error) from None
    mark(code)
    return code


def parse(source: Source) -> ast.Module:
    """The syntax tree of a text; ScriptError with the place and a hint where it is no Python."""
    try:
        return ast.parse(source.text, source.filename)
    except SyntaxError as error:
        raise _syntax_error(source, error) from None
    except (ValueError, RecursionError) as error:
        raise ScriptError(
            f"{source.filename} cannot be parsed: {error}", hint="save it as plain Python text"
        ) from None


def _syntax_error(source: Source, error: SyntaxError) -> ScriptError:
    line, column = error.lineno or 1, max(error.offset or 1, 1)
    message = error.msg or "this is no Python"
    hint = "correct this line; `python FILE` shows the same error"
    written = source.line(line).strip()
    if "Missing parentheses in call to" in message:
        message = "this is Python 2: print is a function in Python 3"
        hint = f"write print({written.removeprefix('print').strip()})"
    elif written.startswith(("except ", "raise ")) and "," in written:
        hint = "this may be Python 2: write `except Error as e:` and `raise Error(message)`"
    elif isinstance(error, TabError | IndentationError):
        hint = "indent the lines of a block alike, with spaces only"
    place = Place(
        source.filename, line, column, error.end_lineno or line, max(error.end_offset or 0, column + 1)
    )
    return ScriptError(message, hint=hint, place=place)


@functools.lru_cache(maxsize=64)
@functools.lru_cache(maxsize=4096)
def unbound_names(text: str) -> tuple[str, ...]:
    """Names of SUPPLIED that a text reads without ever binding them."""
    read, bound = set[str](), set[str]()
    for piece in _statements(text):
        names = _names_in(piece)
        read |= names[0]
        bound |= names[1]
    return tuple(name for name in SUPPLIED if name in read - bound)


def _statements(text: str) -> list[str]:
    """The text of each statement of a module; those that share a line together."""
    lines = Source("", text).lines
    pieces: list[tuple[int, int]] = []
    for node in tree_of(text).body:
        decorators = getattr(node, "decorator_list", ())
        start, end = min([node.lineno, *(d.lineno for d in decorators)]), node.end_lineno or node.lineno
        if pieces and start <= pieces[-1][1]:
            start, end = pieces.pop()[0], end
        pieces.append((start, end))
    return ["\n".join(lines[start - 1 : end]) for start, end in pieces]


@functools.lru_cache(maxsize=4096)
def _names_in(statement: str) -> tuple[frozenset[str], frozenset[str]]:
    """Names that are read and names that are bound; edited texts share most of their statements."""
    read, bound = set[str](), set[str]()
    for node in ast.walk(ast.parse(statement)):
        if isinstance(node, ast.Name):
            (read if isinstance(node.ctx, ast.Load) else bound).add(node.id)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            bound |= {(alias.asname or alias.name).split(".")[0] for alias in node.names}
            if any(alias.name == "*" for alias in node.names):
                bound |= set(SUPPLIED)
        elif isinstance(node, ast.arg):
            bound.add(node.arg)
    return frozenset(read), frozenset(bound)


def _namespace(path: str, supplied: Iterable[tuple[str, str]]) -> dict[str, Any]:
    namespace: dict[str, Any] = {
        "__name__": "__main__", "__builtins__": builtins, "__file__": path, "__doc__": None, RUNTIME: runtime,
    }  # fmt: skip
    if package := served_package():
        namespace |= {"__package__": package, **OLD_FUNCTIONS}
    for _, line in supplied:
        exec(line, namespace)
    return namespace


class _Bounded(io.StringIO):
    """Keeps the first 64 kB of what is printed."""

    def write(self, text: str) -> int:
        room = MAX_OUTPUT - self.tell()
        if room > 0:
            super().write(text[:room])
        return len(text)


@contextlib.contextmanager
def _as_main(path: str, argv: Sequence[str], output: io.StringIO) -> Iterator[None]:
    """Arguments, import path and output as for a script that is run; warnings of NumPy's are not shown."""
    before, paths = sys.argv, list(sys.path)
    sys.argv = [path, *argv]
    sys.path.insert(0, os.path.dirname(os.path.abspath(path)))
    try:
        with contextlib.redirect_stdout(output), contextlib.redirect_stderr(output), np.errstate():
            yield
    finally:
        sys.argv, sys.path[:] = before, paths


def _failure(error: BaseException, parts: Sequence[Source], namespace: Mapping[str, Any]) -> Failure:
    """The exception with the innermost place in the script's text."""
    place, site, trace = None, 0, error.__traceback__
    texts = {part.filename: part for part in parts}
    while trace is not None:
        source = texts.get(trace.tb_frame.f_code.co_filename)
        if source is not None:
            place = _place(source, trace.tb_frame.f_code, trace.tb_lasti) or Place(
                source.filename, trace.tb_lineno
            )
        elif trace.tb_frame.f_globals.get("__name__") == runtime.__name__:
            number = trace.tb_frame.f_locals.get("site", 0)
            site = number if number and site_of(number).source.filename in texts else site
        trace = trace.tb_next
    names = {k: v for k, v in namespace.items() if not (k.startswith("__") and k.endswith("__"))}
    return Failure(error, place, site, names)


def _place(source: Source, code: CodeType, offset: int) -> Place | None:
    """The stretch of text that an instruction was compiled from."""
    positions = list(code.co_positions())
    line, end_line, start, end = positions[offset // 2] if 0 <= offset // 2 < len(positions) else (None,) * 4
    if line is None or end_line is None or start is None or end is None:
        return None
    node = ast.Constant(None, lineno=line, end_lineno=end_line, col_offset=start, end_col_offset=end)
    return source.place(source.span_of(node))
