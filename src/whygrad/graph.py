"""The computational graph as a table: one row per computed value, in order of computation.

Structure only, and the constants it needs; values at a point live in a Run (`execution`). A forward graph
and the graph that `differentiation` makes of it are the same kind of thing: the second has the first's rows,
followed by the backward rows, each with its origin. Columns are flat arrays, so that a million scalar rows
cost tens of bytes each and nothing recurses; `graph[row]` gives a light view for reading one row.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np

from whygrad.errors import GraphError
from whygrad.interning import Interner, key_of
from whygrad.rules import Rule


@dataclass(frozen=True, eq=False)
class Op:
    """One operation: its value, its derivative rule, and the facts that readers need."""

    name: str
    value: Callable[..., Any]
    """Called as `value(*args, **params)` on plain Python numbers and NumPy arrays."""
    rule: Rule | None
    """None: not differentiable (comparisons, integer results); a gradient that needs it is zero by
    definition when the result is an integer or a boolean, else it is refused."""
    infix: str = ""
    """Python's operator, for formulas: "+", "*", "@"; "-" with one argument is a prefix."""
    latex: str = ""
    """LaTeX template over {0}, {1}, ...; by default the name applied to the arguments."""
    domain: tuple[tuple[float, float], ...] = ()
    """Open interval of each argument where value and partials are finite; empty: all reals."""
    kinks: Callable[..., Any] | None = None
    """Not differentiable where this function of the arguments is zero."""
    note: str = ""
    """The local gradient in words, as a rule; and what is chosen at a kink or tie."""
    axes: tuple[str, ...] = ()
    """Which parameters are axes."""
    calls: tuple[Any, ...] = ()
    """What users call: a function whose positional arguments are the arguments in order, or a pair
    (function, adapter) with `adapter(*args, **kwargs) -> (args, params)`; the adapter raises TypeError for an
    option that is not supported."""

    def __repr__(self) -> str:
        return f"<op {self.name}>"


class Abstract(NamedTuple):
    """Shape and dtype of a row. `dtype` is a NumPy dtype, or `float`, `int`, `bool` for Python's own
    scalars, which are weak in NumPy's promotion."""

    shape: tuple[int, ...]
    dtype: Any

    @property
    def is_float(self) -> bool:
        return self.dtype is float or (isinstance(self.dtype, np.dtype) and self.dtype.kind == "f")

    def __str__(self) -> str:
        name = self.dtype.__name__ if isinstance(self.dtype, type) else self.dtype.name
        return f"{name}{list(self.shape)}" if self.shape or isinstance(self.dtype, np.dtype) else name


def abstract_of(value: Any) -> Abstract:
    """Shape and dtype of a Python number or a NumPy value."""
    kind = type(value)
    if kind is float or kind is int or kind is bool:
        return Abstract((), kind)
    if isinstance(value, np.generic | np.ndarray):
        return Abstract(value.shape, value.dtype)
    raise GraphError(f"a value of type {kind.__name__} has no place in a graph")


INPUT = Op("input", lambda: None, None)
CONSTANT = Op("constant", lambda value: value, None)
"""A constant row: parameter `value`."""

NO_PARAMS: Mapping[str, Any] = MappingProxyType({})


class Instance(NamedTuple):
    """One execution of a loop body, a call or a module: a node of the dynamic tree. Number 0 is the root."""

    parent: int
    site: int
    ordinal: int


@dataclass(frozen=True, slots=True)
class Guard:
    """The traced run went one way because `row` had this value; elsewhere the graph does not hold."""

    row: int
    expected: Any
    site: int


class Tables:
    """What rows refer to by number."""

    def __init__(self) -> None:
        self.ops, self.params, self.abstracts, self.names = Interner(), Interner(), Interner(), Interner()
        self.params.number(NO_PARAMS, key=())
        self.names.number("")

    def copy(self) -> Tables:
        twin = Tables.__new__(Tables)
        twin.ops, twin.params = self.ops.copy(), self.params.copy()
        twin.abstracts, twin.names = self.abstracts.copy(), self.names.copy()
        return twin


