"""Judge a gradient at a kink of the forward pass: any value between the one-sided slopes is right.

A gradient g is allowed at a kink if in every direction d the number g.d lies between the slopes to the two
sides. Single entries are not enough: a tie counted twice is right in each entry and wrong along all the
tied ones.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from whygrad.checking.numeric import CLOSE, Slope, along, slope
from whygrad.checking.values import Vector

RANDOM_DIRECTIONS = 6
MOST_ENTRIES = 40
"""Entries tested one by one, the disputed ones first."""


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
    for direction in directions(start, disputed, rng):
        found = slope(along(function, start, direction), largest, levels=CLOSE, middle=middle)
        if not (np.isfinite(found.left) and np.isfinite(found.right)):
            return None
        kinked |= found.kink
        if not between(float(claimed @ direction), found):
            return False
    return True if kinked else None


def between(claimed: float, found: Slope) -> bool:
    """Does a slope lie between the one-sided ones, with some room for their errors?"""
    room = 1e-5 * max(abs(found.left), abs(found.right), abs(claimed), 1e-12) + 1e-9
    return min(found.left, found.right) - room <= claimed <= max(found.left, found.right) + room
