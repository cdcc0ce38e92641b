"""Rows as a reader wants them: known gates closed to one row each, and derivatives in their usual forms.

Values may change by rounding, and at kinks the other one-sided slope may be taken: what is emitted is checked
against the engine before it is handed over.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

import numpy as np

from whygrad.emission.choices import chosen, even, flipped
from whygrad.gates import KNOWN, Gate, KnownGate, group, recognise
from whygrad.graph import CONSTANT, Abstract, Graph, GraphBuilder, Op
from whygrad.ops import OPS
from whygrad.ops.arithmetic import damped_multiply
from whygrad.rules import Elementwise, Explicit
from whygrad.simplification import REWRITES, Entry, live, rewritten

BY_VALUE = {"relu": "y > 0"}
"""Slopes by the gate's own value, where that says as much as the argument does."""
CLOSED = ("sigmoid", "tanh", "softplus", "relu", "log sigmoid", "softmax")
"""Gates whose own derivative reads better than that of their rows."""


def closed(graph: Graph) -> tuple[Graph, Sequence[int]]:
    """The graph with each known gate as one row of its own kind, and the row map."""
    graph, first = rewritten(graph, (Entry(minus_product, ("matmul",)),))
    gates = {gate.output: gate for gate in gates_in(graph)}
    if not gates:
        return graph, first
    builder, new = GraphBuilder(), array("i")
    for row in range(len(graph)):
        gate = gates.get(row)
        if gate is None or gate.known is None:
            op, args, params = graph.op(row), graph.args(row), graph.params(row)
        else:
            op, args, params = gate_op(gate.known), array("i", gate.inputs), {}
        new.append(builder.add(op, [new[a] for a in args], graph.abstract(row), params))
        if graph.name(row):
            builder.name_row(new[row], graph.name(row))
    made = builder.freeze([new[r] for r in graph.inputs], [new[r] for r in graph.outputs])
    return made, array("i", [new[r] for r in first])


def gates_in(graph: Graph) -> list[Gate]:
    """The known gates of one argument that are closed."""
    known = [k for k in KNOWN if k.name in CLOSED]
    found = group(graph, recognise(graph, known)).gates
    return [g for g in found if len(g.inputs) == 1 and not g.bound and _is_more(graph, g.rows)]


def _is_more(graph: Graph, rows: Sequence[int]) -> bool:
    """Is a gate more than one call of NumPy's, such as np.tanh?"""
    return sum(graph.op(r) is not CONSTANT for r in rows) > 1 or graph.op(rows[-1]).name in (
        "maximum",
        "where",
    )


@cache
def gate_op(known: KnownGate) -> Op:
    """An operation that stands for a gate; its derivative is the gate's record, read as code."""
    (parameter,) = known.parameters
    slope = compile(BY_VALUE.get(known.name, known.derivative), known.name, "eval")
    value = compile(known.formula, known.name, "eval")

    def forward(x: Any) -> Any:
        return eval(value, {**WORDS, parameter: x})

    def partial(x: Any, y: Any) -> Any:
        return eval(slope, {**WORDS, parameter: x, known.result: y})

    def vjp(i: int, g: Any, y: Any, x: Any) -> Any:
        return eval(slope, {**WORDS, parameter: x, known.result: y, "g": g})

    def jvp(tangents: Any, y: Any, x: Any) -> Any:
        # The Jacobian of the softmax is symmetric.
        return None if tangents[0] is None else vjp(0, tangents[0], y, x)

    rule = Elementwise(partial, times=damped_multiply) if known.elementwise else Explicit(vjp, jvp)
    return Op(f"{known.name} gate", forward, rule)


WORDS = {
    "exp": np.exp, "log": np.log, "log1p": np.log1p, "tanh": np.tanh, "where": np.where,
    "maximum": np.maximum, "sum": np.sum, "sigmoid": lambda x: 1 / (1 + np.exp(-x)),
}  # fmt: skip


# --- rewrites -------------------------------------------------------------------------------------------
def over_one(rows: Any, op: Op, args: list[int], params: Any, abstract: Abstract) -> Any:
    """g * (1 / b) is g / b."""
    if op.name not in ("multiply", "damped_multiply"):
        return None
    for k in (1, 0):
        below = rows.written
        if below.op(args[k]).name == "divide":
            one, b = below.args(args[k])
            if rows.reals.get(one) == 1:
                return OPS["divide"], [args[1 - k], b], {}
    return None


