"""Emitted text is run before it is handed over, and compared with the engine at generic points.

The points are the examples, and others around them and far from them, so that other branches are taken; other
shapes come with the examples. A difference is a defect of ours, and the text is not handed over.
"""

from __future__ import annotations

import copy
import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from whygrad.differentiation import differentiate
from whygrad.emission.leaves import is_array, is_number, is_real
from whygrad.errors import CheckFailedError, EmissionError, WhygradError
from whygrad.execution import execute
from whygrad.tracing.functions import trace_function

TOLERANCE = 1e-7
LONGEST = 1.0
"""Seconds of a run at a point: elsewhere than at the examples a loop may never end."""
REACHES = (0.0, 1e-9, 0.1, 0.1, 1.0, 1.0)
"""How far points are from the examples, relative to the numbers in them."""


@dataclass(frozen=True)
class Proof:
    """How many points were compared, and the largest difference relative to the largest entry."""

    points: int
    worst: float


def truth(
    function: Callable[..., Any], args: Sequence[Any], argnums: Sequence[int], seeds: Any, limit: float
) -> Any:
    """(upstream cotangents, gradients by the leaves of each argument) as the engine has them."""
    trace = trace_function(function, copy.deepcopy(list(args)), argnums=argnums, seconds=limit)
    graph = trace.graph
    rows = [row for row in graph.outputs if graph.abstract(row).is_float]
    upstream = [seeds(graph.abstract(row).shape) for row in rows]
    made = differentiate(graph, rows, seeds=upstream)
    found = execute(made.graph, [trace.values[row] for row in graph.inputs]).outputs
    return upstream, list(found)


def prove(
    function: Callable[..., Any],
    derived: Callable[..., Any],
    examples: Sequence[Sequence[Any]],
    argnums: Sequence[int],
    upstream: Sequence[str],
) -> Proof:
    """Compare at all points. `derived` takes the arguments, and cotangents of the results by name.

    Raises EmissionError where they differ, or where nothing could be compared.
    """
    draw = np.random.default_rng(20)
    points, worst = 0, 0.0
    reasons: list[str] = []
    for reach in REACHES:
        for example in examples:
            args = list(example)
            for k in argnums:
                args[k] = moved(args[k], reach, draw)
            found = compared(function, derived, args, argnums, upstream, draw, LONGEST if reach else 0.0)
            if isinstance(found, str):
                reasons.append(found)
                continue
            points, worst = points + 1, max(worst, found)
            if not found <= TOLERANCE and reach:
                raise CheckFailedError(
                    f"the gradient that was written differs from the engine's by {found:.2g} at a test point",
                    hint="this is a defect of whygrad, please report it; --no-check shows what was written",
                )
    if points == 0:
        raise EmissionError(
            f"the gradient could not be compared at any point: {reasons[0]}",
            hint="give other example inputs; --no-check shows what was written",
        )
    return Proof(points, worst)


def compared(
    function: Callable[..., Any], derived: Callable[..., Any], args: list[Any], argnums: Sequence[int],
    upstream: Sequence[str], draw: Any, limit: float = 0.0,
) -> float | str:  # fmt: skip
    """The difference at one point; where there is no gradient to compare with, the reason."""

    def seeds(shape: tuple[int, ...]) -> Any:
        if not upstream:
            return 1.0 if shape == () else np.ones(shape)
        return draw.normal(size=shape) if shape else float(draw.normal())

    with np.errstate(all="ignore"):
        try:
            given, expected = truth(function, args, argnums, seeds, limit)
        except WhygradError as error:
            return error.message
        except (ArithmeticError, ValueError, IndexError, np.linalg.LinAlgError) as error:
            return _raising(error)  # elsewhere than at the examples there may be no result
        except Exception as error:
            raise EmissionError(_raising(error), hint="--no-check shows what was written") from None
        if not all(np.all(np.isfinite(e)) for e in expected):
            return "it is not finite"
        named = arranged(function(*copy.deepcopy(args)), given, upstream) if upstream else {}
        try:
            result = called(derived, copy.deepcopy(args), named)
        except Exception as error:
            raise CheckFailedError(
                f"the gradient that was written fails at a test point: {type(error).__name__}: {error}",
                hint="this is a defect of whygrad, please report it; --no-check shows what was written",
            ) from None
    results = list(result) if len(argnums) > 1 else [result]
    return difference(results, [args[k] for k in argnums], expected)


