"""What is to be explained, in one form: a graph with one output, and the values of its inputs."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from whygrad.differentiation import differentiate
from whygrad.errors import FormulaError, UsageError
from whygrad.execution.interpreter import execute
from whygrad.explanation.ledger import Ledger, ancestors, ledger
from whygrad.graph import Graph, GraphBuilder
from whygrad.ops import OPS, infer
from whygrad.tracing import trace_function
from whygrad.tracing.formulas import Formula, parse_formula
from whygrad.tracing.points import parse_point

At = str | Mapping[str, Any] | None


@dataclass(frozen=True, eq=False)
class Subject:
    """A graph with one output, the values of its inputs, and what to call it.

    Of an array the sum is explained, which is what an upstream gradient of ones means; `note` says so.
    """

    title: str
    graph: Graph
    inputs: Sequence[Any]
    note: str = ""
    whole: Graph | None = None
    """The graph with the rows that the output does not need."""

    def __post_init__(self) -> None:
        """Leave out rows that neither the output nor a branch on the way depends on."""
        (output,) = self.graph.outputs
        object.__setattr__(self, "whole", self.graph)
        needed = ancestors(self.graph, output, *(guard.row for guard in self.graph.guards))
        if len(needed) < len(self.graph):
            object.__setattr__(self, "graph", extract(self.graph, needed, output))
        abstract = self.graph.abstract(self.graph.outputs[0])
        if abstract.shape:
            name = self.graph.name(self.graph.outputs[0]) or "the output"
            note = (
                f"{name} has shape {abstract.shape}, and a gradient is that of a single number: this is the "
                "gradient of the sum of its entries (an upstream gradient of 1 for each)."
            )
            object.__setattr__(self, "note", note)
            object.__setattr__(self, "graph", summed(self.graph))

    def ledger(self) -> Ledger:
        """Differentiate, run and enter everything. UsageError where the output is no real number."""
        output = self.graph.outputs[0]
        abstract = self.graph.abstract(output)
        if abstract.dtype is bool or np.dtype(abstract.dtype).kind == "b":
            raise UsageError(
                "the output is true or false, which has no gradient",
                hint="explain the number that it was decided by",
            )
        derivative = differentiate(self.graph)
        return ledger(self.graph, execute(derivative.graph, self.inputs, keep=True), derivative)


def subject_of(target: Any, args: Sequence[Any] = (), at: At = None) -> Subject:
    """A formula (text or parsed), a graph or a function, at a point.

    `at` gives values by name ("w=2, x=-1", or a mapping), `args` gives them in order. Raises UsageError for a
    target of another kind and FormulaError where values do not fit the names.
    """
    if isinstance(target, Subject):
        return target
    if isinstance(target, str | Formula):
        return _of_formula(target, args, _point(at))
    if isinstance(target, Graph):
        return _of_graph(target, args, _point(at))
    if callable(target):
        return _of_function(target, args, _point(at))
    raise UsageError(
        f"a {type(target).__name__} cannot be explained",
        hint='give a function, a graph or a formula: wg.explain("w*x + b", at="w=2, x=-1, b=3")',
    )


def _point(at: At) -> dict[str, Any]:
    return parse_point(at) if isinstance(at, str) else dict(at or {})


def _of_formula(target: str | Formula, args: Sequence[Any], point: dict[str, Any]) -> Subject:
    formula = parse_formula(target, point) if isinstance(target, str) else target
    if args:
        if len(args) > len(formula.names):
            names = ", ".join(formula.names) or "none"
            raise FormulaError(f"{len(args)} values were given for {len(formula.names)} names ({names})")
        point |= dict(zip(formula.names, args, strict=False))
    values = formula.arguments(point)
    if any(np.ndim(value) for value in values):  # a name turned out to be an array: its rows have shapes
        formula = parse_formula(formula.source.text, point)
    return Subject(formula.source.text, formula.graph, values)


def _of_graph(graph: Graph, args: Sequence[Any], point: Mapping[str, Any]) -> Subject:
    if len(graph.outputs) != 1:
        raise UsageError(
            f"this graph has {len(graph.outputs)} outputs; a gradient is that of one number",
            hint="choose one: wg.explain(graph.with_outputs([row]), ...)",
        )
    names = [graph.name(row) for row in graph.inputs]
    values = list(args) or [point[name] for name in names if name in point]
    if len(values) != len(names):
        raise UsageError(f"{len(values)} values were given for the inputs {', '.join(names)}")
    return Subject(f"a graph of {len(graph)} rows", graph, values)


def _of_function(function: Callable[..., Any], args: Sequence[Any], point: dict[str, Any]) -> Subject:
    trace = trace_function(function, tuple(args), point)
    name = getattr(function, "__name__", "the function")
    if len(trace.graph.outputs) != 1:
        raise UsageError(
            f"{name} returns {len(trace.graph.outputs)} numbers; a gradient is that of one number",
            hint=f"explain one of them: wg.explain(lambda *args: {name}(*args)[0], ...)",
        )
    return Subject(name, trace.graph, [trace.values[row] for row in trace.graph.inputs])


def summed(graph: Graph) -> Graph:
    """The graph with the sum of its output as its output."""
    builder = GraphBuilder.extending(graph)
    (output,) = graph.outputs
    abstract = infer(OPS["sum"], (graph.abstract(output),), {})
    return builder.freeze(graph.inputs, [builder.add(OPS["sum"], (output,), abstract)])


def extract(graph: Graph, rows: Sequence[int], output: int) -> Graph:
    """A graph of some rows of another (ascending), which must include all that they use."""
    kept, new = np.asarray(rows, np.int64), np.full(len(graph), -1, np.int64)
    new[kept] = np.arange(len(kept))
    builder = GraphBuilder()
    builder.tables = graph.tables.copy()
    for name in ("op", "params", "abstract", "name", "site", "instance"):
        column = getattr(graph, f"{name}_column")
        setattr(builder, f"{name}_column", array(column.typecode, np.asarray(column)[kept].tobytes()))
    for name in ("instance_parents", "instance_sites", "instance_ordinals"):
        setattr(builder, name, array("i", getattr(graph, name)))
    counts = np.diff(np.asarray(graph.arg_offsets))
    args = new[np.asarray(graph.arg_column)[np.repeat(new >= 0, counts)]]
    builder.arg_column = array("i", args.astype(np.intc).tobytes())
    builder.arg_offsets.frombytes(np.cumsum(counts[kept]).astype(np.intc).tobytes())
    for guard in graph.guards:
        if new[guard.row] >= 0:
            builder.guard(int(new[guard.row]), guard.expected, guard.site)
    return builder.freeze([int(new[row]) for row in graph.inputs], [int(new[output])])
