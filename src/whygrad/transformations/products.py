"""Products of a Jacobian with vectors from the left (`vjp`) and the right (`jvp`), without building it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from whygrad.differentiation import differentiate, tangent
from whygrad.errors import UsageError
from whygrad.execution import execute
from whygrad.tracing.trees import flatten, flatten_like
from whygrad.transformations.naming import parameter
from whygrad.transformations.points import Point


def vjp(f: Callable[..., Any], *args: Any, has_aux: bool = False) -> tuple[Any, ...]:
    """The value of `f` at `args`, and the function from a cotangent of the value to those of the arguments.

    The cotangent has the structure and shapes of the value; the result is a tuple, one entry for each
    argument. With `has_aux` `f` returns (value, anything), and the result is (value, function, anything).
    """
    point = Point.of(f, args, {}, range(len(args)))
    value = point.value(has_aux)
    derivative = differentiate(point.trace.graph, value.outputs, seeds=[None] * len(value.outputs))

    def pull(cotangent: Any) -> tuple[Any, ...]:
        return tuple(point.trees(point.gradients(derivative, value.cotangents(cotangent))))

    return (value.plain, pull, value.aux) if has_aux else (value.plain, pull)


def jvp(
    f: Callable[..., Any], args: Sequence[Any], tangents: Sequence[Any], has_aux: bool = False
) -> tuple[Any, ...]:
    """The value of `f` at `args`, and its derivative along `tangents`, which have the structure of `args`.

    With `has_aux` `f` returns (value, anything), and the result is (value, derivative, anything).
    """
    require_sequence(args, "args")
    require_sequence(tangents, "tangents")
    if len(args) != len(tangents):
        raise UsageError(f"{len(args)} arguments, but {len(tangents)} tangents: give one for each argument")
    point = Point.of(f, tuple(args), {}, range(len(args)))
    value = point.value(has_aux)
    moves = [m for k, pair in enumerate(zip(args, tangents, strict=True)) for m in _moves(f, k, *pair)]
    moved = tangent(point.trace.graph, value.outputs)
    found = value.filled(execute(moved.graph, moves, known=point.trace.values).outputs)
    return (value.plain, found, value.aux) if has_aux else (value.plain, found)


def require_sequence(given: Any, name: str) -> None:
    """Refuse a bare array where a tuple with one entry for each argument is meant."""
    if not isinstance(given, list | tuple):
        raise UsageError(
            f"`{name}` is a {type(given).__name__}, not a tuple with one entry for each argument",
            hint=f"for a function of one argument write ({name},)",
        )


def _moves(f: Callable[..., Any], position: int, arg: Any, move: Any) -> list[Any]:
    """The leaves of a tangent, which must be nested and shaped as its argument."""
    leaves, tree = flatten(arg)
    moves = flatten_like(move, tree)
    if moves is None or [np.shape(m) for m in moves] != [np.shape(a) for a in leaves]:
        raise UsageError(
            f"the tangent of `{parameter(f, position)}` must have the structure and shapes of its argument",
            hint="give an array of the argument's shape; np.zeros for what does not move",
        )
    return moves
