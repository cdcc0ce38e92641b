"""np.pad in its modes. Those that move entries are one read; the others are put together axis by axis, as
NumPy does it, so that a corner is made of what the axes before have added."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from whygrad.ops.calls import Meaning, refuse, refuse_given, shape_of
from whygrad.ops.indexing import index
from whygrad.ops.joining import JOINING
from whygrad.ops.moving import moved
from whygrad.ops.signals import linspace

PAD = next(op for op in JOINING if op.name == "pad")

Pair = tuple[Any, Any]
Side = Callable[..., Any]
"""`(x, axis, width, value, at_end)` to what is added on one side of one axis."""


def pad(array: Any, pad_width: Any, mode: Any = "constant", **options: Any) -> Any:
    """np.pad."""
    widths = _widths(pad_width, len(shape_of(array)))
    if not widths:
        return array  # a number has no axis to be padded
    mirrored = mode in ("reflect", "symmetric")
    if mode in ("edge", "wrap") or (mirrored and options.get("reflect_type") != "odd"):
        return moved(lambda p: np.pad(p, widths, mode, **options))(array)
    if mode == "constant":
        return _constant(array, widths, **options)
    if mode == "linear_ramp":
        return _by_axes(array, widths, _ramp, _pairs(options.get("end_values", 0), len(widths)))
    if mode in STATISTICS:
        lengths = _pairs(options.get("stat_length"), len(widths))
        return _by_axes(array, widths, _statistic(STATISTICS[mode]), lengths)
    if mirrored:
        return _by_axes(array, widths, _turned(mode == "symmetric"), _pairs(None, len(widths)))
    return refuse(np.pad, "mode")


def _widths(width: Any, ndim: int) -> tuple[tuple[int, int], ...]:
    if isinstance(width, dict):
        given = {k % ndim: v for k, v in width.items()}
        width = [given.get(k, (0, 0)) for k in range(ndim)]
        width = [(w, w) if np.ndim(w) == 0 else w for w in width]
    pairs = np.broadcast_to(np.asarray(width, dtype=int), (ndim, 2)).tolist()
    return tuple((before, after) for before, after in pairs)


def _pairs(given: Any, ndim: int) -> list[Pair]:
    """A value for each side of each axis; values may be traced, so they are not made into an array."""
    if given is None or not (isinstance(given, list | tuple) or shape_of(given)):
        return [(given, given)] * ndim
    rows = [row if isinstance(row, list | tuple) or shape_of(row) else None for row in given]
    if all(row is None for row in rows):
        both = (given[0], given[-1])
        return [both] * ndim
    pairs = [(row[0], row[-1]) for row in rows if row is not None]
    return pairs * ndim if len(pairs) == 1 else pairs


def _constant(array: Any, widths: Sequence[tuple[int, int]], constant_values: Any = 0, **options: Any) -> Any:
    refuse_given(np.pad, **options)
    if isinstance(constant_values, int | float):
        params = {"constant_values": constant_values} if constant_values else {}
        return Meaning(PAD, (array,), {"pad_width": widths, **params})
    return _by_axes(array, widths, _filled, _pairs(constant_values, len(widths)))


def _by_axes(x: Any, widths: Sequence[tuple[int, int]], side: Side, values: Sequence[Pair]) -> Any:
    for axis, ((before, after), (first, last)) in enumerate(zip(widths, values, strict=True)):
        parts = [x]
        if before:
            parts.insert(0, side(x, axis, before, first, False))
        if after:
            parts.append(side(x, axis, after, last, True))
        x = np.concatenate(parts, axis=axis) if len(parts) > 1 else x
    return x


def _part(x: Any, axis: int, start: int, stop: int) -> Any:
    return index(x, key=(*[slice(None)] * axis, slice(start, stop)))


def _edge(x: Any, axis: int, at_end: bool) -> Any:
    n = shape_of(x)[axis]
    return _part(x, axis, n - 1, n) if at_end else _part(x, axis, 0, 1)


def _filled(x: Any, axis: int, width: int, value: Any, at_end: bool) -> Any:
    shape = shape_of(x)
    filled = np.broadcast_to(value, (*shape[:axis], width, *shape[axis + 1 :]))
    return filled if not hasattr(filled, "astype") or filled.dtype == x.dtype else filled.astype(x.dtype)


def _ramp(x: Any, axis: int, width: int, value: Any, at_end: bool) -> Any:
    edge = np.squeeze(_edge(x, axis, at_end), axis)
    ramp = linspace(value * np.ones(shape_of(edge)), edge, width, endpoint=False, axis=axis)
    return np.flip(ramp, axis) if at_end else ramp


def _statistic(function: Any) -> Side:
    def side(x: Any, axis: int, width: int, length: Any, at_end: bool) -> Any:
        n = shape_of(x)[axis]
        length = n if length is None else min(int(length), n)
        part = _part(x, axis, n - length, n) if at_end else _part(x, axis, 0, length)
        value, shape = function(part, axis=axis, keepdims=True), shape_of(x)
        return np.broadcast_to(value, (*shape[:axis], width, *shape[axis + 1 :]))

    return side


def _turned(with_edge: bool) -> Side:
    """Mirrored in the edge and, as it is of the odd type, upside down."""

    def side(x: Any, axis: int, width: int, value: Any, at_end: bool) -> Any:
        shape, skip = shape_of(x), 0 if with_edge else 1
        n = shape[axis]
        if n == 1:  # NumPy repeats a single entry
            return np.broadcast_to(x, (*shape[:axis], width, *shape[axis + 1 :]))
        size = min(width, n - skip)
        part = _part(x, axis, n - size - skip, n - skip) if at_end else _part(x, axis, skip, skip + size)
        added = 2 * _edge(x, axis, at_end) - np.flip(part, axis)
        if size == width:
            return added
        grown = np.concatenate([x, added] if at_end else [added, x], axis=axis)
        further = side(grown, axis, width - size, value, at_end)
        return np.concatenate([added, further] if at_end else [further, added], axis=axis)

    return side


STATISTICS: dict[Any, Any] = {"maximum": np.max, "minimum": np.min, "mean": np.mean, "median": np.median}
