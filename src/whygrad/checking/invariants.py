"""What holds among the numbers of one input, and a right backward pass may rely on.

`2 * A @ x` is the gradient of `x @ A @ x` because `A` is symmetric, `p - y` that of a cross-entropy because
the targets of an example sum to one. Other numbers without that would make right code look wrong.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from whygrad.checking.evidence import Value
from whygrad.checking.values import Vector, is_numeric, rebuild, shape_of, vector

NEAR = 1e-8


def holds(value: Value) -> bool:
    """Is an array or list symmetric, a set of shares, or a rotation?"""
    numbers = _array(value)
    return numbers is not None and (_is_symmetric(numbers) or _are_shares(numbers) or _is_rotation(numbers))


def symmetric(value: Value) -> bool:
    """Is a matrix symmetric, and likely to be meant so: a covariance, a kernel, a stiffness?

    Whole numbers that a few places by two hold, and a diagonal, may be so by chance.
    """
    numbers = _array(value)
    if numbers is None or not _is_symmetric(numbers):
        return False
    off = numbers[~np.eye(len(numbers), dtype=bool)]
    return bool(off.any()) and (len(numbers) > 2 or bool((numbers != np.round(numbers)).any()))


def symmetrised(value: Value) -> Value:
    """A matrix with the mean of each two entries that face each other."""
    numbers = vector(value)
    assert numbers is not None
    matrix = numbers.reshape(shape_of(value))
    return rebuild(value, (0.5 * (matrix + matrix.T)).ravel())


def _array(value: Value) -> np.ndarray[Any, Any] | None:
    """The numbers of an array, or of a list of lists of one length."""
    shape = shape_of(value) if is_numeric(value) and not isinstance(value, dict) else ()
    numbers: Vector | None = vector(value) if shape and all(isinstance(n, int) for n in shape) else None
    if numbers is None or numbers.size < 2 or not np.all(np.isfinite(numbers)):
        return None
    return numbers.reshape(shape)


def _is_symmetric(numbers: np.ndarray[Any, Any]) -> bool:
    """Equal across the diagonal; not so where all is one number, as weights may begin."""
    square = numbers.ndim == 2 and numbers.shape[0] == numbers.shape[1] and len(numbers) > 1
    return square and bool(np.ptp(numbers) > 0) and _alike(numbers, numbers.T)


def _are_shares(numbers: np.ndarray[Any, Any]) -> bool:
    """Do all, those of each row or those of each column sum to one, and is none negative?"""
    if (numbers < 0).any():
        return False
    sums = [numbers.sum(axis=axis) for axis in (None, *range(min(numbers.ndim, 3)))]
    return any(_alike(total, np.ones_like(total)) for total in sums)


def _is_rotation(numbers: np.ndarray[Any, Any]) -> bool:
    square = numbers.ndim == 2 and numbers.shape[0] == numbers.shape[1] and len(numbers) > 1
    return square and _alike(numbers @ numbers.T, np.eye(len(numbers)))


def _alike(first: np.ndarray[Any, Any], second: np.ndarray[Any, Any]) -> bool:
    return bool(np.allclose(first, second, rtol=NEAR, atol=NEAR))