class _Columns:
    """The columns that a graph and its builder share."""

    def __init__(self) -> None:
        self.tables = Tables()
        self.op_column = array("H")
        self.arg_offsets = array("i", [0])
        self.arg_column = array("i")
        self.params_column = array("i")
        self.abstract_column = array("i")
        self.name_column = array("i")
        self.site_column = array("i")
        self.instance_column = array("i")
        self.origin_start = 0
        """Rows before this one have no origin; the two columns below start here."""
        self.origin_row_column = array("i")
        self.origin_arg_column = array("i")
        self.instance_parents = array("i", [0])
        self.instance_sites = array("i", [0])
        self.instance_ordinals = array("i", [0])
        self.guards: list[Guard] = []

    def __len__(self) -> int:
        return len(self.op_column)

    def op(self, row: int) -> Op:
        return self.tables.ops.values[self.op_column[row]]  # type: ignore[no-any-return]

    def args(self, row: int) -> array[int]:
        return self.arg_column[self.arg_offsets[row] : self.arg_offsets[row + 1]]

    def params(self, row: int) -> Mapping[str, Any]:
        return self.tables.params.values[self.params_column[row]]  # type: ignore[no-any-return]

    def abstract(self, row: int) -> Abstract:
        return self.tables.abstracts.values[self.abstract_column[row]]  # type: ignore[no-any-return]

    def name(self, row: int) -> str:
        return self.tables.names.values[self.name_column[row]]  # type: ignore[no-any-return]

    def origin(self, row: int) -> tuple[int, int] | None:
        k = row - self.origin_start
        if k < 0 or k >= len(self.origin_row_column) or self.origin_row_column[k] < 0:
            return None
        return self.origin_row_column[k], self.origin_arg_column[k]

    def instance(self, number: int) -> Instance:
        columns = self.instance_parents, self.instance_sites, self.instance_ordinals
        return Instance(*(column[number] for column in columns))

    _PER_ROW = (
        "op_column", "arg_offsets", "arg_column", "params_column", "abstract_column", "name_column",
        "site_column", "instance_column", "origin_row_column", "origin_arg_column",
        "instance_parents", "instance_sites", "instance_ordinals",
    )  # fmt: skip

    @property
    def nbytes(self) -> int:
        """Bytes of the columns (without the interned tables)."""
        return sum(len(c) * c.itemsize for c in (getattr(self, name) for name in self._PER_ROW))


class GraphBuilder(_Columns):
    """Appends rows. One builder belongs to one thread."""

    current_site: int = 0
    current_instance: int = 0

    @classmethod
    def extending(cls, graph: Graph) -> GraphBuilder:
        """A builder that starts with the rows of a graph; added rows carry origins from here on."""
        twin = cls()
        twin.tables = graph.tables.copy()
        for name in cls._PER_ROW:
            setattr(twin, name, array(getattr(graph, name).typecode, getattr(graph, name)))
        twin.guards = list(graph.guards)
        twin.origin_start = graph.origin_start if twin.origin_row_column else len(graph)
        return twin

    def add(
        self,
        op: Op,
        args: Sequence[int],
        abstract: Abstract,
        params: Mapping[str, Any] = NO_PARAMS,
        site: int | None = None,
        origin: tuple[int, int] | None = None,
    ) -> int:
        """Append a row and return its number."""
        tables = self.tables
        row = len(self.op_column)
        self.op_column.append(tables.ops.number(op))
        self.arg_column.extend(args)
        self.arg_offsets.append(len(self.arg_column))
        self.params_column.append(self.params_number(params) if params else 0)
        self.abstract_column.append(tables.abstracts.number(abstract))
        self.name_column.append(0)
        self.site_column.append(self.current_site if site is None else site)
        self.instance_column.append(self.current_instance)
        if origin is not None:
            missing = row - self.origin_start - len(self.origin_row_column)
            if not self.origin_row_column and missing:
                self.origin_start, missing = row, 0
            if missing > 0:
                self.origin_row_column.extend([-1] * missing)
                self.origin_arg_column.extend([-1] * missing)
            self.origin_row_column.append(origin[0])
            self.origin_arg_column.append(origin[1])
        return row

    def add_input(self, abstract: Abstract, name: str) -> int:
        """Append an input: the short way, for very many of them."""
        tables = self.tables
        row = len(self.op_column)
        self.op_column.append(tables.ops.number(INPUT))
        self.arg_offsets.append(len(self.arg_column))
        self.params_column.append(0)
        self.abstract_column.append(tables.abstracts.number(abstract))
        self.name_column.append(tables.names.append(name))  # not interned: each input has a name of its own
        self.site_column.append(self.current_site)
        self.instance_column.append(self.current_instance)
        return row

    def params_number(self, params: Mapping[str, Any]) -> int:
        frozen = MappingProxyType(dict(params))
        try:
            return self.tables.params.number(frozen, key=key_of(tuple(params.items())))
        except TypeError:  # an unhashable parameter: keep it, undeduplicated
            return self.tables.params.append(frozen)

    def constant(self, value: Any) -> int:
        """A row for a constant. Arrays are copied by the caller where they may change."""
        return self.add(CONSTANT, (), abstract_of(value), {"value": value})

    def name_row(self, row: int, name: str) -> None:
        """Give a row its name in the user's code; the first name stays."""
        if self.name_column[row] == 0:
            self.name_column[row] = self.tables.names.number(name)

    def enter(self, site: int, ordinal: int = 0) -> int:
        """Begin an instance (an iteration, a call) below the current one; returns what `leave` needs."""
        outer = self.current_instance
        self.current_instance = len(self.instance_parents)
        self.instance_parents.append(outer)
        self.instance_sites.append(site)
        self.instance_ordinals.append(ordinal)
        return outer

    def leave(self, outer: int) -> None:
        self.current_instance = outer

    def guard(self, row: int, expected: Any, site: int = 0) -> None:
        self.guards.append(Guard(row, expected, site or self.current_site))

    def freeze(self, inputs: Iterable[int], outputs: Iterable[int]) -> Graph:
        """The finished graph. The builder must not be used afterwards."""
        graph = Graph()
        graph.__dict__.update({k: v for k, v in self.__dict__.items() if not k.startswith("current_")})
        graph.inputs, graph.outputs = tuple(inputs), tuple(outputs)
        return graph


