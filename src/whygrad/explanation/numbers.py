"""How numbers are written for people: four significant digits, more where two would look alike; -0.0 is 0."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

DIGITS = 4
FEW = 12
"""Arrays of up to this many entries are written out, larger ones by shape and range."""


def number_text(value: Any, digits: int = DIGITS) -> str:
    """A single number: `0.7311`, `-3`, `1.2e-08`, `nan`, `True`."""
    if isinstance(value, bool | np.bool_):
        return str(bool(value))
    if isinstance(value, complex | np.complexfloating):
        return f"{complex(value):.{digits}g}"
    real = float(value)
    if real == 0:
        return "0"
    if math.isfinite(real) and 10**digits <= abs(real) < 10**8:
        return f"{real:.0f}" if digits == DIGITS or real == int(real) else f"{real:.{digits}g}"
    return f"{real:.{digits}g}"


def value_text(value: Any, digits: int = DIGITS) -> str:
    """A number, or an array by its entries if it is small, else by its shape and range."""
    array = np.asarray(value)
    if array.ndim == 0:
        return number_text(array[()], digits)
    if 0 < array.size <= FEW:
        return _entries(array, digits)
    shape = f"array {array.shape}"
    if array.size == 0 or array.dtype.kind not in "fiu":
        return shape
    low, high = (number_text(bound, digits) for bound in (array.min(), array.max()))
    return f"{shape}, {low} to {high}" if low != high else f"{shape}, all {low}"


def about(count: int) -> str:
    """A very large whole number in four digits: `1.607e+60`, also beyond what a float holds."""
    digits = str(count)
    return f"{digits[0]}.{digits[1:4]}e+{len(digits) - 1}"


def cell_text(value: Any) -> str:
    """The same for a cell of a table: arrays of more than a few entries by shape and largest size."""
    array = np.asarray(value)
    if array.ndim == 0 or 0 < array.size <= FEW // 3 or array.size == 0 or array.dtype.kind not in "fiub":
        return value_text(value)
    sizes = np.abs(array.astype(float))
    return f"{'x'.join(map(str, array.shape))} ±{number_text(sizes[np.isfinite(sizes)].max(initial=0.0), 2)}"


def _entries(array: np.ndarray[Any, Any], digits: int) -> str:
    if array.ndim == 0:
        return number_text(array[()], digits)
    return f"[{', '.join(_entries(part, digits) for part in array)}]"


def texts(values: Sequence[Any]) -> list[str]:
    """Several single numbers, with enough digits that different ones look different."""
    for digits in range(DIGITS, 17):
        written = [number_text(value, digits) for value in values]
        exact = [number_text(value, 17) for value in values]
        if len(set(written)) == len(set(exact)):
            return written
    return written
