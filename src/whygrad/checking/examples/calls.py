"""Example inputs from calls that the file makes itself: in its statements, in `__main__`, in doctests.

The file is run, bounded in time, until the function has been called once; what it was called with is kept.
"""

from __future__ import annotations

import ast
import contextlib
import copy
import doctest
import sys
from collections.abc import Iterator, Mapping
from types import FrameType
from typing import Any

import numpy as np

from whygrad.checking.evidence import Value
from whygrad.checking.functions import Function
from whygrad.checking.losses import targets_of
from whygrad.checking.plain import Namespace, compiled, execute, fresh_namespace
from whygrad.source import Source, tree_of

SECONDS = 1.0
"""Longest run in search of a call."""
LARGEST = 4096
"""Numbers in one argument: more would make every later run slow, and smaller ones are found."""


class _Enough(BaseException):
    """The call has been seen; no `except Exception` of the user's swallows it."""


class _Recorder:
    """Watches for the first calls of functions, and for the construction of the first one's object."""

    def __init__(self, filename: str, forward: Function, init: Function | None, beside: Function | None):
        self.filename, self.forward, self.init, self.beside = filename, forward, init, beside
        self.made: dict[int, dict[str, Value]] = {}
        self.found: dict[str, Value] | None = None
        self.targets: dict[str, Value] = {}
        """What the first call of the function `beside` was given."""

    def watch(self, frame: FrameType, event: str, _: Any) -> None:
        if event != "call" or frame.f_code.co_filename != self.filename:
            return
        if self.init is not None and _runs(frame, self.init):
            # A constructor that a subclass calls comes second: the first is that of the object's own class.
            self.made.setdefault(id(frame.f_locals.get("self")), _arguments(frame, self.init))
        elif self.found is None and _runs(frame, self.forward):
            made = self.made.get(id(frame.f_locals.get("self")), {})
            self.found = {**made, **_arguments(frame, self.forward)}
        elif self.beside is not None and not self.targets and _runs(frame, self.beside):
            self.targets = _arguments(frame, self.beside)
        if self.found is not None and (self.targets or self.beside is None):
            raise _Enough


def _runs(frame: FrameType, function: Function) -> bool:
    lines = [function.node.lineno, *(d.lineno for d in function.node.decorator_list)]
    return frame.f_code.co_name == function.name and frame.f_code.co_firstlineno in lines


def _arguments(frame: FrameType, function: Function) -> dict[str, Value]:
    """Copies of what a call was given."""
    found = {}
    for name, _ in function.parameters:
        with contextlib.suppress(Exception):
            found[name] = copy.deepcopy(frame.f_locals[name])
    return found


def recorded(
    source: Source,
    forward: Function,
    init: Function | None,
    namespace: Mapping[str, Any],
    backward: Function | None = None,
) -> dict[str, Value]:
    """Arguments of the first call of `forward`, those of the constructor of its object included.

    With them are the targets that `backward` takes besides, as in its first call. Empty where the file makes
    no such call within the time, or with values that are no examples: too large, or of other kinds than
    numbers, texts and functions.
    """
    if not _mentions(source.text, forward):
        return {}
    targets = targets_of(forward, backward)
    recorder = _Recorder(source.filename, forward, init, backward if targets else None)
    for code, names in _runs_of(source, forward, namespace):
        before = sys.getprofile()
        sys.setprofile(recorder.watch)
        try:
            execute(code, names, SECONDS)
        finally:
            sys.setprofile(before)
        if recorder.found is not None:
            found = recorder.found
            if not all(_is_example(found.get(name), needed) for name, needed in _needs(forward, init)):
                return {}
            beside = {n: recorder.targets[n] for n in targets if _is_example(recorder.targets.get(n), True)}
            return {name: _floating(value) for name, value in {**found, **beside}.items()}
    return {}


def _needs(forward: Function, init: Function | None) -> list[tuple[str, bool]]:
    return [*(init.parameters if init else []), *forward.parameters]


def _runs_of(source: Source, forward: Function, names: Mapping[str, Any]) -> Iterator[tuple[Any, Namespace]]:
    """Codes to run: the file itself, then the examples in the docstrings of the function."""
    with contextlib.suppress(SyntaxError, ValueError, RecursionError):
        yield compiled(source.text, source.filename, frozenset()), fresh_namespace(source.text, {}, {})
    text = ast.get_docstring(forward.node) or ""
    with contextlib.suppress(SyntaxError, ValueError, RecursionError):
        examples = "".join(example.source for example in doctest.DocTestParser().get_examples(text))
        if examples:
            yield compile(examples, "<doctest>", "exec"), dict(names)


def _mentions(text: str, forward: Function) -> bool:
    """Does the file name the function outside its definition? If not, nothing need be run."""
    known = {forward.name, forward.owner} - {""}
    wanted = {forward.owner or forward.name}
    tree = tree_of(text)
    if ">>>" in (ast.get_docstring(forward.node) or "") and known:
        return True
    outside = [s for s in tree.body if not isinstance(s, ast.FunctionDef | ast.ClassDef)]
    if not any(isinstance(n, ast.Call) for s in outside for n in ast.walk(s)):
        return False
    return any(
        isinstance(n, ast.Name) and n.id in wanted and isinstance(n.ctx, ast.Load) for n in ast.walk(tree)
    )


def _is_example(value: Value, needed: bool) -> bool:
    if isinstance(value, np.ndarray):
        return value.dtype.kind in "fiub" and value.size <= LARGEST and bool(np.isfinite(value).all())
    if isinstance(value, list | tuple):
        return len(value) <= LARGEST and all(_is_example(item, needed) for item in value)
    if isinstance(value, dict):
        return len(value) <= LARGEST and all(_is_example(item, needed) for item in value.values())
    if isinstance(value, bool | int | float | str | np.number):
        return True
    return callable(value) if value is not None else not needed


def _floating(value: Value) -> Value:
    """Small rounding of the author's choice is not what is to be judged: numbers in double precision."""
    if isinstance(value, np.ndarray) and value.dtype.kind == "f":
        return value.astype(np.float64)
    return value


FIRST_CALL = "(in its first call)"


def described(value: Value) -> str:
    """An argument in a few words; never text of the mini-language, for it need not be pinned."""
    if isinstance(value, np.ndarray):
        return f"shape {value.shape} {FIRST_CALL}"
    if callable(value):
        return f"{getattr(value, '__name__', 'a function')} {FIRST_CALL}"
    text = repr(value)
    return f"{text} {FIRST_CALL}" if len(text) <= 40 else f"a {type(value).__name__} {FIRST_CALL}"
