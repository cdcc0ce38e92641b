"""Numbers for values that come again and again, so that a column of a table stores four bytes for each."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import numpy as np


class Interner:
    """Numbers hashable values in order of arrival."""

    def __init__(self) -> None:
        self.values: list[Any] = []
        self._numbers: dict[Hashable, int] = {}

    def number(self, value: Any, key: Hashable | None = None) -> int:
        key = value if key is None else key
        found = self._numbers.get(key)
        if found is None:
            found = self._numbers[key] = len(self.values)
            self.values.append(value)
        return found

    def append(self, value: Any) -> int:
        """Number a value that is not worth comparing with earlier ones."""
        self.values.append(value)
        return len(self.values) - 1

    def copy(self) -> Interner:
        twin = Interner()
        twin.values, twin._numbers = list(self.values), dict(self._numbers)
        return twin


def key_of(value: Any) -> Hashable:
    """A hashable stand-in for a parameter; distinguishes 1, 1.0 and True, and 0.0 from -0.0."""
    if isinstance(value, slice):
        return ("slice", key_of(value.start), key_of(value.stop), key_of(value.step))
    if isinstance(value, tuple | list):
        return (type(value).__name__, *map(key_of, value))
    if isinstance(value, np.ndarray):
        return ("array", value.shape, value.dtype.str, value.tobytes())
    if isinstance(value, float | np.floating):
        return (type(value).__name__, float(value).hex())
    return (type(value).__name__, value)
