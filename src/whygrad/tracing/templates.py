"""Rules as rows: what a rule writes for one kind of edge, kept to be stamped for every edge of that kind.

Running a rule on symbols costs tens of microseconds, copying the rows that it wrote less than one. So rules
run on a scratch table, once for each kind of edge in the life of the process.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from whygrad.graph import INPUT, NO_PARAMS, Abstract, GraphBuilder, Op
from whygrad.interning import key_of
from whygrad.tracing.symbols import Symbol

SMALL = 1 << 12
"""Bytes of a constant array up to which the pattern that holds it is kept."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """Rows for one kind of edge, in no table yet."""

    ops: tuple[Op, ...]
    params: tuple[tuple[Mapping[str, Any], Hashable], ...]
    """Parameters, and the key under which a table numbers them (None: one that cannot be compared)."""
    abstracts: tuple[Abstract, ...]
    counts: tuple[int, ...]
    args: tuple[int, ...]
    local: int | float | None
    """Slot of the local gradient (int), or its value where it is the same at every point (float)."""
    result: int

    @property
    def is_light(self) -> bool:
        """Is it worth keeping in memory? Not with a large array among its constants."""
        values = [value for params, _ in self.params for value in params.values()]
        return all(value.nbytes <= SMALL for value in values if isinstance(value, np.ndarray))


class Patterns:
    """The patterns of all kinds of edges met so far, by operation, parameters, shapes and dtypes.

    Threads may share it: two that miss at once both run the rule, with equal results. The oldest entries make
    room when it is full, so operations that a program makes anew again and again do not pile up.
    """

    def __init__(self, most: int = 4096) -> None:
        self.most = most
        self._known: dict[Hashable, tuple[Pattern | None, ...]] = {}
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._known)

    def find(
        self, key: Hashable, write: Callable[[], Sequence[Pattern | None]]
    ) -> tuple[Pattern | None, ...]:
        """The patterns under a key; `write` makes them where they are missing."""
        try:
            found = self._known.get(key)
        except TypeError:  # a parameter that cannot be hashed: nothing to find it by
            return tuple(write())
        if found is None:
            found = tuple(write())
            if all(pattern is None or pattern.is_light for pattern in found):
                with self._lock:
                    while len(self._known) >= self.most:
                        del self._known[next(iter(self._known))]
                    self._known[key] = found
        return found


def key_of_params(params: Mapping[str, Any]) -> Hashable:
    """What tells apart the parameters of two edges."""
    return key_of(tuple(params.items())) if params else ()


class Scratch(GraphBuilder):
    """A table for one pattern: equal rows are written once."""

    def __init__(self) -> None:
        super().__init__()
        self._known: dict[Any, int] = {}

    def add(
        self,
        op: Op,
        args: Sequence[int],
        abstract: Abstract,
        params: Mapping[str, Any] = NO_PARAMS,
        site: int | None = None,
        origin: tuple[int, int] | None = None,
    ) -> int:
        """Append a row, or return the equal one that is there."""
        key = (op, *args, self.params_number(params))
        if op is INPUT or key not in self._known:
            self._known[key] = super().add(op, args, abstract, params)
        return self._known[key]

    def slots(self, abstracts: Sequence[Abstract]) -> list[Symbol]:
        """The given slots, as symbols."""
        return [Symbol(self, self.add(INPUT, (), abstract)) for abstract in abstracts]

    def pattern(self, given: int, result: int, local: int | float | None = None) -> Pattern:
        """The rows that the result needs, renumbered. `local` is a row or a number."""
        needed = {result}
        for row in range(len(self) - 1, given - 1, -1):
            if row in needed:
                needed.update(self.args(row))
        kept = [row for row in range(given, len(self)) if row in needed]
        new = {row: row for row in range(given)} | {row: given + k for k, row in enumerate(kept)}
        return Pattern(
            tuple([self.op(row) for row in kept]),
            tuple([_keyed(self.params(row)) for row in kept]),
            tuple([self.abstract(row) for row in kept]),
            tuple([len(self.args(row)) for row in kept]),
            tuple([new[a] for row in kept for a in self.args(row)]),
            new.get(local) if type(local) is int else local,
            new[result],
        )


def _keyed(params: Mapping[str, Any]) -> tuple[Mapping[str, Any], Hashable]:
    key = key_of_params(params)
    try:
        hash(key)
    except TypeError:
        key = None
    return params, key
