"""Compare what the code computes with what is true: shapes first, then entry by entry, then ratios."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from whygrad.checking.evidence import Mismatch, Value
from whygrad.checking.values import Vector, arranged, is_narrow, leaves, shape_of, vector

RELATIVE = 2e-7
"""Of an entry; right float64 code is far below, a factor of 1 + 1e-6 above."""
ABSOLUTE = 1e-8
"""Of the largest entry: what cancellation leaves in a small one."""
NARROW_RELATIVE, NARROW_ABSOLUTE = 2e-3, 5e-4
"""The same where single precision was used."""


@dataclass(frozen=True)
class Tolerance:
    """How far a right value may be from the truth, before the error of the truth itself."""

    relative: float = RELATIVE
    absolute: float = ABSOLUTE

    def allowed(self, want: Vector, error: Vector | float = 0.0) -> Vector:
        sizes = np.abs(want)
        largest = float(sizes.max(initial=0.0))
        if not math.isfinite(largest):
            largest = float(sizes[np.isfinite(sizes)].max(initial=0.0))
        allowed = self.relative * sizes + self.absolute * largest
        return allowed if type(error) is float and not error else np.asarray(allowed + 4 * np.asarray(error))


NARROW = Tolerance(NARROW_RELATIVE, NARROW_ABSOLUTE)
_PLAIN = Tolerance()


def tolerance_for(*values: Value, base: Tolerance | None = None) -> Tolerance:
    """Single precision anywhere among the values loosens it."""
    return NARROW if any(is_narrow(value) for value in values) else (base or _PLAIN)


_rows = [False]


def accept(rows: bool) -> None:
    """Say whether (1, n) is as good as (n,): in a pass of vectors that returns rows."""
    _rows[0] = rows


def same_layout(got: Value, want: Value) -> bool:
    """Do shapes agree? A list is as good as an array; (1, n) for (n,) is not, which could not be subtracted.

    An array of (n,) for one of (1, n) is as good (a sum without `keepdims`): wherever the two meet, it is
    stretched to the same numbers in the same places.
    """
    own, wanted = shape_of(got), shape_of(want)
    if isinstance(got, np.ndarray | np.generic) and isinstance(want, np.ndarray):
        missing = len(wanted) - len(own)
        if _rows[0] and len(wanted) == 1 and own in ((1, *wanted), (*wanted, 1)):
            return True
        return missing >= 0 and (1,) * missing + own == wanted
    return own == wanted


@dataclass(frozen=True)
class Comparison:
    """One value against its truth."""

    agrees: bool
    same_shape: bool
    wrong: Vector = field(default_factory=lambda: np.zeros(0, dtype=bool))
    """Per entry, where shapes agree."""
    entry: int = -1
    """Flat index of the worst entry."""


_UNLIKE = Comparison(False, False)


def compare(
    got: Value, want: Value, tolerance: Tolerance | None = None, error: Vector | float = 0.0
) -> Comparison:
    """Is `got` the same as `want`, within tolerance and the truth's error?"""
    double = _is_double(got) and _is_double(want)  # nearly always: searching compares by the thousand
    tolerance = tolerance or (_PLAIN if double else tolerance_for(got, want))
    if double and np.shape(got) != np.shape(want) and not same_layout(got, want):
        return _UNLIKE
    got = got if double else arranged(got, want)
    got_vector, want_vector = _numbers(got), _numbers(want)
    if got_vector is None or want_vector is None or not (double or same_layout(got, want)):
        return _UNLIKE
    allowed = tolerance.allowed(want_vector, error)
    excess = np.abs(got_vector - want_vector) - allowed
    right = excess <= 0
    wrong: Any = ~right
    if right.all():
        return Comparison(True, True, wrong)
    wrong &= ~((got_vector == want_vector) | (np.isnan(got_vector) & np.isnan(want_vector)))
    if not wrong.any():
        return Comparison(True, True, wrong)
    excess[np.isnan(excess)] = np.inf
    return Comparison(False, True, wrong, int(np.where(wrong, excess, -1).argmax()))


def _is_double(value: Value) -> bool:
    kind = type(value)
    return kind is float or (kind is np.ndarray and value.dtype == np.float64)


def _numbers(value: Value) -> Vector | None:
    """The numbers of a value, to be read only."""
    if type(value) is np.ndarray and value.dtype == np.float64:
        return value.ravel()
    return vector(value)


