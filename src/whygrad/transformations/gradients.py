"""Gradients of functions that return a single number, and of functions that work entry by entry."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from whygrad.differentiation import differentiate
from whygrad.graph import Graph
from whygrad.transformations.naming import named
from whygrad.transformations.points import Argnums, Point, require_number


def grad(f: Callable[..., Any], argnums: Argnums = 0, has_aux: bool = False) -> Callable[..., Any]:
    """The gradient of `f`, which must return a single number (or an array of one entry), by the arguments at
    `argnums`.

    The result has the structure of the argument (a tuple, if `argnums` is a sequence), each array the shape
    and dtype of its array. With `has_aux` `f` returns (number, anything), and the result is (gradient,
    anything). Raises UsageError for arguments or results that have no gradient; warns where the result does
    not depend on an argument.
    """

    @named(f, "gradient")
    def gradient(*args: Any, **kwargs: Any) -> Any:
        value, found = _value_and_gradient(f, argnums, has_aux, args, kwargs)
        return (found, value[1]) if has_aux else found

    return gradient


def value_and_grad(f: Callable[..., Any], argnums: Argnums = 0, has_aux: bool = False) -> Callable[..., Any]:
    """As `grad`, returning (value, gradient); with `has_aux` the value is the pair that `f` returned."""

    @named(f, "value and gradient")
    def value_and_gradient(*args: Any, **kwargs: Any) -> Any:
        return _value_and_gradient(f, argnums, has_aux, args, kwargs)

    return value_and_gradient


def _value_and_gradient(
    f: Callable[..., Any], argnums: Argnums, has_aux: bool, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> tuple[Any, Any]:
    point = Point.of(f, args, kwargs, argnums)
    value = point.value(has_aux)
    number = value.plain
    require_number(f, number)
    derivative = differentiate(
        point.trace.graph, value.outputs, seeds=_ones(point.trace.graph, value.outputs)
    )
    point.warn_of_independence(derivative.reached)
    found = point.gathered(point.gradients(derivative), argnums)
    return (number, value.aux) if has_aux else number, found


def _ones(graph: Graph, rows: Sequence[int]) -> list[Any] | None:
    """Ones for results of any shape, in their floating types; None where each is a plain number."""
    kinds = [graph.abstract(row) for row in rows]
    if not any(kind.shape for kind in kinds):
        return None
    return [np.ones(shape, dtype if isinstance(dtype, np.dtype) and dtype.kind == "f" else float)[()]
            for shape, dtype in kinds]  # fmt: skip


def elementwise_grad(f: Callable[..., Any], argnums: Argnums = 0) -> Callable[..., Any]:
    """The gradient of the sum of the entries of what `f` returns: for a function that works on each entry of
    its argument alone, the derivative at each entry."""

    @named(f, "derivative")
    def derivative(*args: Any, **kwargs: Any) -> Any:
        point = Point.of(f, args, kwargs, argnums)
        graph = point.trace.graph
        found = differentiate(graph, seeds=_ones(graph, graph.outputs))
        point.warn_of_independence(found.reached)
        return point.gathered(point.gradients(found), argnums)

    return derivative