def _raising(error: Exception) -> str:
    return f"with values that are traced the function raises {type(error).__name__}: {error}"


def arranged(result: Any, given: Sequence[Any], upstream: Sequence[str]) -> dict[str, Any]:
    """Cotangents by name, each in the form of the result that it is of: a list for a list."""
    order = iter(given)
    parts = (
        result if isinstance(result, tuple) or (isinstance(result, list) and len(upstream) > 1) else [result]
    )
    moving = [part for part in parts if is_real(part)]
    if len(moving) != len(upstream):
        raise EmissionError(
            f"the function returns {len(moving)} results in one branch, and {len(upstream)} in another",
            hint="return as many everywhere",
        )
    return {name: in_form(part, order) for name, part in zip(upstream, moving, strict=True)}


def in_form(value: Any, order: Iterator[Any]) -> Any:
    """What comes next, in the form of a value."""
    if isinstance(value, list | tuple):
        return type(value)(in_form(v, order) for v in value)
    if isinstance(value, dict):
        return {k: in_form(v, order) for k, v in value.items()}
    return next(order) if is_real(value) else 0.0


def called(derived: Callable[..., Any], args: Sequence[Any], named: Mapping[str, Any]) -> Any:
    """A derivative at arguments of the function: what arrives stands before those that have defaults."""
    parameters = inspect.signature(derived).parameters.values()
    names = [p.name for p in parameters if p.kind is p.POSITIONAL_OR_KEYWORD and p.name not in named]
    if len(names) < len(args):
        return derived(*args, **named)
    return derived(**dict(zip(names, args, strict=False)), **named)


def difference(results: Sequence[Any], like: Sequence[Any], expected: Sequence[Any]) -> float:
    """The largest difference of gradients from the leaves that the engine has, in order."""
    leaves = [found for r, v in zip(results, like, strict=True) for found in numbers(v, r)]
    worst = 0.0
    for (given, got), want in zip(leaves, expected, strict=True):
        if not is_real(given):
            continue
        if np.shape(got) != np.shape(want):
            return float("inf")
        scale = max(float(np.max(np.abs(want), initial=0.0)), 1e-3)
        gap = np.max(np.abs(np.asarray(got, float) - np.asarray(want, float)), initial=0.0)
        worst = max(worst, float(gap) / scale) if gap == gap else float("inf")
    return worst


def numbers(value: Any, gradient: Any) -> list[tuple[Any, Any]]:
    """The leaves of an argument, each with its part of the gradient."""
    if is_number(value) or (is_array(value) and value.dtype.kind in "fiu"):
        return [(value, gradient)]
    if isinstance(value, list | tuple):
        return [n for k, v in enumerate(value) for n in numbers(v, gradient[k])]
    if isinstance(value, dict):
        return [
            n
            for k, v in value.items()
            for n in numbers(
                v, gradient.get(k, 0.0 if is_number(v) else np.zeros(np.shape(v)) if is_array(v) else v)
            )
        ]
    return []


def moved(value: Any, reach: float, draw: Any) -> Any:
    """A value with its floating numbers moved."""
    if reach == 0:
        return copy.deepcopy(value)
    if is_array(value):
        if value.dtype.kind != "f":
            return value.copy()
        step = reach * (np.abs(value) + 0.1) * draw.normal(size=value.shape)
        return (value + step).astype(value.dtype)
    if type(value) is float:
        return value + reach * (abs(value) + 0.1) * float(draw.normal())
    if isinstance(value, list | tuple):
        return type(value)(moved(v, reach, draw) for v in value)
    if isinstance(value, dict):
        return {k: moved(v, reach, draw) for k, v in value.items()}
    return value


Scope = Mapping[str, Any]