class Graph(_Columns):
    """A finished table. Treat every column as read-only; `inputs` and `outputs` are row numbers."""

    inputs: tuple[int, ...] = ()
    outputs: tuple[int, ...] = ()

    def __getitem__(self, row: int) -> Node:
        if not -len(self) <= row < len(self):
            raise IndexError(f"row {row} of a graph of {len(self)} rows")
        return Node(self, row % len(self))

    def __iter__(self) -> Iterator[Node]:
        return (Node(self, row) for row in range(len(self)))

    def with_outputs(self, outputs: Iterable[int]) -> Graph:
        """The same rows with other outputs (columns are shared)."""
        twin = Graph()
        twin.__dict__.update(self.__dict__)
        twin.outputs = tuple(outputs)
        return twin

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        """For a notebook: the table as text, and as a circuit where it is not too large for one."""
        from whygrad.explanation.structure import shown

        return shown(self)

    def __str__(self) -> str:
        shown = [str(node) for _, node in zip(range(200), self, strict=False)]
        if len(self) > 200:
            shown.append(f"... {len(self) - 200} more rows")
        return "\n".join([*shown, f"inputs {list(self.inputs)}  outputs {list(self.outputs)}"])


@dataclass(frozen=True, slots=True)
class Node:
    """A light view of one row."""

    graph: Graph = field(repr=False)
    row: int

    @property
    def op(self) -> Op:
        return self.graph.op(self.row)

    @property
    def args(self) -> tuple[int, ...]:
        return tuple(self.graph.args(self.row))

    @property
    def params(self) -> Mapping[str, Any]:
        return self.graph.params(self.row)

    @property
    def abstract(self) -> Abstract:
        return self.graph.abstract(self.row)

    @property
    def shape(self) -> tuple[int, ...]:
        return self.abstract.shape

    @property
    def name(self) -> str:
        return self.graph.name(self.row)

    @property
    def site(self) -> int:
        return self.graph.site_column[self.row]

    @property
    def instance(self) -> int:
        return self.graph.instance_column[self.row]

    @property
    def origin(self) -> tuple[int, int] | None:
        return self.graph.origin(self.row)

    def __str__(self) -> str:
        params = "".join(f" {k}={v!r}" for k, v in self.params.items())
        name = f" {self.name} =" if self.name else ""
        origin = f"   # serves edge {self.origin}" if self.origin else ""
        args = " ".join(f"%{a}" for a in self.args)
        return f"%{self.row}: {self.abstract}{name} {self.op.name} {args}{params}{origin}"


def validate(graph: Graph) -> None:
    """Raise GraphError unless the table is a legal graph: arguments before results, numbers in range."""
    rows = len(graph)
    for column in ("params_column", "abstract_column", "name_column", "site_column", "instance_column"):
        if len(getattr(graph, column)) != rows:
            raise GraphError(f"{column} has {len(getattr(graph, column))} entries for {rows} rows")
    if len(graph.arg_offsets) != rows + 1 or graph.arg_offsets[-1] != len(graph.arg_column):
        raise GraphError("the offsets of the arguments do not end at the last argument")
    for row in range(rows):
        for arg in graph.args(row):
            if not 0 <= arg < row:
                raise GraphError(f"row {row} ({graph.op(row).name}) uses row {arg}, which is not before it")
        origin = graph.origin(row)
        if origin and not (0 <= origin[0] < row and -1 <= origin[1] < len(graph.args(origin[0]))):
            raise GraphError(f"row {row} has the origin {origin}, which is no edge of this graph")
    for row in (*graph.inputs, *graph.outputs, *(g.row for g in graph.guards)):
        if not 0 <= row < rows:
            raise GraphError(f"row {row} is named as an input, output or guard, but there are {rows} rows")
    for row in graph.inputs:
        if graph.op(row) is not INPUT:
            raise GraphError(f"row {row} is named as an input, but is a {graph.op(row).name}")
