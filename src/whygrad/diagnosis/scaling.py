"""A factor that is missing behind lines which change a gradient in place: `dlogits *= weight[:, None]`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from whygrad.checking.evidence import Value
from whygrad.checking.values import shape_of, vector

MOST = 3


def scaled_by_arrays(got: Value, want: Value, values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Arrays in scope by which a value must be multiplied, or divided, each with its operator.

    Rows may stand for columns: `w[:, None]`.
    """
    numbers, wanted, shape = vector(got), vector(want), shape_of(got)
    if numbers is None or wanted is None or shape != shape_of(want) or not _is_regular(shape):
        return
    found = 0
    for name, value in values.items():
        own, rank = vector(value), shape_of(value)
        if own is None or own.size < 2 or not _is_regular(rank) or not np.isfinite(own).all():
            continue
        for text, array in _shaped(name, own.reshape(rank), len(shape)):
            try:
                factor = np.broadcast_to(array, shape).reshape(-1)
            except ValueError:
                continue
            for symbol, made in (("*", numbers * factor), ("/", _divided(numbers, factor))):
                if found < MOST and np.allclose(made, wanted, rtol=1e-7, atol=1e-12):
                    found += 1
                    yield text, symbol


def _is_regular(shape: tuple[Any, ...]) -> bool:
    """Lists may hold lists of several lengths."""
    return all(isinstance(n, int) for n in shape)


def _shaped(name: str, array: Any, rank: int) -> Iterator[tuple[str, Any]]:
    yield name, array
    if array.ndim == 1 and rank == 2:
        yield f"{name}[:, None]", array[:, None]


def _divided(numbers: Any, factor: Any) -> Any:
    with np.errstate(all="ignore"):
        return numbers / factor
