"""Memory that is handed out as such: what is read or written there is out of sight, so it is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from whygrad.source import site as site_of
from whygrad.tracing.buffers import owner_of
from whygrad.tracing.nesting import active, innermost, writer_of

if TYPE_CHECKING:
    from whygrad.tracing.tracer import Tracer

COPYING = frozenset(
    {"builtins.bytes", "builtins.bytearray", "array.array", "decimal.Decimal", "fractions.Fraction"}
)
"""Classes that keep plain numbers, or their bytes; by name, as few programs import them all."""
PICKLING = "_pickle.dumps"
SHARING = frozenset({memoryview, np.frombuffer, np.from_dlpack})
"""What gives another view of the same memory, which NumPy does not say is one."""
ATTRIBUTES = frozenset({"data", "ctypes"})
"""Attributes of arrays that do."""
STARTING = frozenset({"threading.Thread.start", "concurrent.futures.thread.ThreadPoolExecutor.submit",
                      "concurrent.futures._base.Executor.map"})  # fmt: skip
"""What starts threads: the rows of a trace are those of one thread."""


def _name(function: Any) -> str:
    return f"{getattr(function, '__module__', '')}.{getattr(function, '__qualname__', '')}"


def takes_out(function: Any) -> bool:
    """Is it one of the above?"""
    return function in SHARING or _name(function) in COPYING or _name(function) == PICKLING


def taken_out(function: Any, args: tuple[Any, ...]) -> None:
    """Before a call of one of them: refuse it for what is traced or written, note arrays it shares."""
    tracer = innermost(args) or (active() if _name(function) == PICKLING and written_within(args) else None)
    if tracer is not None:
        _refuse(tracer, f"`{getattr(function, '__name__', function)}`")
    elif function in SHARING:
        _shared(args[0] if args else None)


def attribute(site: int, owner: Any, name: str) -> Any:
    """`owner.data` and its like."""
    tracer = active()
    if tracer is not None and type(owner) is np.ndarray:
        tracer.builder.current_site = site
        writer = innermost((owner,))
        if writer is not None:
            _refuse(writer, f"`.{name}`")
        _shared(owner)
    return getattr(owner, name)


def _shared(given: Any) -> None:
    tracer = active()
    while tracer is not None and isinstance(given, np.ndarray):
        owner = owner_of(given)
        tracer.exported[id(owner)] = owner
        tracer = tracer.outer


def _refuse(tracer: Tracer, what: str) -> None:
    message = f"{what} hands out plain numbers of an array that depends on an input; their derivative is lost"
    tracer.refused(message, "index the array itself: x[i], x[a:b]", None)


def written_within(value: Any) -> dict[int, Any]:
    """Written arrays in containers and in attributes of objects, by id: each as a copy that is followed."""
    found: dict[int, Any] = {}
    seen: set[int] = set()
    waiting = [value]
    while waiting:
        item = waiting.pop()
        if id(item) in seen:
            continue
        seen.add(id(item))
        if isinstance(item, np.ndarray):
            writer = writer_of(item, active())
            if writer is not None:
                found[id(item)] = writer.operate(0, np.copy, (item,))
        elif isinstance(item, dict):
            waiting.extend(item.values())
        elif isinstance(item, list | tuple | set | frozenset):
            waiting.extend(item)
        elif not isinstance(item, type):
            waiting.extend(getattr(item, "__dict__", {}).values())
    return found


def thread_started(site: int, function: Any) -> None:
    """Refuse to start a thread within a trace."""
    tracer = active()
    if tracer is not None and _name(getattr(function, "__func__", None)) in STARTING:
        tracer.builder.current_site = site
        place = site_of(site).place
        where = f" (line {place.line})" if place else ""
        tracer.refused(
            f"a thread is started within a function that is traced{where}: whygrad follows one thread",
            "write the work as a loop; or start the threads outside, and differentiate in each",
            None,
        )
