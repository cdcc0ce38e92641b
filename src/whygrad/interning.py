"""Numbers for values that come again and again, so that a column of a table stores four bytes for each."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import numpy as np


class Interner:
    """Numbers hashable values in order of arrival.

    A copy shares what it was made from until one of the two gets a new value: graphs that extend one another
    mostly do without a copy of their own.
    """

    __slots__ = ("_numbers", "_shared", "values")

    def __init__(self) -> None:
        self.values: list[Any] = []
        self._numbers: dict[Hashable, int] = {}
        self._shared = False

    def number(self, value: Any, key: Hashable | None = None) -> int:
        key = value if key is None else key
        found = self._numbers.get(key)
        if found is None:
            found = self.append(value)
            self._numbers[key] = found
        return found

    def append(self, value: Any) -> int:
        """Number a value that is not worth comparing with earlier ones."""
        if self._shared:
            self.values, self._numbers = list(self.values), dict(self._numbers)
            self._shared = False
        self.values.append(value)
        return len(self.values) - 1

    def copy(self) -> Interner:
        twin = Interner.__new__(Interner)
        twin.values, twin._numbers = self.values, self._numbers
        twin._shared = self._shared = True
        return twin


_INTS = {int}


def key_of(value: Any) -> Hashable:
    """A hashable stand-in for a parameter; distinguishes 1, 1.0 and True, and 0.0 from -0.0."""
    kind = type(value)
    if kind is int or kind is str:
        return (kind.__name__, value)
    if kind is tuple and set(map(type, value)) == _INTS:  # the place of an entry, in most rows of a loop
        return ("ints", value)
    if isinstance(value, slice):
        return ("slice", key_of(value.start), key_of(value.stop), key_of(value.step))
    if isinstance(value, tuple | list):
        return (type(value).__name__, *map(key_of, value))
    if isinstance(value, np.ndarray):
        return ("array", value.shape, value.dtype.str, value.tobytes())
    if isinstance(value, float | np.floating):
        return (type(value).__name__, float(value).hex())
    return (type(value).__name__, value)
