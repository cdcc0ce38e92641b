"""Arrays as small heat maps."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from whygrad.report import Heat

MOST_ROWS, MOST_COLUMNS = 8, 16
"""Larger arrays are drawn coarser."""


def heat_of(value: Any) -> Heat | None:
    """The picture of an array; None for a single number, an empty array, or one that holds no real numbers.

    The last axis lies across, all others below each other.
    """
    array = np.asarray(value)
    if array.ndim == 0 or array.size < 2 or array.dtype.kind not in "fiub":
        return None
    flat = array.reshape(-1, array.shape[-1]).astype(float)
    coarse = _coarser(_coarser(flat, MOST_ROWS).T, MOST_COLUMNS).T
    scale = scale_of(coarse)
    cells = np.where(np.isfinite(coarse), coarse / (scale or 1.0), np.nan)
    return Heat(tuple(tuple(row) for row in cells.tolist()), scale, array.shape)


def scale_of(array: NDArray[Any]) -> float:
    """The largest size of a finite entry."""
    sizes = np.abs(array.astype(float))
    return float(sizes[np.isfinite(sizes)].max(initial=0.0))


def _coarser(array: NDArray[np.float64], most: int) -> NDArray[np.float64]:
    """At most so many rows: each the largest entries, by size, of several; what is not finite wins."""
    if len(array) <= most:
        return array
    pieces = np.array_split(array, most)
    return np.stack([_largest(piece) for piece in pieces])


def _largest(piece: NDArray[np.float64]) -> NDArray[np.float64]:
    size = np.where(np.isfinite(piece), np.abs(piece), np.inf)
    chosen: NDArray[np.float64] = np.take_along_axis(piece, size.argmax(axis=0)[None], axis=0)[0]
    return chosen
