"""The combined graph being written: patterns numbered for its table, and stamped many at a time.

A sweep only notes which template is to be stamped with which slots, and what rows that will give; the columns
are filled later, all stamps of a template together. That takes a third of the time of appending row by row.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from whygrad.graph import NO_PARAMS, Abstract, Graph, GraphBuilder, Op, Tables
from whygrad.tracing.templates import Pattern

CHUNK = 1 << 16
"""Stamps that are written at a time: bounds the memory that this takes."""

MANY = 64
"""Stamps from which on filling the columns by NumPy pays, if there are also MANY_OF_A_KIND per template."""

MANY_OF_A_KIND = 16


class Result(NamedTuple):
    """What one pattern of a template gives. Slots are those given, then the rows of the template."""

    arg: int
    """The argument of the forward row that the pattern serves; -1 for the row itself."""
    local: int | float | None
    """Slot of the local gradient, or its value, or None."""
    slot: int
    """Slot of the result; it may be one of those given."""
    abstract: int
    """Number of the result's shape and dtype."""


class Template(NamedTuple):
    """Rows to be stamped together, in the numbers of one table."""

    number: int
    given: int
    size: int
    ops: array[int]
    params: array[int]
    abstracts: array[int]
    counts: array[int]
    """Of each row, the number of its arguments."""
    args: array[int]
    """The arguments of the rows, one after the other, as slots."""
    origins: array[int]
    """Of each row, the argument that it serves."""
    results: tuple[Result, ...]


