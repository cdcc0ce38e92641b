"""What a recorded script did: a Recording with its events; and the recorder that notes them."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from whygrad.errors import Place
from whygrad.graph import Graph
from whygrad.tracing.tracer import Tracer
from whygrad.tracing.values import Traced, plain

MAX_EVENTS = 200_000
MAX_BYTES = 256_000_000
MAX_LEAVES = 10_000
"""Numbers in one nested list beyond which it is not copied."""


@dataclass(frozen=True, slots=True, eq=False)
class Event:
    """A value was bound, stored or returned."""

    site: int
    """The statement."""
    instance: int
    target: str
    """As `ast.unparse` writes it: `grad_x`, `dW[t]`, `self.dW`, `grads['W1']`; `return`."""
    name: str
    """The root name of the target."""
    value: Any
    """A copy of what was stored: numbers, arrays, nested lists, tuples and dicts of them; else the object."""
    rows: Any
    """Row numbers in the structure of `value`; -1 for what depends on no input."""
    function: str
    """The enclosing function, `Layer.backward`; empty in the module."""


@dataclass(frozen=True, eq=False)
class Failure:
    """The script raised."""

    exception: BaseException
    place: Place | None
    """The innermost place in the script's own text."""
    site: int = 0
    namespace: Mapping[str, Any] = field(default_factory=dict, repr=False)
    """What was bound when it happened."""

    def __str__(self) -> str:
        kind = type(self.exception).__name__
        return (
            f"{kind}: {self.exception}"
            if self.place is None
            else f"{kind} in line {self.place.line}: {self.exception}"
        )


@dataclass(eq=False)
class Recording:
    """An instrumented run of a script."""

    graph: Graph
    values: list[Any] = field(repr=False)
    """Per row."""
    events: list[Event] = field(repr=False)
    namespace: dict[str, Any] = field(repr=False)
    """The globals at the end, with traced values in them."""
    supplied: list[tuple[str, str]] = field(default_factory=list)
    """Names used but not imported, with the import that was supplied: ("np", "import numpy as np")."""
    failure: Failure | None = None
    stdout: str = ""
    notes: list[str] = field(default_factory=list)
    """What was taken as a constant, and what was dropped."""
    inputs: dict[str, Any] = field(default_factory=dict)
    """Row numbers of each input, in its structure."""


class Recorder:
    """Notes events and takes inputs, for one tracer."""

    def __init__(self, tracer: Tracer, inputs: frozenset[str], overrides: Mapping[str, Any]) -> None:
        self.tracer, self.inputs, self.overrides = tracer, inputs, overrides
        self.events: list[Event] = []
        self.input_rows: list[int] = []
        self.taken: dict[str, Any] = {}
        self.bytes = 0
        self.late: dict[tuple[str, str], Event] = {}
        """Of what came when there was no more room, the last of each target."""
        self.pieces: dict[str, Event] = {}
        """Last event that changed only a part of a name of the module."""

    def note(self, site: int, target: str, name: str, function: str, value: Any) -> None:
        """Note a value that was stored."""
        shot = _Snapshot(self.tracer)
        copy, rows = shot.of(value)
        event = Event(site, self.tracer.builder.current_instance, target, name, copy, rows, function)
        if len(self.events) < MAX_EVENTS and self.bytes <= MAX_BYTES:
            self.bytes += shot.bytes
            self.events.append(event)
        else:
            self._dropped()
            self.late.pop((target, function), None)
            self.late[target, function] = event
        if not function:
            self.pieces.pop(name, None)
            if target != name or self.tracer.is_buffer(plain(value)):
                self.pieces[name] = event

    def _dropped(self) -> None:
        text = "there were so many assignments that only the first ones, and the last of each name, are kept"
        if text not in self.tracer.notes:
            self.tracer.notes.append(text)

    def finish(self, namespace: Mapping[str, Any]) -> None:
        """One more event for each name of the module last changed in part: all of it, as it is at the end."""
        self.events.extend(self.late.values())
        for name, last in list(self.pieces.items()):
            if name in namespace:
                shot = _Snapshot(self.tracer)
                copy, rows = shot.of(namespace[name])
                self.events.append(Event(last.site, last.instance, name, name, copy, rows, ""))

    def take(self, site: int, name: str, value: Any) -> Any:
        """An input: its override, if there is one, with its numbers as input rows.

        An override says what it is: whole numbers in it are indices or labels. In the text of a script they
        are real numbers.
        """
        if name in self.overrides and not _has_float(self.overrides[name]):
            return copy.deepcopy(self.overrides[name])
        value = self.overrides.get(name, value)
        traced = self._entered(value, name)
        self.taken[name] = _Snapshot(self.tracer).of(traced)[1]
        return traced

    def _entered(self, value: Any, name: str) -> Any:
        kind = type(value)
        if kind is list or kind is tuple:
            return kind([self._entered(v, f"{name}[{k}]") for k, v in enumerate(value)])
        if kind is dict:
            return {key: self._entered(v, f"{name}[{key!r}]") for key, v in value.items()}
        if kind is int:  # whole numbers in a script are real numbers: `w = [2, -3]`
            value = float(value)
        elif isinstance(value, np.ndarray | np.generic):
            if value.dtype.kind not in "fiu":
                return value
            value = value if value.dtype.kind == "f" else value.astype(np.float64)
        elif kind is not float:
            return value
        traced = self.tracer.input(value, name)
        self.input_rows.append(traced.row)
        return traced


def _has_float(value: Any) -> bool:
    if isinstance(value, dict):
        return any(map(_has_float, value.values()))
    if isinstance(value, list | tuple):
        return any(map(_has_float, value))
    return isinstance(value, float) or (
        isinstance(value, np.ndarray | np.generic) and value.dtype.kind == "f"
    )


class _Snapshot:
    """Copies a value, and collects its rows."""

    def __init__(self, tracer: Tracer) -> None:
        self.tracer, self.bytes, self.leaves = tracer, 0, 0

    def of(self, value: Any) -> tuple[Any, Any]:
        kind = type(value)
        self.leaves += 1
        if self.leaves > MAX_LEAVES:
            return None, -1
        if kind is Traced:
            return self._copied(plain(value)), self.tracer.row(value)
        if kind is list or kind is tuple:
            pairs = [self.of(v) for v in value]
            return kind([p[0] for p in pairs]), kind([p[1] for p in pairs])
        if kind is dict:
            both = {key: self.of(v) for key, v in value.items()}
            return {k: p[0] for k, p in both.items()}, {k: p[1] for k, p in both.items()}
        if isinstance(value, np.ndarray):
            row = self.tracer.current_row(value) if self.tracer.is_buffer(value) else -1
            return self._copied(value), row
        return value, -1

    def _copied(self, value: Any) -> Any:
        if isinstance(value, np.ndarray):
            self.bytes += value.nbytes
            return value.copy()
        return value
