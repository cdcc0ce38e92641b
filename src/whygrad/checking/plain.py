"""Plain runs of a user's text: silenced, with fixed random numbers, bounded in time, inputs overridden.

Nothing here follows derivatives. A text is parsed once, its inputs get a hook after their first binding at
module level, and the compiled code is kept.
"""

from __future__ import annotations

import ast
import builtins
import contextlib
import io
import random
import signal
import threading
import warnings
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from types import CodeType
from typing import Any

import numpy as np
import numpy.random  # before a file of many units is forked: every run sets its seed

from whygrad.absent import OLD_FUNCTIONS, served_package, served_path
from whygrad.checking.evidence import Failure, Value
from whygrad.errors import brief
from whygrad.tracing.scripts import SUPPLIED, unbound_names

INPUT_HOOK = "__whygrad_input__"

Namespace = dict[str, Any]


class OutOfTime(BaseException):
    """Not an Exception, so that the user's `except Exception` does not swallow it."""


class _Discard(io.TextIOBase):
    """Swallows what the user's code prints."""

    def write(self, text: str) -> int:
        return len(text)

    def isatty(self) -> bool:
        return False


@contextlib.contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Raise OutOfTime after so many seconds (in the main thread; elsewhere there is no limit)."""
    if seconds <= 0 or threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(*_: Any) -> None:
        raise OutOfTime

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


_steady = False


def _seed() -> None:
    random.seed(0)
    np.random.seed(0)


@contextlib.contextmanager
def steady(seed: bool = True) -> Iterator[None]:
    """Silence output and warnings, and make random numbers the same in each run, unseeded generators too.

    Within another `steady` only the seeds are set again: that is how thousands of runs stay cheap.
    """
    global _steady
    if _steady:
        if seed:
            _seed()
        yield
        return
    state, numpy_state, make = random.getstate(), np.random.get_state(), np.random.default_rng

    def seeded(seed: Any = None) -> Any:
        return make(0 if seed is None else seed)

    _steady, np.random.default_rng = True, seeded
    try:
        with (
            contextlib.redirect_stdout(_Discard()),
            contextlib.redirect_stderr(_Discard()),
            np.errstate(all="ignore"),
            warnings.catch_warnings(),
        ):
            warnings.simplefilter("ignore")
            if seed:
                _seed()
            yield
    finally:
        _steady, np.random.default_rng = False, make
        random.setstate(state)
        np.random.set_state(numpy_state)


def bound_names(target: ast.AST) -> list[str]:
    """Names that a target binds, in order."""
    return [node.id for node in ast.walk(target) if isinstance(node, ast.Name)]


def binds(statement: ast.stmt) -> list[str]:
    """Names that a simple statement binds anew (not those it changes in place)."""
    if isinstance(statement, ast.Assign):
        targets: Sequence[ast.AST] = statement.targets
    elif isinstance(statement, ast.AnnAssign) and statement.value is not None:
        targets = [statement.target]
    else:
        return []
    found = []
    for target in targets:
        items = target.elts if isinstance(target, ast.Tuple | ast.List) else [target]
        found += [item.id for item in items if isinstance(item, ast.Name)]
    return found


def call(name: str, *arguments: ast.expr) -> ast.Call:
    """The syntax of a call of a name."""
    return ast.Call(ast.Name(name, ast.Load()), list(arguments), [])


def hook_inputs(body: list[ast.stmt], wanted: set[str]) -> list[ast.stmt]:
    """Insert `x = hook("x", x)` after the first module-level binding of each wanted name."""
    out: list[ast.stmt] = []
    for statement in body:
        out.append(statement)
        for field in ("body", "orelse", "finalbody"):
            # Blocks of the module (if, with, try), not loops: there a name may be bound again and again.
            if isinstance(statement, ast.If | ast.With | ast.Try) and getattr(statement, field, None):
                setattr(statement, field, hook_inputs(getattr(statement, field), wanted))
        for name in binds(statement):
            if name in wanted:
                wanted.discard(name)
                value = call(INPUT_HOOK, ast.Constant(name), ast.Name(name, ast.Load()))
                hook = ast.Assign([ast.Name(name, ast.Store())], value)
                out.append(ast.fix_missing_locations(ast.copy_location(hook, statement)))
    return out


@lru_cache(maxsize=2048)
def compiled(text: str, filename: str, inputs: frozenset[str], upto: int = 0) -> CodeType:
    """Code of a text with hooked inputs; of its first `upto` statements only, if given."""
    tree = ast.parse(text)
    body = tree.body[:upto] if upto else tree.body
    tree.body = hook_inputs(body, set(inputs))
    return compile(tree, filename, "exec")


def fresh_namespace(text: str, overrides: Mapping[str, Value], extra: Mapping[str, Any]) -> Namespace:
    """Globals for a run as `__main__`, with supplied imports and the input hook."""
    namespace: Namespace = {"__name__": "__main__", "__builtins__": builtins, **extra}
    if package := served_package():
        namespace |= {"__package__": package, "__file__": served_path(), **OLD_FUNCTIONS}
    for name in unbound_names(text):
        exec(SUPPLIED[name], namespace)

    def give(name: str, value: Value) -> Value:
        given = overrides.get(name, value)
        return copy_numeric(given) if name in overrides else value

    namespace[INPUT_HOOK] = give
    return namespace


def copy_numeric(value: Value) -> Value:
    """Copy numbers, arrays and containers of them; anything else is shared."""
    if isinstance(value, np.ndarray):
        return value.copy()
    if isinstance(value, list):
        return [copy_numeric(item) for item in value]
    if isinstance(value, tuple):
        return tuple(copy_numeric(item) for item in value)
    if isinstance(value, dict):
        return {key: copy_numeric(item) for key, item in value.items()}
    return value


def execute(code: CodeType, namespace: Namespace, seconds: float, seed: bool = True) -> Failure | None:
    """Run code in a namespace; None when it got to its end (or left by `sys.exit()`)."""
    try:
        with steady(seed), time_limit(seconds):
            exec(code, namespace)
    except SystemExit as error:
        if error.code in (None, 0):
            return None
        return failure_of(error, code.co_filename, namespace)
    except OutOfTime as error:
        return failure_of(error, code.co_filename, namespace, f"still running after {seconds:g} s")
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        return failure_of(error, code.co_filename, namespace)
    return None


def failure_of(
    error: BaseException, filename: str, namespace: Mapping[str, Any], message: str = ""
) -> Failure:
    """What a run that raised has to say: the deepest line of the user's file."""
    line, trace = 0, error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == filename:
            line = trace.tb_lineno
        trace = trace.tb_next
    kind = "Timeout" if isinstance(error, OutOfTime) else type(error).__name__
    shown = {name: value for name, value in namespace.items() if not name.startswith("__")}
    return Failure(kind, message or brief(str(error)), line, error, shown)


