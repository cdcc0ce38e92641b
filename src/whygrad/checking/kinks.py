"""Judge a gradient at a kink of the forward pass: any value between the one-sided slopes is right.

A gradient g is allowed at a kink if in every direction d the number g.d lies between the slopes to the two
sides. Single entries are not enough: a tie counted twice is right in each entry and wrong along all the
tied ones. Where several kinks meet, each may be decided on its own (two units at zero, one that helps and one
that harms), and then g.d lies between the slopes along d at points nearby: g is in the hull of the gradients
there (F. H. Clarke, "Optimization and Nonsmooth Analysis", 1983, section 2.5).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np

from whygrad.checking.numeric import CLOSE, Slope, along, slope
from whygrad.checking.values import Vector

RANDOM_DIRECTIONS = 6
MOST_ENTRIES = 40
"""Entries tested one by one, the disputed ones first."""
NEARBY = 1e-5
"""How far off nearby points are, of the largest entry; their slopes are taken over a tenth of it."""
RANDOM_SIDES = 4


def directions(start: Vector, disputed: Vector, rng: np.random.RandomState) -> list[Vector]:
    """Disputed entries, all of them at once, all entries, entries of equal value, random directions."""
    size = start.size
    chosen: list[Vector] = []
    for entry in np.flatnonzero(disputed)[:MOST_ENTRIES]:
        chosen.append(_mask(size, np.array([entry])))
    chosen.append(np.asarray(disputed, dtype=np.float64))
    chosen.append(np.ones(size))
    values, counts = np.unique(start, return_counts=True)
    for value in values[(counts > 1) & (counts < size)][:MOST_ENTRIES]:
        chosen.append(_mask(size, np.flatnonzero(start == value)))
    chosen += [rng.uniform(-1, 1, size) for _ in range(RANDOM_DIRECTIONS)]
    return [d for d in chosen if d.any()]


def _mask(size: int, entries: Any) -> Vector:
    mask = np.zeros(size)
    mask[entries] = 1.0
    return mask


def allowed(
    function: Callable[[Vector], float], start: Vector, claimed: Vector, disputed: Vector, seed: int = 0
) -> bool | None:
    """Is `claimed` a gradient that a kink at `start` leaves open?

    True: there is a kink, and every direction allows it. False: some direction forbids it. None: no kink was
    seen, or nothing converged, so this test has nothing to say.
    """
    rng = np.random.RandomState(seed)
    largest = float(np.max(np.abs(start), initial=0.0)) or 1.0
    kinked, middle = False, function(start)
    steeper = np.zeros(start.size)
    for direction in directions(start, disputed, rng):
        found = slope(along(function, start, direction), largest, levels=CLOSE, middle=middle)
        if not (np.isfinite(found.left) and np.isfinite(found.right)):
            return None
        kinked |= found.kink
        if np.count_nonzero(direction) == 1:
            steeper += direction * (found.right - found.left)
        sides = _sides(direction, steeper, disputed, rng)
        number = float(claimed @ direction)
        if not between(number, found) and not _between_nearby(function, start, direction, number, sides):
            return False
    return True if kinked else None


def _sides(
    direction: Vector, steeper: Vector, disputed: Vector, rng: np.random.RandomState
) -> Iterator[Vector]:
    """Ways off a point; first those to where slopes along a direction are likely extreme.

    `steeper` says of entries how much larger the slope behind a kink is than the slope before it.
    """
    if steeper.any():
        yield from (-np.sign(steeper * direction), np.sign(steeper * direction))
    yield from (np.asarray(disputed, dtype=np.float64), -np.asarray(disputed, dtype=np.float64))
    for _ in range(RANDOM_SIDES):
        yield rng.uniform(-1, 1, direction.size)


def _between_nearby(
    function: Callable[[Vector], float], start: Vector, direction: Vector, number: float,
    sides: Iterable[Vector],
) -> bool:  # fmt: skip
    """Does a number lie between slopes along a direction at points to several sides?

    Along the direction itself there may be no kink: one unit falls asleep where another wakes up.
    """
    away = NEARBY * (float(np.max(np.abs(start), initial=0.0)) or 1.0)
    step = 0.1 * away / float(np.max(np.abs(direction)))
    low, high = np.inf, -np.inf
    for side in sides:
        near = along(function, start + away * side, direction)
        there = (near(step) - near(-step)) / (2 * step)
        if not np.isfinite(there):
            return False
        low, high = min(low, there), max(high, there)
        if between(number, Slope(there, 0.0, low, high, True)):
            return True
    return False


def between(claimed: float, found: Slope) -> bool:
    """Does a slope lie between the one-sided ones, with some room for their errors?"""
    room = 1e-5 * max(abs(found.left), abs(found.right), abs(claimed), 1e-12) + 1e-9
    return min(found.left, found.right) - room <= claimed <= max(found.left, found.right) + room
