"""Local variables of a function at its end, for gradients that it neither returns nor stores."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from types import FrameType
from typing import Any


def captured(function: Callable[..., Any], names: Sequence[str]) -> Callable[..., tuple[Any, dict[str, Any]]]:
    """The function, returning its result and those of its local variables that bear the names."""
    code = getattr(getattr(function, "__func__", function), "__code__", None)

    def call(*args: Any, **options: Any) -> tuple[Any, dict[str, Any]]:
        found: dict[str, Any] = {}

        def watch(frame: FrameType, event: str, _: Any) -> None:
            if event == "return" and frame.f_code is code:
                local = frame.f_locals
                found.update({name: local[name] for name in names if name in local})

        before = sys.getprofile()
        sys.setprofile(watch)
        try:
            result = function(*args, **options)
        finally:
            sys.setprofile(before)
        return result, found

    return call
