"""The derivative of one statement: traced by itself where it was executed, differentiated, simplified.

The small graph has the leaves of the statement as its inputs, so what is written from it is in the user's own
names. A statement is traced at several executions, at other shapes too: whatever differs between them (a
length, a shape) is written by name, and where the rows themselves differ nothing is written at all.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from whygrad.differentiation import differentiate, tangent
from whygrad.emission.gating import closed, readable
from whygrad.emission.leaves import (
    Finder,
    Leaf,
    bound_within,
    evaluated,
    is_array,
    is_number,
    is_real,
    is_whole,
    write,
)
from whygrad.errors import AnotherFormError, EmissionError, Place, WhygradError
from whygrad.graph import Graph
from whygrad.source import Source, new_site
from whygrad.tracing import runtime
from whygrad.tracing.functions import deeper_recursion
from whygrad.tracing.instrumentation import RUNTIME, Rewriter
from whygrad.tracing.loading import mark
from whygrad.tracing.tracer import Tracer
from whygrad.tracing.trees import flatten, mapped
from whygrad.tracing.values import Traced

Scope = Mapping[str, Any]
NUMPY = "__whygrad_numpy__"


@dataclass(frozen=True, eq=False)
class Execution:
    """One execution of a statement: the names in its reach, as they were just before it."""

    scope: Scope
    run: int = 0


@dataclass(frozen=True, eq=False)
class Followed:
    """A statement's expression traced at one execution."""

    graph: Graph
    leaves: tuple[Leaf, ...]
    values: tuple[Any, ...]
    inputs: tuple[tuple[int, ...], ...]
    """The rows of each leaf: one, or several for a list."""
    paths: tuple[tuple[str, ...], ...]
    """Beside each row of a leaf, where it stands in it: "", "[0]"."""
    outputs: tuple[int, ...]
    result: Any


STOPPED = (
    WhygradError, ArithmeticError, ValueError, TypeError, IndexError, KeyError, AttributeError, NameError
)  # fmt: skip
"""What following an expression may end with: the user's code may do anything with a traced value."""


def trace_expression(node: ast.expr, execution: Execution, active: Any) -> Followed:
    """Follow an expression at one execution. Its leaves become inputs.

    A whole number that carries a derivative (`loss = 0` before a loop) is a real one.
    """
    finder = Finder(execution.scope, bound_within(node))
    body = finder.visit(_Plainer(execution.scope).visit(copy.deepcopy(node)))
    code = _compiled(body)
    tracer, rows, paths, given = Tracer(), [], [], {}
    with tracer, deeper_recursion():
        for name, leaf, found in finder.leaves.values():
            value = float(found) if type(found) is int and active(leaf) else found
            mine: list[tuple[int, str]] = []
            plain = is_axes(value) and not active(leaf)
            given[name] = value if plain else mapped(partial(_entered, tracer, mine), value)
            rows.append(tuple(row for row, _ in mine))
            paths.append(tuple(path for _, path in mine))
        result = eval(code, {**execution.scope, **given, RUNTIME: runtime, NUMPY: np})
        leaves, _ = flatten(result)
        outputs = [tracer.row(v) for v in leaves if type(v) is Traced or is_number(v) or is_array(v)]
        plain = tracer.opened(result)
    graph = tracer.builder.freeze([row for mine in rows for row in mine], outputs)
    if any(graph.abstract(g.row).is_float or type(g.expected) in (bool, np.bool_) for g in graph.guards):
        raise EmissionError("a value in it chooses what is computed", hint="choose by an `if` of its own")
    entered = tuple(finder.leaves.values())
    return Followed(
        graph,
        tuple(leaf for _, leaf, _ in entered),
        tuple(value for _, _, value in entered),
        tuple(rows),
        tuple(paths),
        tuple(outputs),
        plain,
    )


def chooses(node: ast.expr) -> bool:
    """Does an expression pick one of several values, by `max(a, b)` or `a if c else b`?"""
    return any(
        isinstance(n, ast.IfExp)
        or (isinstance(n, ast.Call) and write(n.func) in ("max", "min") and len(n.args) > 1)
        for n in ast.walk(node)
    )