def mask(rows: Any, op: Op, args: list[int], params: Any, abstract: Abstract) -> Any:
    """where(c, 1, 0) is c where it is a factor, and so is where(a == b, 0.5, c)."""
    if op.name not in ("multiply", "damped_multiply"):
        return None
    for k in (1, 0):
        below = rows.written
        if below.op(args[k]).name == "where":
            c, yes, no = below.args(args[k])
            if rows.reals.get(yes) == 1 and rows.reals.get(no) == 0:
                return OPS["multiply"], [args[1 - k], c], {}
            if rows.reals.get(yes) == 0.5 and below.op(c).name == "equal":  # at a tie either slope is right
                a, b = below.args(c)
                if a == b:
                    return OPS["multiply"], [args[1 - k], yes], {}
                return OPS["multiply"], [args[1 - k], first_at_tie(rows, no, a, b)], {}
    return None


def first_at_tie(rows: Any, larger: int, a: int, b: int) -> int:
    """`a > b` as `a >= b`: where two values are equal over a range, one of them takes what arrives.

    `np.minimum(r * g, np.clip(r, 0.8, 1.2) * g)` is such a case. Beside a number `a > 0` stays.
    """
    below = rows.written
    name = {"greater": "greater_equal", "less": "less_equal"}.get(below.op(larger).name)
    if name is None or tuple(below.args(larger)) != (a, b) or CONSTANT in (below.op(a), below.op(b)):
        return larger
    kind = below.tables.abstracts.number(below.abstract(larger))
    numbers = below.tables.ops.number(OPS[name]), below.params_number({}), kind
    return int(rows.add(numbers, [a, b], 0, (0, 0)))


def unstretched(rows: Any, op: Op, args: list[int], params: Any, abstract: Abstract) -> Any:
    """Elementwise operations stretch their operands themselves."""
    if op.name not in STRETCHING:
        return None
    below, new = rows.written, list(args)
    shapes = [below.abstract(a).shape for a in args]
    for k, arg in enumerate(args):
        if below.op(arg).name != "broadcast_to":
            continue
        inner = below.args(arg)[0]
        others = [s for j, s in enumerate(shapes) if j != k]
        if np.broadcast_shapes(below.abstract(inner).shape, *others) == abstract.shape:
            new[k], shapes[k] = inner, below.abstract(inner).shape
    return (op, new, params) if new != args else None


def stretched_last(rows: Any, op: Op, args: list[int], params: Any, abstract: Abstract) -> Any:
    """A stretched value divided or multiplied by a number is stretched afterwards."""
    below = rows.written
    if op.name not in ("divide", "multiply", "damped_multiply") or below.op(args[0]).name != "broadcast_to":
        return None
    if below.abstract(args[1]).shape != ():
        return None
    inner = below.args(args[0])[0]
    kind = Abstract(below.abstract(inner).shape, abstract.dtype)
    number = (below.tables.ops.number(op), 0, below.tables.abstracts.number(kind))
    row = rows.add(number, [inner, args[1]], 0, (0, 0))
    return OPS["broadcast_to"], [row], {"shape": abstract.shape}


def minus_out(rows: Any, op: Op, args: list[int], params: Any, abstract: Abstract) -> Any:
    """(-a) * b and a / (-b) are -(a * b) and -(a / b)."""
    below = rows.written
    for k in (0, 1):
        if below.op(args[k]).name == "negative":
            new = [*args[:k], below.args(args[k])[0], *args[k + 1 :]]
            kinds = below.tables.ops.number(op), 0, below.tables.abstracts.number(abstract)
            return OPS["negative"], [rows.add(kinds, new, 0, (0, 0))], {}
    return None


def numbers_out(rows: Any, op: Op, args: list[int], params: Any, abstract: Abstract) -> Any:
    """A number, or a sign, before what is reshaped stands before the whole."""
    below = rows.written
    inner = below.op(args[0]).name
    if inner not in ("negative", "multiply", "damped_multiply"):
        return None
    parts = list(below.args(args[0]))
    numbers = [a for a in parts if a in rows.reals]
    rest = [a for a in parts if a not in rows.reals]
    if len(rest) != 1 or (inner != "negative" and len(numbers) != 1):
        return None
    kinds = below.tables.ops.number(op), below.params_number(params), below.tables.abstracts.number(abstract)
    row = rows.add(kinds, rest, 0, (0, 0))
    return (OPS["negative"], [row], {}) if inner == "negative" else (OPS["multiply"], [numbers[0], row], {})


def twice(rows: Any, op: Op, args: list[int], params: Any, abstract: Abstract) -> Any:
    """x + x is 2 * x, and x * x is x**2."""
    if args[0] != args[1] or rows.written.op(args[0]) is CONSTANT:
        return None
    if op.name == "multiply":
        return OPS["square"], [args[0]], {}
    below = rows.written
    numbers = below.params_number({"value": 2.0}), below.tables.abstracts.number(Abstract((), float))
    two = rows.add((rows.constant, *numbers), [], 0, (0, 0))
    return OPS["multiply"], [two, args[0]], {}


