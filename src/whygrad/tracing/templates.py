"""Rules as rows: what a rule writes for one kind of edge, kept to be stamped for every edge of that kind.

Running a rule on symbols costs tens of microseconds, copying the rows that it wrote one or two. So rules run
on a scratch table once for each kind of edge in the life of the process (`Patterns`); the rows that count are
numbered for a table once for each graph (`Template`), and appended, renumbered, wherever they are needed.
"""

from __future__ import annotations

import threading
from array import array
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any, NamedTuple

import numpy as np

from whygrad.graph import INPUT, NO_PARAMS, Abstract, Graph, GraphBuilder, Op, Tables
from whygrad.interning import key_of
from whygrad.tracing.symbols import Symbol

SMALL = 1 << 12
"""Bytes of a constant array up to which the pattern that holds it is kept."""


class Template(NamedTuple):
    """Rows for one kind of edge, in the numbers of one table. Their arguments are slots: first those given,
    then the rows themselves."""

    ops: array[int]
    params: array[int]
    abstracts: array[int]
    ends: tuple[int, ...]
    args: tuple[int, ...]
    local: int
    """Slot of the local gradient, or a code below zero that is the caller's."""
    result: int
    """Slot of the result; it may be one of those given."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """Rows for one kind of edge, in no table yet."""

    ops: tuple[Op, ...]
    params: tuple[tuple[Mapping[str, Any], Hashable], ...]
    """Parameters, and the key under which a table numbers them (None: one that cannot be compared)."""
    abstracts: tuple[Abstract, ...]
    ends: tuple[int, ...]
    args: tuple[int, ...]
    local: int | float | None
    """Slot of the local gradient (int), or its value where it is the same at every point (float)."""
    result: int

    def template(self, tables: Tables, local: int) -> Template:
        """The rows in the numbers of a table; `local` stands for a local gradient that is no slot."""
        number, append = tables.params.number, tables.params.append
        params = [append(p) if key is None else number(p, key) for p, key in self.params]
        return Template(
            array("H", map(tables.ops.number, self.ops)),
            array("i", params),
            array("i", map(tables.abstracts.number, self.abstracts)),
            self.ends,
            self.args,
            self.local if type(self.local) is int else local,
            self.result,
        )

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
            tuple(accumulate(len(self.args(row)) for row in kept)),
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


class Writer(GraphBuilder):
    """A combined graph being written. From `begin` on every row has an origin, and stands at its site.

    Names, sites and instances of those rows follow from their origins: `end` fills these columns at once.
    """

    current_origin: tuple[int, int] = (0, -1)
    _begun = -1

    @classmethod
    def of(cls, graph: Graph) -> Writer:
        """A writer that starts with the rows of a graph."""
        writer = cls.extending(graph)
        assert isinstance(writer, Writer)
        return writer

    def begin(self) -> None:
        """Stamping extends the origin columns blindly: let them end at the last row."""
        missing = len(self) - self.origin_start - len(self.origin_row_column)
        self.origin_row_column.extend([-1] * missing)
        self.origin_arg_column.extend([-1] * missing)
        self._begun = len(self)

    def add(
        self,
        op: Op,
        args: Sequence[int],
        abstract: Abstract,
        params: Mapping[str, Any] = NO_PARAMS,
        site: int | None = None,
        origin: tuple[int, int] | None = None,
    ) -> int:
        """Append a row; after `begin` it serves the edge `current_origin`."""
        if self._begun < 0:
            return super().add(op, args, abstract, params, site, origin)
        self.op_column.append(self.tables.ops.number(op))
        self.params_column.append(self.params_number(params) if params else 0)
        self.abstract_column.append(self.tables.abstracts.number(abstract))
        self.arg_column.extend(args)
        self.arg_offsets.append(len(self.arg_column))
        self.origin_row_column.append(self.current_origin[0])
        self.origin_arg_column.append(self.current_origin[1])
        return len(self.op_column) - 1

    def stamp(self, template: Template, slots: list[int], row: int, arg: int) -> None:
        """Append the rows of a template for the edge (row, arg); `slots`, those given, gains their
        numbers.
        """
        first, end = len(self.op_column), len(self.arg_column)
        self.op_column.extend(template.ops)
        self.params_column.extend(template.params)
        self.abstract_column.extend(template.abstracts)
        for k, stop in enumerate(template.ends):
            slots.append(first + k)
            self.arg_offsets.append(end + stop)
            self.origin_row_column.append(row)
            self.origin_arg_column.append(arg)
        self.arg_column.extend([slots[s] for s in template.args])

    def end(self) -> None:
        """Fill in names, sites and instances."""
        start, self._begun = self._begun, -1
        origins = np.asarray(self.origin_row_column)[start - self.origin_start :]
        self.name_column.frombytes(bytes(4 * len(origins)))
        for column in (self.site_column, self.instance_column):
            column.frombytes(np.asarray(column)[origins].astype(np.intc).tobytes())
