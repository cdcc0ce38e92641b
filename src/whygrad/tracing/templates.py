"""Rules as rows: what a rule writes for one kind of edge, kept to be stamped for every edge of that kind.

Running a rule on symbols costs tens of microseconds, copying the rows that it wrote one or two. So rules run
on a scratch table once, and the rows that count are appended, renumbered, wherever they are needed.
"""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from whygrad.graph import INPUT, NO_PARAMS, Abstract, Graph, GraphBuilder, Op
from whygrad.tracing.symbols import Symbol


@dataclass(frozen=True, slots=True)
class Template:
    """Rows for one kind of edge. Their arguments are slots: first those given, then the rows themselves."""

    ops: array[int]
    params: array[int]
    abstracts: array[int]
    ends: tuple[int, ...]
    args: tuple[int, ...]
    local: int
    """Slot of the local gradient, or a code below zero that is the caller's."""
    result: int
    """Slot of the result; it may be one of those given."""


class Scratch(GraphBuilder):
    """A table for templates: shares the interned values of another and writes equal rows once."""

    def __init__(self, builder: GraphBuilder) -> None:
        super().__init__()
        self.tables = builder.tables
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
        key = (op.name, *args, self.params_number(params))
        if op is INPUT or key not in self._known:
            self._known[key] = super().add(op, args, abstract, params)
        return self._known[key]

    def slots(self, abstracts: Sequence[Abstract]) -> list[Symbol]:
        """The given slots, as symbols."""
        return [Symbol(self, self.add(INPUT, (), abstract)) for abstract in abstracts]

    def template(self, given: int, result: int, local: int = -1) -> Template:
        """The rows that the result needs, renumbered."""
        needed = {result}
        for row in range(len(self) - 1, given - 1, -1):
            if row in needed:
                needed.update(self.args(row))
        kept = [row for row in range(given, len(self)) if row in needed]
        new = {row: row for row in range(given)} | {row: given + k for k, row in enumerate(kept)}
        args = [new[a] for row in kept for a in self.args(row)]
        ends = np.cumsum([len(self.args(row)) for row in kept], dtype=int).tolist()
        columns = (self.op_column, self.params_column, self.abstract_column)
        ops, params, abstracts = (array(c.typecode, [c[row] for row in kept]) for c in columns)
        slot = new.get(local, -1) if local >= 0 else local
        return Template(ops, params, abstracts, tuple(ends), tuple(args), slot, new[result])


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