class Stamps:
    """What is to be stamped: for each stamp a template, the forward row, the first row that it gives, and its
    slots."""

    def __init__(self) -> None:
        self.templates: list[Template] = []
        self.numbers, self.rows, self.firsts, self.slots = (array("i") for _ in range(4))

    def __len__(self) -> int:
        return len(self.numbers)


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
        writer.stamps = Stamps()
        writer._written, writer._slots_read = 0, 0
        return writer

    stamps: Stamps
    next_row: int
    """The number of the next row, stamps included that are not written yet."""
    _written: int
    _slots_read: int

    def begin(self) -> None:
        """Stamping extends the origin columns blindly: let them end at the last row."""
        missing = len(self) - self.origin_start - len(self.origin_row_column)
        self.origin_row_column.extend([-1] * missing)
        self.origin_arg_column.extend([-1] * missing)
        self._begun = self.next_row = len(self)

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
        self.flush()
        self.op_column.append(self.tables.ops.number(op))
        self.params_column.append(self.params_number(params) if params else 0)
        self.abstract_column.append(self.tables.abstracts.number(abstract))
        self.arg_column.extend(args)
        self.arg_offsets.append(len(self.arg_column))
        self.origin_row_column.append(self.current_origin[0])
        self.origin_arg_column.append(self.current_origin[1])
        self.next_row = len(self.op_column)
        return self.next_row - 1

    def template(self, given: Sequence[int], patterns: Iterable[tuple[int, Pattern]]) -> Template:
        """The rows of some patterns, one after the other. `given` are the shapes and dtypes of the slots, by
        number; with each pattern comes the argument that it serves."""
        template = numbered(self.tables, len(self.stamps.templates), given, patterns)
        self.stamps.templates.append(template)
        return template

    def stamp(self, template: Template, slots: array[int], row: int) -> int:
        """Note that the rows of a template are to be appended, and return the number of the first."""
        stamps, first = self.stamps, self.next_row
        stamps.numbers.append(template.number)
        stamps.rows.append(row)
        stamps.firsts.append(first)
        stamps.slots.extend(slots)
        self.next_row = first + template.size
        return first

    def flush(self) -> None:
        """Write what has been stamped."""
        stamps = self.stamps
        while self._written < len(stamps):
            stop = min(self._written + CHUNK, len(stamps))
            count = stop - self._written
            if count < MANY or count < MANY_OF_A_KIND * len(stamps.templates):
                self._write_singly(stop)
            else:
                self._write_together(stop)
            self._written = stop

    def _write_singly(self, stop: int) -> None:
        stamps = self.stamps
        for k in range(self._written, stop):
            template, first, row = stamps.templates[stamps.numbers[k]], stamps.firsts[k], stamps.rows[k]
            given, begin = template.given, self._slots_read
            self._slots_read += given
            if not template.size:
                continue
            slots = [*stamps.slots[begin : begin + given], *range(first, first + template.size)]
            self.op_column.extend(template.ops)
            self.params_column.extend(template.params)
            self.abstract_column.extend(template.abstracts)
            self.origin_arg_column.extend(template.origins)
            self.origin_row_column.extend([row] * template.size)
            self.arg_column.extend([slots[s] for s in template.args])
            end = self.arg_offsets[-1]
            for count in template.counts:
                end += count
                self.arg_offsets.append(end)

    def _write_together(self, stop: int) -> None:
        """The columns of the next stamps, the stamps of each template at once."""
        stamps, begun = self.stamps, len(self.op_column)
        numbers, firsts, rows = (
            np.array(c[self._written : stop]) for c in (stamps.numbers, stamps.firsts, stamps.rows)
        )
        ends = np.cumsum(np.array([t.given for t in stamps.templates])[numbers])
        slots = np.array(stamps.slots[self._slots_read : self._slots_read + int(ends[-1])])
        self._slots_read += len(slots)
        size = int(firsts[-1]) + stamps.templates[int(numbers[-1])].size - begun
        columns = [np.empty(size, np.dtype(code)) for code in ("H", *"iiiii")]
        groups = []
        order = np.argsort(numbers, kind="stable")
        for mine in np.split(order, np.flatnonzero(np.diff(numbers[order])) + 1):
            template = stamps.templates[int(numbers[mine[0]])]
            if template.size:
                groups.append((template, mine))
                places = firsts[mine][:, None] + np.arange(-begun, template.size - begun)
                for column, values in zip(columns, template[3:7], strict=False):
                    column[places] = values
                columns[4][places] = template.origins
                columns[5][places] = rows[mine][:, None]
        counts = columns[3]
        offsets = np.cumsum(counts) + len(self.arg_column)
        starts = offsets - counts - len(self.arg_column)
        args = np.empty(int(counts.sum()), np.intc)
        for template, mine in groups:
            place = starts[firsts[mine] - begun]
            for k, slot in enumerate(template.args):
                below = slot - template.given
                given = ends[mine] + below
                args[place + k] = slots[given] if below < 0 else firsts[mine] + below
        targets = (self.op_column, self.params_column, self.abstract_column)
        for target, filled in zip(targets, columns, strict=False):
            target.frombytes(filled.tobytes())
        self.arg_column.frombytes(args.tobytes())
        self.arg_offsets.frombytes(offsets.astype(np.intc).tobytes())
        self.origin_arg_column.frombytes(columns[4].tobytes())
        self.origin_row_column.frombytes(columns[5].tobytes())

    def end(self) -> None:
        """Fill in names, sites and instances."""
        self.flush()
        start, self._begun = self._begun, -1
        if len(self.op_column) - start < MANY:  # NumPy's calls would cost more than these rows
            rows = self.origin_row_column[start - self.origin_start :]
            self.name_column.extend([0] * len(rows))
            self.site_column.extend([self.site_column[row] for row in rows])
            self.instance_column.extend([self.instance_column[row] for row in rows])
            return
        origins = np.asarray(self.origin_row_column)[start - self.origin_start :]
        self.name_column.frombytes(bytes(4 * len(origins)))
        for column in (self.site_column, self.instance_column):
            column.frombytes(np.asarray(column)[origins].astype(np.intc).tobytes())


def numbered(
    tables: Tables, number: int, given: Sequence[int], patterns: Iterable[tuple[int, Pattern]]
) -> Template:
    """A template: patterns in the numbers of a table."""
    count, params = len(given), tables.params
    ops, abstracts = array("H"), array("i")
    stated, counts, args, origins = (array("i") for _ in range(4))
    results = []
    for arg, pattern in patterns:
        by = len(ops)
        slots = [*range(count), *range(count + by, count + by + len(pattern.ops))]
        ops.extend(map(tables.ops.number, pattern.ops))
        stated.extend([params.append(p) if k is None else params.number(p, k) for p, k in pattern.params])
        abstracts.extend(map(tables.abstracts.number, pattern.abstracts))
        counts.extend(pattern.counts)
        args.extend([slots[s] for s in pattern.args])
        origins.extend([arg] * len(pattern.ops))
        local = slots[pattern.local] if type(pattern.local) is int else pattern.local
        slot = slots[pattern.result]
        kind = given[slot] if slot < count else abstracts[slot - count]
        results.append(Result(arg, local, slot, kind))
    size = len(ops)
    return Template(number, count, size, ops, stated, abstracts, counts, args, origins, tuple(results))
