"""Whole matrices of derivatives, and the product of the second one with a vector."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from whygrad.differentiation import differentiate, tangent
from whygrad.errors import UsageError
from whygrad.execution import execute
from whygrad.graph import Graph
from whygrad.tracing.trees import unflatten
from whygrad.transformations.gradients import grad
from whygrad.transformations.naming import named
from whygrad.transformations.points import Argnums, Point, Value, like, require_real
from whygrad.transformations.products import jvp, require_sequence

Block = Any


def jacobian(f: Callable[..., Any], argnums: Argnums = 0, has_aux: bool = False) -> Callable[..., Any]:
    """The derivative of every entry of what `f` returns by every entry of the arguments at `argnums`.

    An array of the shape of the result followed by the shape of the argument, in the argument's dtype. Where
    results or arguments are nested, the result has the structure of the value, with the structure of the
    argument in place of each of its leaves (a tuple of these, if `argnums` is a sequence). Forward mode where
    there are no more entries to move than results, else reverse mode. With `has_aux` `f` returns (value,
    anything), and the result is (Jacobian, anything). Raises UsageError as `grad` does.
    """

    @named(f, "Jacobian")
    def jacobian_of(*args: Any, **kwargs: Any) -> Any:
        point = Point.of(f, args, kwargs, argnums)
        value = point.value(has_aux)
        for leaf in value.leaves:
            require_real(f, leaf)
        found = [point.gathered(blocks, argnums) for blocks in _blocks(point, value)]
        whole = unflatten(value.tree, found)
        return (whole, value.aux) if has_aux else whole

    return jacobian_of


def hessian(f: Callable[..., Any], argnums: Argnums = 0, has_aux: bool = False) -> Callable[..., Any]:
    """The second derivatives of `f`, which must return a single number: the Jacobian of its gradient.

    An array of the argument's shape twice over; where arguments are nested or `argnums` is a sequence, the
    structure of the argument, with the structure again in place of each leaf. With `has_aux` `f` returns
    (number, anything), and the result is (Hessian, anything). Raises UsageError as `grad` does.
    """

    @named(f, "Hessian")
    def hessian_of(*args: Any, **kwargs: Any) -> Any:
        return jacobian(grad(f, argnums, has_aux), argnums, has_aux)(*args, **kwargs)

    return hessian_of


def hvp(f: Callable[..., Any], args: Sequence[Any], vectors: Sequence[Any]) -> tuple[Any, ...]:
    """The Hessian of `f` at `args` times `vectors`, which have the structure of `args`: forward over reverse.

    `f` must return a single number. The result is a tuple, one entry for each argument; the matrix is never
    built, so it costs a few runs of `f`. Raises UsageError as `grad` and `jvp` do.
    """
    require_sequence(args, "args")
    if not args:
        raise UsageError("`args` is empty: there is nothing to differentiate by")
    found: tuple[Any, ...] = jvp(grad(f, range(len(args))), args, vectors)[1]
    return found


def _blocks(point: Point, value: Value) -> list[list[Block]]:
    """For each leaf of the value the block of each leaf of the arguments, of shapes one after the other."""
    graph, leaves = point.trace.graph, point.leaves()
    sizes = [sum(math.prod(graph.abstract(row).shape) for row in rows)
             for rows in (graph.inputs, value.outputs)]  # fmt: skip
    if sizes[0] <= sizes[1]:
        columns = [_forward(point, row, value.outputs) for row in graph.inputs]
        blocks = [list(row) for row in zip(*columns, strict=True)] if columns else []
    else:
        blocks = [_reverse(point, row) for row in value.outputs]
    return [[_in_dtype(like(b, a), a) for b, a in zip(row, leaves, strict=True)] for row in blocks]


def _reverse(point: Point, output: int) -> list[Block]:
    """The blocks of one leaf of the value: a run of the backward rows for each of its entries.

    Each leaf has backward rows of its own, so that what is infinite in one does not meet the zeros in the
    seed of another.
    """
    graph = point.trace.graph
    derivative = differentiate(graph, [output], seeds=[None])
    shape = graph.abstract(output).shape
    runs = [point.gradients(derivative, [seed]) for seed in _directions(graph, output)]
    if not shape:
        return list(runs[0])
    found = []
    for k, row in enumerate(graph.inputs):
        whole = (*shape, *graph.abstract(row).shape)
        parts = [run[k] for run in runs]
        found.append(np.reshape(np.stack(parts), whole) if parts else np.zeros(whole))
    return found


def _forward(point: Point, row: int, outputs: Sequence[int]) -> list[Block]:
    """The blocks of one leaf of the arguments: a run of the tangent rows for each of its entries."""
    graph, shape = point.trace.graph, point.trace.graph.abstract(row).shape
    moved = tangent(graph, outputs, [row])
    runs = [
        execute(moved.graph, [move], known=point.trace.values).outputs for move in _directions(graph, row)
    ]
    if not shape:
        return list(runs[0])
    found = []
    for k, output in enumerate(outputs):
        whole = (*graph.abstract(output).shape, *shape)
        parts = [run[k] for run in runs]
        found.append(np.reshape(np.stack(parts, axis=-1), whole) if parts else np.zeros(whole))
    return found


def _directions(graph: Graph, row: int) -> Iterator[Any]:
    """The arrays of a row's shape that are 1 in one entry and 0 in the others."""
    shape = graph.abstract(row).shape
    if not shape:
        yield 1.0
    for place in np.ndindex(shape) if shape else ():
        direction = np.zeros(shape)
        direction[place] = 1.0
        yield direction


def _in_dtype(block: Block, argument: Any) -> Block:
    """A block in the floating dtype of its argument: tangents have that of the result."""
    wanted = getattr(argument, "dtype", None)
    have = getattr(block, "dtype", None)
    return block if wanted is None or have is None or have == wanted else block.astype(wanted)
