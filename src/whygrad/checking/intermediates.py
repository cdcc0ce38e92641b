"""Gradients of intermediate quantities: their true values, per execution, by matching forward executions.

An intermediate is judged only to place the blame. One that carries a constant factor which later lines undo
(1/m applied last, a descent direction) is right.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from whygrad.checking.comparison import compare
from whygrad.checking.evidence import Value
from whygrad.checking.naming import EXACT, best, is_change, is_gradient_name, stems
from whygrad.checking.observing import Execution, Observation
from whygrad.checking.truth import Truth, cotangent_of
from whygrad.checking.values import Vector, is_numeric, rebuild, shape_of, vector
from whygrad.checking.watching import Watched
from whygrad.source import site

MOST_QUANTITIES = 400
"""Cotangents of named forward quantities kept per point."""

Key = tuple[int, int]
"""(statement, instance)."""


@dataclass(eq=False)
class ForwardValue:
    """One execution that bound a variable in the forward pass, with its true cotangent at one point."""

    name: str
    key: Key
    line: int
    loop: Mapping[str, Value]
    sequence: int
    value: Value
    cotangent: Value
    """In the layout of the value; None where the value has no rows."""


def forward_values(observation: Observation, truth: Truth, limit: int, last_line: int) -> list[ForwardValue]:
    """Every binding of the forward pass whose rows are known, in order of execution."""
    if truth.derivative is None or truth.run is None:
        return []
    events = _events_by_line(truth.recording, last_line)
    found: list[ForwardValue] = []
    for execution in sorted(observation.executions, key=lambda e: e.sequence):
        statement = observation.statements[execution.index]
        if execution.sequence > limit or statement.kind not in ("bind", "change"):
            continue
        if len(found) >= MOST_QUANTITIES:
            break
        for name, value in execution.results.items():
            event = _event(events, statement, execution, name)
            if event is None or not is_numeric(value):
                continue
            numbers = cotangent_of(event.rows, truth.derivative, truth.run)
            own = vector(value)
            if own is None or own.size != numbers.size:
                continue
            found.append(
                ForwardValue(
                    name,
                    (execution.index, execution.instance),
                    statement.span.line,
                    execution.loop,
                    execution.sequence,
                    value,
                    rebuild(value, numbers),
                )
            )
    return found


def _events_by_line(recording: Any, last_line: int) -> dict[tuple[int, str], list[Any]]:
    found: dict[tuple[int, str], list[Any]] = {}
    for event in recording.events:
        line = site(event.site).span.line
        if line <= last_line:
            found.setdefault((line, event.target), []).append(event)
            if event.name != event.target:
                found.setdefault((line, event.name), []).append(event)
    return found


def _event(
    events: Mapping[tuple[int, str], list[Any]], statement: Watched, execution: Execution, name: str
) -> Any:
    listed = events.get((statement.span.line, name), [])
    return listed[execution.instance] if execution.instance < len(listed) else None


@dataclass(eq=False)
class Intermediate:
    """A gradient-like variable of the backward part that is no final claim."""

    name: str
    scope: str
    of: str
    line: int
    last: int
    indices: list[int]
    """Statements that bind it."""
    truths: list[dict[Key, Value]] = field(default_factory=list)
    """Per point and execution the true value, where known."""
    ratios: list[float] = field(default_factory=list)
    """Per comparison: got / want where that is one number, nan where not."""
    sure: bool = False
    """The name says plainly which variable is meant."""
    named: bool = False
    """The truth is that of the variable in its name, not merely some equal quantity."""
    unknown: bool = False
    """Of some round nothing is known, though it is of others."""

    @property
    def factor(self) -> float | None:
        """The constant factor it carries at every point and execution (1.0: it is right); None: another."""
        if not self.ratios or any(np.isnan(self.ratios)):
            return None
        first = self.ratios[0]
        return first if np.allclose(self.ratios, first, rtol=1e-6) else None


def find(
    observation: Observation, scope: str, forward_names: Sequence[str], claimed: set[str], limit: int
) -> list[Intermediate]:
    """Gradient-like variables bound in a scope after the forward part."""
    found: dict[str, Intermediate] = {}
    known = set(forward_names) | {n for s in observation.statements if s.function == scope for n in s.names}
    earlier: dict[str, list[Value]] = {}
    for execution in sorted(observation.executions, key=lambda e: e.sequence):
        statement = observation.statements[execution.index]
        if statement.kind not in ("bind", "change"):
            continue
        if execution.sequence <= limit:
            for name, value in execution.results.items():
                earlier.setdefault(name, []).append(value)
        if statement.function != scope or execution.sequence <= limit:
            continue
        for name in statement.names:
            value = execution.results.get(name)
            if name in claimed or isinstance(value, dict) or not is_numeric(value):
                continue
            # A step along a gradient is none itself.
            if is_change(name) or not is_gradient_name(name, known) or _repeats(value, earlier.get(name, ())):
                continue
            item = found.setdefault(name, Intermediate(name, scope, "", 0, 0, []))
            item.line, item.last = statement.span.line, execution.sequence
            if statement.index not in item.indices:
                item.indices.append(statement.index)
    for item in found.values():
        ranked = [(s, n) for s, n in best(item.name, list(forward_names)) if s >= 0.45]
        item.of = ranked[0][1] if ranked and stems(item.name) else ""
        item.sure = bool(ranked) and ranked[0][0] >= EXACT
    for parts in _contributions(list(found.values())):
        for item in parts:
            item.of = ""
    return list(found.values())


def _repeats(value: Value, earlier: Sequence[Value]) -> bool:
    """Is a value that of the forward pass, computed once more: `dr = x[i] - x[j]` of a force loop?"""
    numbers = vector(value)
    return numbers is not None and bool(numbers.any()) and any(_equal(value, old) for old in earlier)


def _contributions(items: Sequence[Intermediate]) -> list[list[Intermediate]]:
    """Gradients that are numbered, of a variable that is not: `dx1`, `dx2` are what `dx` is the sum of."""
    groups: dict[tuple[str, str], list[Intermediate]] = {}
    for item in items:
        stem = item.name.rstrip("0123456789")
        if item.of and not item.sure and stem != item.name and not item.of[-1].isdigit():
            groups.setdefault((item.of, stem), []).append(item)
    return [parts for parts in groups.values() if len(parts) > 1]


def attach_truth(item: Intermediate, observation: Observation, forward: list[ForwardValue]) -> None:
    """Find the true value of each execution of an intermediate at one point, and its ratio to the truth."""
    truths: dict[Key, Value] = {}
    item.truths.append(truths)
    last_of_loop = _last_instances(item, observation)
    runs = [e for e in observation.executions if e.index in item.indices and item.name in e.results]
    last = max(runs, key=lambda e: e.sequence, default=None)
    final = (last.index, last.instance) if last is not None else (-1, -1)
    for execution in observation.executions:
        if execution.index not in item.indices or item.name not in execution.results:
            continue
        key = (execution.index, execution.instance)
        if key not in last_of_loop:
            continue
        got = execution.results[item.name]
        named = _named(item, execution, forward, key == final)
        if named is not None and _gathers(named.cotangent) and not _gathers(got):
            named = None  # `ys` holds the steps of a loop, `dy` is of one step
        zeros = vector(got)
        some = zeros is not None and bool(zeros.any())
        equal = next((f for f in forward if some and _equal(got, f.cotangent)), None)
        # A plain name (`dxhat`) says what is meant; a doubtful one may mean any quantity that it equals.
        if equal is not None and (named is None or not (item.sure or _equal(got, named.cotangent))):
            truths[key] = equal.cotangent
            item.ratios.append(1.0)
            if not item.of or (named is None and not item.sure):
                item.of = equal.name
        elif named is not None:
            item.named = True
            truths[key] = named.cotangent
            item.ratios.append(ratio(got, named.cotangent))
        elif some:
            item.unknown = True


def _gathers(value: Value) -> bool:
    """Is it a container of arrays, as loops fill them?"""
    parts = list(value.values()) if isinstance(value, dict) else value
    return isinstance(parts, list | tuple) and any(np.ndim(part) for part in parts)


def _last_instances(item: Intermediate, observation: Observation) -> set[Key]:
    """Of several statements that build one value (`dy = p.copy(); dy[t] -= 1`) the last one of each round.

    A later execution of another statement of the same variable with the same loop values supersedes.
    """
    chosen: dict[Any, Key] = {}
    for execution in sorted(observation.executions, key=lambda e: e.sequence):
        if execution.index in item.indices:
            round_ = tuple(sorted((name, _hashable(value)) for name, value in execution.loop.items()))
            if round_:
                # What was set before a loop (`dx = np.zeros(...)`) is only the start of what it gathers.
                chosen.pop((), None)
            chosen[round_] = (execution.index, execution.instance)
    return set(chosen.values())


def _hashable(value: Value) -> Any:
    numbers = vector(value)
    return repr(value) if numbers is None else tuple(numbers.tolist())


def _named(
    item: Intermediate, execution: Execution, forward: list[ForwardValue], final: bool
) -> ForwardValue | None:
    """The forward execution whose gradient an execution computes, by name and by the loops' variables."""
    options = [f for f in forward if f.name == item.of]
    shared = [f for f in options if set(f.loop) & set(execution.loop)]
    if shared:
        options = [
            f
            for f in shared
            if all(_same(f.loop[n], execution.loop[n]) for n in f.loop if n in execution.loop)
        ]
    elif execution.loop or any(f.loop for f in options):
        # A gradient gathered over a loop is complete after the last round only, and `dh` of one round is not
        # the gradient of a whole list `h`.
        got = shape_of(execution.results[item.name])
        options = [f for f in options if final and not f.loop and shape_of(f.value) == got]
    return options[-1] if options else None


