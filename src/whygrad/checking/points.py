"""The points at which a backward pass is checked: the given one, near ones, generic ones.

The author's numbers can hide a mistake (two equal weights, a unit gamma), so inputs are moved to distinct
values of the same scale, of both signs where the forward pass allows it. What holds among the numbers of an
input, and a right backward pass may rely on, still holds there.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType

import numpy as np

from whygrad.checking.evidence import Point, Value
from whygrad.checking.invariants import holds, symmetric, symmetrised
from whygrad.checking.values import Vector, as_double, rebuild, shape_of, vector
from whygrad.checking.values import count as count_of

COUNT = 8
ATTEMPTS = 40
SEED = 20250131

PENALTY = re.compile(r"(?i)^(reg\w*|lam\w*|l[12]|penalty\w*|weight_decay|decay|wd)$")
"""Names of the factor of a penalty."""

Accept = Callable[[Point], bool]


def propose(
    given: Mapping[str, Value],
    accept: Accept,
    count: int = COUNT,
    bounds: Mapping[str, tuple[float, float]] = MappingProxyType({}),
    seed: int = SEED,
) -> list[Point]:
    """Points with the given one first; `accept` says whether the forward pass is finite at a candidate.

    Inputs that have `bounds` stay between them, and symmetric ones symmetric.
    """
    points = [Point("given")]
    rng = np.random.RandomState(seed)
    numbers: dict[str, int] = {}
    mirrored = [name for name, value in given.items() if symmetric(value)]
    for kind, candidate in _candidates(given, rng):
        if len(points) >= count:
            break
        for name, (low, high) in bounds.items():
            inside = rng.uniform(low, high, count_of(given[name]))
            candidate[name] = rebuild(as_double(given[name]), inside)
        candidate |= {name: symmetrised(candidate[name]) for name in mirrored}
        label = f"{kind} {numbers.get(kind, 0) + 1}"
        point = Point(label, candidate)
        if accept(point):
            numbers[kind] = numbers.get(kind, 0) + 1
            points.append(point)
    return points


_PLAN = (
    "near",
    "generic",
    "near",
    "generic",
    "same signs",
    "smaller",
    "generic",
    "near",
    "same signs",
    "near",
)


def _candidates(
    given: Mapping[str, Value], rng: np.random.RandomState
) -> Iterator[tuple[str, dict[str, Value]]]:
    for attempt in range(ATTEMPTS):
        # What keeps failing is replaced by ever nearer points.
        kind = _PLAN[attempt % len(_PLAN)] if attempt < len(_PLAN) else "near"
        reach = 0.3 if attempt < len(_PLAN) else 0.3 / 1.5 ** ((attempt - len(_PLAN)) // 4)
        yield (
            kind,
            {
                name: rebuild(as_double(value), _moved(vector(value), kind, reach, rng))
                for name, value in given.items()
            },
        )


def _moved(numbers: Vector | None, kind: str, reach: float, rng: np.random.RandomState) -> Vector:
    assert numbers is not None
    typical = float(np.sqrt(np.mean(numbers**2))) if numbers.size else 0.0
    typical = typical if np.isfinite(typical) and typical > 0 else 1.0
    if kind == "near":
        return np.asarray(
            numbers + reach * rng.uniform(-1, 1, numbers.size) * np.maximum(np.abs(numbers), 0.5 * typical)
        )
    if kind == "generic":
        return np.asarray(
            typical * rng.uniform(0.2, 1.4, numbers.size) * rng.choice([-1.0, 1.0], numbers.size)
        )
    signs = np.where(numbers == 0, rng.choice([-1.0, 1.0], numbers.size), np.sign(numbers))
    if kind == "smaller":
        return np.asarray(
            0.3 * np.maximum(np.abs(numbers), 0.2 * typical) * rng.uniform(0.5, 1.5, numbers.size) * signs
        )
    return np.asarray(
        np.maximum(np.abs(numbers), 0.2 * typical) * rng.uniform(0.5, 1.6, numbers.size) * signs
    )


def hides(name: str, value: Value) -> bool:
    """May the value of an input hide mistakes of which it is a factor or an operand?"""
    numbers = vector(value)
    if numbers is not None and numbers.size == 1 and isinstance(value, float):
        return bool(numbers[0] == 0.0) and PENALTY.search(name) is not None
    return has_ties(value) and not holds(value)


def has_units(value: Value) -> bool:
    """Is an entry of several 1 or -1, so that a factor of it may be missing unseen? Not so in a mask."""
    numbers = vector(value)
    if numbers is None or numbers.size < 2 or not np.all(np.isfinite(numbers)):
        return False
    return bool((np.abs(numbers) == 1.0).any()) and not np.isin(numbers, (-1.0, 0.0, 1.0)).all()


def has_ties(value: Value) -> bool:
    """Does an array or list of numbers hold equal ones? Not so a mask, a one-hot target, labels, counts."""
    numbers = vector(value)
    if numbers is None or numbers.size < 2 or not shape_of(value) or not np.all(np.isfinite(numbers)):
        return False
    whole = np.all(numbers == np.round(numbers)) and (np.all(numbers >= 0) or np.max(np.abs(numbers)) <= 1)
    return len(np.unique(numbers)) < numbers.size and not whole


def is_choice(value: Value) -> bool:
    """Does an array hold only zeros and ones: a mask, a one-hot target?"""
    numbers = vector(value)
    return numbers is not None and numbers.size > 1 and bool(np.isin(numbers, (0.0, 1.0)).all())