def minus_sum(rows: Any, op: Op, args: list[int], params: Any, abstract: Abstract) -> Any:
    """The sum of -x is minus the sum of x."""
    below = rows.written
    if below.op(args[0]).name != "negative":
        return None
    kinds = below.tables.ops.number(op), below.params_number(params), below.tables.abstracts.number(abstract)
    return OPS["negative"], [rows.add(kinds, [below.args(args[0])[0]], 0, (0, 0))], {}


def minus_product(rows: Any, op: Op, args: list[int], params: Any, abstract: Abstract) -> Any:
    """(-W) @ x is -(W @ x): of `np.exp(-W @ x)` the gate is seen."""
    below = rows.written
    if below.op(args[0]).name != "negative":
        return None
    kinds = below.tables.ops.number(op), below.params_number(params), below.tables.abstracts.number(abstract)
    row = rows.add(kinds, [below.args(args[0])[0], args[1]], 0, (0, 0))
    return OPS["negative"], [row], {}


def turned_twice(rows: Any, op: Op, args: list[int], params: Any, abstract: Abstract) -> Any:
    """x[::-1][::-1] is x."""
    below = rows.written
    if below.op(args[0]) is not op:
        return None
    one, other = (flipped_axes(p, len(abstract.shape)) for p in (params, below.params(args[0])))
    return below.args(args[0])[0] if one == other else None


def flipped_axes(params: Any, count: int) -> tuple[int, ...]:
    """The axes that `np.flip` turns round, of an array of so many."""
    axis = params.get("axis")
    axes = range(count) if axis is None else axis if isinstance(axis, tuple) else (axis,)
    return tuple(sorted(k % count for k in axes))


def turned_product(rows: Any, op: Op, args: list[int], params: Any, abstract: Abstract) -> Any:
    """(a.T @ b).T is b.T @ a."""
    below, count = rows.written, len(abstract.shape)
    if below.op(args[0]).name != "matmul" or not _turns_last(params, count):
        return None
    left, b = below.args(args[0])
    if below.op(left) is not op or not _turns_last(below.params(left), len(below.abstract(left).shape)):
        return None
    shape = below.abstract(b).shape
    if shape[:-2] != below.abstract(left).shape[:-2] or len(shape) != count:
        return None
    kind = Abstract((*shape[:-2], shape[-1], shape[-2]), below.abstract(b).dtype)
    numbers = below.tables.ops.number(op), below.params_number(params), below.tables.abstracts.number(kind)
    return OPS["matmul"], [rows.add(numbers, [b], 0, (0, 0)), below.args(left)[0]], {}


def _turns_last(params: Any, count: int) -> bool:
    """Does a transposition of so many axes swap the last two and leave the others?"""
    axes = tuple(params.get("axes") or range(count)[::-1])
    return count >= 2 and axes == (*range(count - 2), count - 1, count - 2)


STRETCHING = (
    "add", "subtract", "multiply", "damped_multiply", "divide", "power", "where", "greater", "less",
    "maximum",
)  # fmt: skip
READABLE = (
    *REWRITES,
    Entry(over_one, ("multiply", "damped_multiply")),
    Entry(mask, ("multiply", "damped_multiply")),
    Entry(flipped, ("logical_not",)),
    Entry(chosen, ("add", "subtract")),
    Entry(even, ("multiply", "damped_multiply")),
    Entry(minus_out, ("multiply", "damped_multiply", "divide")),
    Entry(twice, ("add", "multiply")),
    Entry(numbers_out, ("reshape",)),
    Entry(minus_sum, ("sum", "sum_to")),
    Entry(turned_product, ("transpose",)),
    Entry(turned_twice, ("flip",)),
    Entry(stretched_last, ("divide", "multiply", "damped_multiply")),
    Entry(unstretched, STRETCHING),
)


def readable(graph: Graph, keep: Iterable[int]) -> tuple[Graph, Sequence[int]]:
    """The rewrites applied until nothing changes. Also returns the row map."""
    keep = list(keep)
    rows: Sequence[int] = range(len(graph))
    for _ in range(4):
        before = len(graph)
        graph, moved = rewritten(graph, READABLE)
        graph, left = live(graph, [moved[rows[r]] for r in keep])
        rows = [left[moved[r]] if r >= 0 else -1 for r in rows]
        if len(graph) == before:
            break
    return graph, rows
