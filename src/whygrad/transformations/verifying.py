"""A rule of the user's against differences of the function that it is the rule of."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from whygrad.checking.numeric import Slope, slopes
from whygrad.errors import UsageError
from whygrad.tracing.trees import flatten
from whygrad.transformations.arranging import arranged, is_floating, parted
from whygrad.transformations.naming import parameter
from whygrad.transformations.opaque import positions
from whygrad.transformations.products import jvp, vjp

RELATIVE, ERRORS = 1e-6, 10.0
"""What may differ: this share of the size of the gradient, and this many estimated errors of it."""


def verify(custom: Any, args: Sequence[Any], kwargs: dict[str, Any]) -> None:
    """Compare both maps of a custom rule with differences at a point, for a random weighting of the results.

    Raises UsageError where they disagree.
    """
    numbers, params = parted([_in_double(a) for a in args], kwargs)
    moving = [k for k, x in enumerate(numbers) if is_floating(x)]
    places = positions(len(numbers), params)
    point = [numbers[k] for k in moving]

    def results(function: Callable[..., Any], moved: Sequence[Any]) -> list[Any]:
        given = list(numbers)
        for k, x in zip(moving, moved, strict=True):
            given[k] = x
        positional, keywords, _ = arranged(given, **params)
        return [leaf for leaf in flatten(function(*positional, **keywords))[0] if is_floating(leaf)]

    generator = np.random.default_rng(0)
    weights = [generator.normal(size=np.shape(leaf))[()] for leaf in results(custom.function, point)]
    pulled = vjp(lambda *moved: results(custom, moved), *point)[1](weights)
    for k, x in enumerate(point):
        move = generator.normal(size=np.shape(x))[()]
        moves = [move if j == k else np.zeros(np.shape(z))[()] for j, z in enumerate(point)]
        pushed = jvp(lambda *moved: results(custom, moved), point, moves)[1]

        def along(flat: Any, k: int = k) -> float:
            moved = [*point[:k], np.reshape(flat, np.shape(point[k]))[()], *point[k + 1 :]]
            return _weighted(weights, results(custom.function, moved))

        name = parameter(custom.function, places[moving[k]])
        _compare(custom.__name__, name, pulled[k], slopes(along, np.reshape(x, -1)))
        _compare_maps(custom.__name__, name, float(np.sum(pulled[k] * move)), _weighted(weights, pushed))


def _weighted(weights: Sequence[Any], leaves: Sequence[Any]) -> float:
    return float(sum(np.sum(w * leaf) for w, leaf in zip(weights, leaves, strict=True)))


def _compare(function: str, name: str, stated: Any, measured: Sequence[Slope]) -> None:
    """Entry by entry: what the rule says, and the slope of the function."""
    entries = np.reshape(stated, -1)
    size = max((abs(s.value) for s in measured if s.trusted), default=0.0)
    for place, (entry, slope) in enumerate(zip(entries.tolist(), measured, strict=True)):
        allowed = RELATIVE * max(size, abs(slope.value)) + ERRORS * slope.error
        if slope.trusted and not abs(entry - slope.value) <= allowed:
            index = np.unravel_index(place, np.shape(stated))
            entry_of = f"{name}[{', '.join(map(str, index))}]" if index else name
            raise UsageError(
                f"the custom rule of `{function}` is wrong by `{entry_of}`: it gives {entry:.6g}, "
                f"but differences give {slope.value:.6g} (for a random weighting of its results)",
                hint="compare the rule with the function, argument by argument",
            )


def _compare_maps(function: str, name: str, backward: float, forward: float) -> None:
    """Both maps are one: they agree on every pair of a move and a weighting."""
    both_known = math.isfinite(backward) and math.isfinite(forward)
    if both_known and not math.isclose(backward, forward, rel_tol=RELATIVE, abs_tol=RELATIVE):
        raise UsageError(
            f"the vjp and the jvp of `{function}` disagree by `{name}`: {backward:.6g} and {forward:.6g} "
            "for the same move and weights",
            hint="one is the transpose of the other: state only one of them, and the other is derived",
        )


def _in_double(value: Any) -> Any:
    """Differences of single precision would see nothing."""
    kind = getattr(getattr(value, "dtype", None), "kind", None)
    return value.astype(np.float64) if kind == "f" else value
