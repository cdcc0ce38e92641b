"""Plain values of the user's as vectors: numbers, arrays, and lists, tuples and dicts of them."""

from __future__ import annotations

from typing import Any

import numpy as np

from whygrad.checking.evidence import Value

Vector = np.ndarray[Any, np.dtype[np.float64]]


_NUMBERS = (int, float, np.number, np.bool_)
_COMPLEX = (complex, np.complexfloating)
_SEQUENCES = (list, tuple)
_CONTAINERS = (dict, list, tuple)
DEEPEST = 12
"""Containers within containers; an edit may put a dictionary into itself."""


def is_number(value: Value) -> bool:
    """A Python or NumPy number; a bool counts."""
    return isinstance(value, _NUMBERS)


def is_numeric(value: Value, depth: int = 0) -> bool:
    """A number, a numeric array, or a container of at least one such; None in it is what it leaves out."""
    if isinstance(value, np.ndarray):
        return value.dtype.kind in "fiub"
    if isinstance(value, _NUMBERS):
        return not isinstance(value, _COMPLEX)
    if isinstance(value, _CONTAINERS):
        inner = value.values() if isinstance(value, dict) else value
        held = [item for item in inner if item is not None]
        return len(held) > 0 and depth < DEEPEST and all(is_numeric(item, depth + 1) for item in held)
    return False


def is_quantity(value: Value) -> bool:
    """Numeric, and no mere yes or no, as `np.allclose` gives."""
    return is_numeric(value) and not isinstance(value, bool | np.bool_)


def has_float(value: Value) -> bool:
    """Is any leaf a float? Integer leaves may be indices or counts."""
    return any(leaf.dtype.kind == "f" for leaf in leaves(value))


def is_narrow(value: Value) -> bool:
    """Is any float leaf narrower than 64 bits?"""
    return any(leaf.dtype.kind == "f" and leaf.dtype.itemsize < 8 for leaf in leaves(value))


def as_floats(value: Value) -> Value:
    """The value with every whole number in it as a float."""
    if isinstance(value, dict):
        return {key: as_floats(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(as_floats(item) for item in value)
    if isinstance(value, np.ndarray | np.generic):
        return value.astype(np.float64) if value.dtype.kind in "iu" else value
    return float(value) if type(value) is int else value


def leaves(value: Value, depth: int = 0) -> list[np.ndarray[Any, Any]]:
    """The numeric leaves as arrays, in order."""
    if isinstance(value, _CONTAINERS):
        inner = value.values() if isinstance(value, dict) else value
        return [leaf for item in inner for leaf in leaves(item, depth + 1)] if depth <= DEEPEST else []
    return [np.asarray(value)] if is_numeric(value) else []


def vector(value: Value) -> Vector | None:
    """All numbers of a value in one float64 vector (a new one), or None where it is not numeric."""
    if value is None or not is_numeric(value):
        return None
    if isinstance(value, _CONTAINERS):
        return np.concatenate([leaf.astype(np.float64).ravel() for leaf in leaves(value)])
    return np.array(value, dtype=np.float64).ravel()


def shape_of(value: Value) -> tuple[Any, ...]:
    """Shape as NumPy would see it; of a dict or of unequal pieces, the shapes of the pieces."""
    if isinstance(value, dict):
        return tuple((key, shape_of(item)) for key, item in value.items() if item is not None)
    if isinstance(value, _SEQUENCES):
        inner = [shape_of(item) for item in value]
        if all(shape == inner[0] for shape in inner):
            return (len(value), *(inner[0] if inner else ()))
        return (len(value), tuple(inner))
    return tuple(np.shape(value))


def has_shape(first: Value, second: Value) -> bool:
    """Has a value the shape of another one, which is numeric?"""
    return is_numeric(second) and shape_of(first) == shape_of(second)


def arranged(value: Value, like: Value) -> Value:
    """The value with the entries of its dictionaries in the order that `like` has them in."""
    if not isinstance(value, dict) or not isinstance(like, dict):
        return value
    keys = [key for key in like if key in value]
    return {key: arranged(value[key], like.get(key)) for key in (*keys, *(k for k in value if k not in like))}


def rebuild(like: Value, numbers: Vector) -> Value:
    """The structure of `like` with other numbers, as floats (narrow floats keep their dtype)."""
    return _rebuild(like, np.asarray(numbers, dtype=np.float64), 0)[0]


def _rebuild(like: Value, numbers: Vector, start: int) -> tuple[Value, int]:
    """A value that takes its numbers from `start` on, and where the next one starts."""
    if like is None:
        return None, start
    if isinstance(like, dict | list | tuple):
        items = []
        for item in like.values() if isinstance(like, dict) else like:
            new, start = _rebuild(item, numbers, start)
            items.append(new)
        return (dict(zip(like, items, strict=True)) if isinstance(like, dict) else type(like)(items)), start
    if isinstance(like, np.ndarray):
        dtype = like.dtype if like.dtype.kind == "f" else np.dtype(np.float64)
        end = start + like.size
        return numbers[start:end].astype(dtype).reshape(like.shape), end
    number = float(numbers[start])
    return (type(like)(number) if isinstance(like, np.floating) else number), start + 1


def count(value: Value) -> int:
    """How many numbers a value has; 0 where it is not numeric."""
    numbers = vector(value)
    return 0 if numbers is None else numbers.size


def as_double(value: Value) -> Value:
    """The same structure with 64-bit leaves, so that a truth is not rounded to single precision."""
    if isinstance(value, np.ndarray):
        return value.astype(np.float64)
    if isinstance(value, list | tuple):
        return type(value)(as_double(item) for item in value)
    if isinstance(value, dict):
        return {key: as_double(item) for key, item in value.items()}
    return None if value is None else float(value)