class _Plainer(ast.NodeTransformer):
    """Python's `max(a, b)` picks one and forgets the other: NumPy's takes both along, and `np.where` does so
    for `a if c else b`. `x[:, None]` is a view of all of x, and no choice of entries.
    """

    def __init__(self, scope: Scope) -> None:
        self.scope = scope

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        if write(node.func) == "np.meshgrid" and not {k.arg for k in node.keywords} - {"indexing"}:
            return ast.copy_location(meshed(node), node)
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        if name not in ("max", "min") or name in self.scope or len(node.args) < 2 or node.keywords:
            return node
        made = node.args[0]
        for other in node.args[1:]:
            function = ast.Attribute(ast.Name(NUMPY, ast.Load()), f"{name}imum", ast.Load())
            made = ast.Call(function, [made, other], [])
        return ast.fix_missing_locations(ast.copy_location(made, node))

    def visit_IfExp(self, node: ast.IfExp) -> ast.AST:
        self.generic_visit(node)
        function = ast.Attribute(ast.Name(NUMPY, ast.Load()), "where", ast.Load())
        made = ast.Call(function, [node.test, node.body, node.orelse], [])
        return ast.fix_missing_locations(ast.copy_location(made, node))

    def is_array(self, node: ast.expr) -> bool:
        """Is an expression an array, so far as it can be known?"""
        try:
            return is_array(evaluated(node, self.scope))
        except Exception:  # a name of a comprehension
            return False

    def visit_Subscript(self, node: ast.Subscript) -> ast.AST:
        turns = "::-1" in write(node.slice) and self.is_array(node.value)
        self.generic_visit(node)
        key = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        texts = [write(k) for k in key]
        if turns and set(texts) <= {":", "::-1"}:
            turned: list[ast.expr] = [ast.Constant(k) for k, text in enumerate(texts) if text != ":"]
            flip = ast.Attribute(ast.Name(NUMPY, ast.Load()), "flip", ast.Load())
            made = ast.Call(flip, [node.value, ast.Tuple(turned, ast.Load())], [])
            return ast.fix_missing_locations(ast.copy_location(made, node))
        if not is_whole(node.slice) or "..." in texts:
            return node
        axes: list[ast.expr] = [ast.Constant(k) for k, text in enumerate(texts) if text != ":"]
        function = ast.Attribute(ast.Name(NUMPY, ast.Load()), "expand_dims", ast.Load())
        made = ast.Call(function, [node.value, ast.Tuple(axes, ast.Load())], [])
        return ast.fix_missing_locations(ast.copy_location(made, node))


def is_axes(value: Any) -> bool:
    """Is it a tuple of whole numbers: axes or a shape, and nothing that is computed with?"""
    return isinstance(value, tuple) and all(isinstance(v, int | np.integer) for v in value)


def meshed(call: ast.Call) -> ast.expr:
    """`np.meshgrid(x, y)` as what it is: each of the vectors, stretched along the axes of the others."""
    owners = [write(a) for a in call.args]
    order = list(range(len(owners)))
    if len(order) > 1 and not any(write(k.value) == '"ij"' for k in call.keywords):
        order[:2] = 1, 0
    stretched = [
        f"{NUMPY}.expand_dims({{}}, {tuple(a for a, o in enumerate(order) if o != k)})"
        for k in range(len(owners))
    ]
    texts = [
        " + ".join(
            form.format(owner if j == k else f"{NUMPY}.zeros_like({owner})")
            for j, (form, owner) in enumerate(zip(stretched, owners, strict=True))
        )
        for k in range(len(owners))
    ]
    return ast.parse(f"[{', '.join(texts)}]", mode="eval").body


def _entered(tracer: Tracer, mine: list[tuple[int, str]], value: Any, path: str) -> Any:
    if not (is_number(value) or is_array(value)):
        return value
    traced = tracer.input(value, path)
    mine.append((traced.row, path))
    return traced


def _compiled(body: ast.expr) -> Any:
    """Rewritten code of an expression."""
    source = Source("<statement>", ast.unparse(body))
    tree = ast.parse(source.text, mode="eval").body
    site = new_site(0, "module", source, source.span_of(tree))
    made = ast.Expression(Rewriter(source, site).visit(tree))
    code = compile(ast.fix_missing_locations(made), source.filename, "eval", dont_inherit=True)
    mark(code)
    return code