def run_behind(text: str, lines: str, filename: str, seconds: float) -> Namespace | Failure:
    """A plain run of a text and of lines behind it; its globals after.

    The same text with other lines is compiled once.
    """
    try:
        first = compiled(text, filename, frozenset())
        behind = compile("\n" * (text.count("\n") + 1) + lines, filename, "exec")
        namespace = fresh_namespace(text, {}, {})
    except (SyntaxError, ValueError, RecursionError) as error:
        return Failure(type(error).__name__, str(error), getattr(error, "lineno", 0) or 0, error)
    with steady():
        for code in (first, behind):
            failure = execute(code, namespace, seconds, seed=False)
            if failure is not None:
                return failure
    return namespace


def run_text(
    text: str,
    filename: str,
    inputs: frozenset[str],
    overrides: Mapping[str, Value],
    seconds: float,
    upto: int = 0,
) -> Namespace | Failure:
    """A plain run of a text from its start; its globals after."""
    try:
        code = compiled(text, filename, inputs, upto)
        namespace = fresh_namespace(text, overrides, {})
    except (SyntaxError, ValueError, RecursionError) as error:
        return Failure(type(error).__name__, str(error), getattr(error, "lineno", 0) or 0, error)
    failure = execute(code, namespace, seconds)
    return namespace if failure is None else failure