def mismatch(point: int, got: Value, want: Value, comparison: Comparison) -> Mismatch:
    """The worst entry of a disagreement at one point, with the facts of that point."""
    got = arranged(got, want)
    got_vector, want_vector = vector(got), vector(want)
    got_shape, want_shape = shape_of(got), shape_of(want)
    if not comparison.same_shape or got_vector is None or want_vector is None:
        first = float(got_vector[0]) if got_vector is not None and got_vector.size else np.nan
        wanted = float(want_vector[0]) if want_vector is not None and want_vector.size else np.nan
        size = 0 if want_vector is None else want_vector.size
        return Mismatch(point, (), first, wanted, got_shape, want_shape, size, size, {})
    entry = comparison.entry
    index = np.unravel_index(entry, want_shape) if _plain(want_shape) else (entry,)
    return Mismatch(
        point,
        tuple(int(i) for i in index),
        float(got_vector[entry]),
        float(want_vector[entry]),
        got_shape,
        want_shape,
        int(comparison.wrong.sum()),
        want_vector.size,
    )


def _plain(shape: tuple[Any, ...]) -> bool:
    return all(isinstance(length, int) for length in shape)


def facts(pairs: list[tuple[Value, Value]]) -> dict[str, Any]:
    """What holds between got and want at every one of these points (at least one)."""
    arrays = [(_array(got), _array(want)) for got, want in pairs]
    known = [
        (got.reshape(want.shape) if same_layout(got, want) else got, want)
        for got, want in arrays
        if got is not None and want is not None
    ]
    if not known or len(known) != len(arrays):
        return {}
    found: dict[str, Any] = {"same_shape": all(got.shape == want.shape for got, want in known)}
    if all(leaf.dtype.kind in "iub" for got, _ in pairs for leaf in leaves(got)):
        found["integer"] = True
    if all(not got.any() for got, _ in known):
        return {**found, "zero": True}
    found.update(_shape_facts(known) if not found["same_shape"] else _value_facts(known))
    return found


def _array(value: Value) -> np.ndarray[Any, np.dtype[np.float64]] | None:
    numbers, shape = vector(value), shape_of(value)
    return None if numbers is None or not _plain(shape) else numbers.reshape(shape)


def _close(got: Any, want: Any) -> bool:
    got, want = np.asarray(got), np.asarray(want)
    return got.shape == want.shape and bool(compare(got, want).agrees)


Pairs = list[tuple[np.ndarray[Any, np.dtype[np.float64]], np.ndarray[Any, np.dtype[np.float64]]]]


def _shape_facts(known: Pairs) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if all(got.size == 1 and _close(got.ravel()[0], want.sum()) for got, want in known):
        found["sum"] = True
    if all(_close(got, want.T) for got, want in known):
        found["transposed"] = True
    if all(got.size == want.size and _close(got.ravel(), want.ravel()) for got, want in known):
        found["reshaped"] = True
    for axis in range(known[0][0].ndim):
        if all(axis < got.ndim and _close(np.sum(got, axis=axis), want) for got, want in known):
            found["missing_sum_axis"] = axis
    for axis in range(known[0][1].ndim):
        if all(axis < want.ndim and _close(got, np.sum(want, axis=axis)) for got, want in known):
            found["sum_axis"] = axis
    return found


def _value_facts(known: Pairs) -> dict[str, Any]:
    found: dict[str, Any] = {}
    ratios = []
    for got, want in known:
        usable = np.abs(want) > 1e-9 * np.max(np.abs(want), initial=0.0)
        if not usable.any():
            return found
        ratios.append(np.where(usable, got / np.where(usable, want, 1.0), np.nan))
    known_ratios = ratios[0][~np.isnan(ratios[0])]
    ratio = float(known_ratios[0]) if known_ratios.size else np.nan
    if all(_close(got, ratio * want) for got, want in known):
        found["constant_ratio"] = ratio
        found["negated"] = abs(ratio + 1) < 1e-6
    elif len(known) > 1 and all(
        np.allclose(r, ratios[0], rtol=1e-6, atol=1e-9, equal_nan=True) for r in ratios
    ):
        found["ratio_entries"] = ratios[0]
    if all(got.ndim == 2 and got.shape[0] == got.shape[1] and _close(got, want.T) for got, want in known):
        found["transposed"] = True
    if all(_close(got, np.trunc(want)) for got, want in known):
        found["truncated"] = True
    return found