@dataclass(frozen=True, eq=False)
class Derived:
    """The derivative of a statement at one execution, as rows to be written."""

    traced: Followed
    graph: Graph
    """Its outputs are the contributions to the wanted leaves, or the tangents of the results."""
    leaves: tuple[tuple[int, ...], ...]
    """Rows of each leaf, in `graph`; -1 where they are not needed."""
    results: tuple[int, ...]
    seeds: tuple[int, ...]
    """The rows of the cotangents of the results; of the tangents of the wanted leaves in forward mode."""
    wanted: tuple[tuple[int, int], ...]
    """(leaf, part) of each output."""
    sources: Mapping[int, str]
    """For rows that are the cotangent of an unnamed row: the operation of that row."""


def derive_expression(
    node: ast.expr, execution: Execution, active: Any, seed: float | None = None, forward: bool = False
) -> Derived:
    """Trace and differentiate an expression. `active(leaf)` says which leaves carry a derivative.

    A `seed` is the known cotangent of its single result.
    """
    traced = trace_expression(node, execution, active)
    graph, moved = closed(traced.graph)
    inputs = [tuple(moved[r] for r in rows) for rows in traced.inputs]
    outputs = [moved[r] for r in traced.outputs]
    wanted = [
        (k, part)
        for k, (leaf, value) in enumerate(zip(traced.leaves, traced.values, strict=True))
        if (is_real(value) or type(value) is int) and active(leaf)
        for part in range(len(inputs[k]))
    ]
    wrt = [inputs[k][part] for k, part in wanted]
    if forward:
        made = tangent(graph, outputs, wrt)
        combined, seeds, cotangents = made.graph, made.seeds, made.tangents
    else:
        real = [graph.abstract(r).is_float for r in outputs]
        kept = [r for r, is_float in zip(outputs, real, strict=True) if is_float]
        back = differentiate(graph, kept, wrt, seeds=[seed] if seed is not None else [None] * len(kept))
        combined, cotangents = back.graph, back.cotangents
        order = iter(back.seeds)
        seeds = tuple(next(order) if is_float else -1 for is_float in real)
    marked = [r for rows in inputs for r in rows]
    keep = [*marked, *outputs, *(s for s in seeds if s >= 0)]
    written, new = readable(combined, keep)
    return Derived(
        traced,
        written,
        tuple(tuple(new[r] for r in rows) for rows in inputs),
        tuple(new[r] for r in outputs),
        tuple(new[s] if s >= 0 else -1 for s in seeds),
        tuple(wanted),
        {
            new[c]: graph.op(r).name
            for r, c in enumerate(cotangents)
            if c >= 0 and new[c] >= 0 and r not in outputs and r not in marked
        },
    )


def aligned(derived: Sequence[Derived]) -> bool:
    """Do the derivatives at all executions have the same rows, but for lengths?"""
    first = derived[0]
    return all(_shape(d) == _shape(first) for d in derived[1:])


def _shape(d: Derived) -> Any:
    graph = d.graph
    rows = [(graph.op(r).name, tuple(graph.args(r)), _fixed(graph.params(r))) for r in range(len(graph))]
    return rows, d.leaves, d.results, d.seeds, d.wanted, graph.outputs


def _fixed(params: Mapping[str, Any]) -> Any:
    """Parameters that are no lengths."""
    return tuple(
        (k, repr(v)) for k, v in params.items() if k not in ("value", "shape", "dtype", "key", "keys")
    )


def refusal(statement: str, place: Place | None, error: Exception) -> EmissionError:
    """Why a statement cannot be derived."""
    if isinstance(error, WhygradError):
        kind = AnotherFormError if isinstance(error, AnotherFormError) else EmissionError
        return kind(f"`{statement}` cannot be derived: {error.message}", hint=error.hint, place=place)
    told = f"{type(error).__name__}: {error}"
    return EmissionError(f"`{statement}` cannot be derived: {told}", place=place)
