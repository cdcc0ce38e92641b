"""The gradient of a plain function by differences, with an error estimate: a truth that no engine shares.

Central differences at steps shrinking by two are extrapolated to step zero (Ridders, "Accurate computation of
F'(x) and F'(x)F''(x)", 1982); the error estimate is the disagreement within the table. The two one-sided
slopes come from the same evaluations; where they stay apart the function has a kink.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from whygrad.checking.values import Vector

LEVELS = 9
FIRST_STEP = 0.05
CLOSE = 3
"""So many of the smallest steps show what happens at the point itself: both slopes, and a kink."""
SMALLEST_SCALE = 1e-2
"""A small entry is moved as if it were this share of the largest one of its vector."""

Function = Callable[[Vector], float]


@dataclass(frozen=True)
class Slope:
    """The derivative along one direction."""

    value: float
    """By central differences; the mean of the two sides at a kink; nan where none was found."""
    error: float
    """Estimated; inf where nothing converged."""
    left: float
    right: float
    kink: bool
    """The one-sided slopes `left` and `right` differ by more than their errors."""

    @property
    def trusted(self) -> bool:
        """Finite, converged, and the same from both sides."""
        return math.isfinite(self.value) and math.isfinite(self.error) and not self.kink


def slope(
    function: Callable[[float], float],
    scale: float = 1.0,
    floor: float = 0.0,
    levels: int = LEVELS,
    middle: float | None = None,
) -> Slope:
    """Derivative of a function of one number at 0; `scale` is the size of a step that is still small.

    `floor` is the rounding error of one value of the function; by default that of one last place. With fewer
    `levels` (at least `CLOSE`) only the smallest steps are made: the sides and the kink are the same, the
    value has a larger error. `middle` is the value at 0, where it is known.
    """
    middle = function(0.0) if middle is None else middle
    steps = [FIRST_STEP * scale / 2.0**k for k in range(LEVELS - levels, LEVELS)]
    plus = [function(h) for h in steps]
    minus = [function(-h) for h in steps]
    size = max((abs(v) for v in (middle, plus[-1], minus[-1]) if math.isfinite(v)), default=1.0)
    rounding = max(floor, size * np.finfo(float).eps)
    central = [(p - m) / (2 * h) for p, m, h in zip(plus, minus, steps, strict=True)]
    value, error = _extrapolate(central, steps, rounding, 2)
    ahead = [(p - middle) / h for p, h in zip(plus, steps, strict=True)]
    behind = [(middle - m) / h for m, h in zip(minus, steps, strict=True)]
    # One Richardson step at the smallest steps: what happens farther off must not speak here.
    right, left = 2 * ahead[-1] - ahead[-2], 2 * behind[-1] - behind[-2]
    gap, before = ahead[-1] - behind[-1], ahead[-3] - behind[-3]
    noise = 50 * rounding / steps[-1] + 1e-6 * max(abs(right), abs(left))
    # Where the function is smooth the gap shrinks with the step, to a quarter over two halvings.
    kink = math.isfinite(gap) and abs(gap) > noise and not abs(gap) < 0.5 * abs(before)
    return Slope(float(value), float(error), float(left), float(right), bool(kink))


def _extrapolate(values: list[float], steps: list[float], rounding: float, power: int) -> tuple[float, float]:
    """Limit at step 0 of a quantity whose error is a series in step**power, and its error estimate."""
    best, best_error = math.nan, math.inf
    row: list[float] = []
    for k, value in enumerate(values):
        if not math.isfinite(value):
            row = []
            continue
        noise = rounding / steps[k]
        new = [value]
        for j, old in enumerate(row):
            factor = 2.0 ** (power * (j + 1))
            new.append((factor * new[j] - old) / (factor - 1.0))
            error = max(abs(new[j + 1] - new[j]), abs(new[j + 1] - old)) + noise
            if error <= best_error:
                best, best_error = new[j + 1], error
        row = new
    return best, best_error


def gradient(function: Function, point: Vector) -> tuple[Vector, Vector]:
    """Gradient entry by entry and its error estimates; nan with error inf at a kink or outside the domain."""
    values, errors = np.full(point.size, np.nan), np.full(point.size, np.inf)
    for entry, found in enumerate(slopes(function, point)):
        if found.trusted:
            values[entry], errors[entry] = found.value, found.error
    return values, errors


def slopes(function: Function, point: Vector) -> list[Slope]:
    """The slope along each axis."""
    point = np.asarray(point, dtype=np.float64)
    largest = float(np.max(np.abs(point), initial=0.0)) or 1.0
    found = []
    for entry in range(point.size):
        direction = np.zeros_like(point)
        direction[entry] = 1.0
        scale = max(abs(float(point[entry])), SMALLEST_SCALE * largest)
        found.append(slope(along(function, point, direction), scale))
    return found


def along(function: Function, point: Vector, direction: Vector) -> Callable[[float], float]:
    """The function on the line through a point."""
    return lambda step: function(point + step * direction)