def _same(first: Value, second: Value) -> bool:
    a, b = vector(first), vector(second)
    return a is not None and b is not None and a.shape == b.shape and bool((a == b).all())


def _equal(got: Value, want: Value) -> bool:
    return shape_of(got) == shape_of(want) and compare(got, want).agrees


def ratio(got: Value, want: Value) -> float:
    """got / want where all entries agree on it, else nan."""
    got_vector, want_vector = vector(got), vector(want)
    if got_vector is None or want_vector is None or shape_of(got) != shape_of(want) or not want_vector.any():
        return float("nan")
    entry = int(np.argmax(np.abs(want_vector)))
    factor = float(got_vector[entry] / want_vector[entry])
    if factor == 0 or not np.isfinite(factor):
        return float("nan")
    return factor if compare(got, _scaled(want, factor)).agrees else float("nan")


def _scaled(value: Value, factor: float) -> Value:
    numbers = vector(value)
    assert numbers is not None
    return rebuild(value, numbers * factor)


def scaled(value: Value, factor: float) -> Value:
    """A value with all its numbers multiplied."""
    return value if factor == 1.0 else _scaled(value, factor)


__all__ = [
    "ForwardValue",
    "Intermediate",
    "Vector",
    "attach_truth",
    "find",
    "forward_values",
    "ratio",
    "scaled",
]
