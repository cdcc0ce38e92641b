"""Gates that users mark: a function by a decorator, some lines by a `with` statement."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import lru_cache
from types import TracebackType
from typing import Any, TypeVar

from whygrad.source import Source, Span, new_site
from whygrad.tracing.nesting import active

Function = TypeVar("Function", bound=Callable[..., Any])

_MARKED: dict[tuple[str, str], str] = {}
"""Names of marked functions, by file and name of the function."""


def gate(target: Any) -> Any:
    """Mark a gate: what is computed there is drawn as one box, and explained as one.

        @wg.gate                      @wg.gate("attention")         with wg.gate("residual block"):
        def attend(q, k, v): ...      def f(q, k, v): ...               x = x + attend(x, x, x)

    The function is returned as it is; outside of a trace a mark does nothing. Raises TypeError for a target
    that is neither a function nor a name.
    """
    if isinstance(target, str):
        return Mark(target)
    if callable(target):
        return Mark(getattr(target, "__name__", "gate"))(target)
    raise TypeError(f"a gate is a function, or has a name: not {type(target).__name__}")


class Mark:
    """The name of a gate, as a decorator and as a context."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._outer: list[tuple[Any, int]] = []

    def __call__(self, function: Function) -> Function:
        code = getattr(function, "__code__", None)
        if code is not None:
            _MARKED[code.co_filename, code.co_name] = self.name
        return function

    def __enter__(self) -> Mark:
        tracer = active()
        if tracer is not None:
            frame = sys._getframe(1)
            place = _site(self.name, frame.f_code.co_filename, frame.f_lineno)
            self._outer.append((tracer, tracer.builder.enter(place)))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._outer:
            tracer, outer = self._outer.pop()
            tracer.builder.leave(outer)


@lru_cache(maxsize=4096)
def _site(name: str, filename: str, line: int) -> int:
    return new_site(0, "statement", Source(filename, ""), Span(line, 1, line, 1), f"{MARK}{name}")


MARK = "gate "
"""How the label of the site of a marked stretch begins."""


def marked_name(function: str) -> str:
    """The name under which a function of this name was marked; empty if none was."""
    return next((name for (_, known), name in _MARKED.items() if known == function), "")
