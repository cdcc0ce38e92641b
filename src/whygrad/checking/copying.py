"""Copies of what statements read and bind, so that they can be run again later.

Much is copied: the operands of every statement of a run, and those of every candidate for an edit. Objects of
a graph (the `Value` of a home-made engine) hold each other, so that a deep copy of one were one of them all.
"""

from __future__ import annotations

import copy
import weakref
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

CONSTANT_TYPES = frozenset({float, int, bool, str, type(None), np.float64, np.int64, np.bool_})
"""Values of these types never change, so that they need no copy."""


def duplicated(values: Mapping[str, Any]) -> dict[str, Any]:
    """Copies; names that share an array or an object go on sharing it.

    The state of an object is copied, and that of the objects in it, but not that of further objects of its
    own class: the nodes of a graph are copied where they are named, the rest of the graph is shared. Raises
    what `copy.deepcopy` raises.
    """
    copier = _Copier()
    for value in values.values():
        copier.begin(value)
    return {name: copier.copy(value) for name, value in values.items()}


def duplicate(value: Any) -> Any:
    """A copy of one value, as `duplicated` makes it."""
    return duplicated({"": value})[""]


class _Copier:
    """One round of copying: what was copied once is not copied again."""

    def __init__(self) -> None:
        self.memo: dict[int, Any] = {}
        self.empty: set[int] = set()
        """Objects that have a copy without a state as yet."""

    def begin(self, value: Any) -> None:
        """Make the copy of an object, still empty, so that objects copied before it refer to the copy."""
        if id(value) not in self.memo and _slots(type(value)) is not None:
            self.memo[id(value)] = object.__new__(type(value))
            self.empty.add(id(value))

    def copy(self, value: Any, within: frozenset[type] = frozenset()) -> Any:
        """The copy of a value that is held by objects of some classes."""
        kind = type(value)
        if kind in CONSTANT_TYPES:
            return value
        place = id(value)
        if place in self.empty:
            self.empty.discard(place)
            self._fill(self.memo[place], value, within | {kind})
        if place in self.memo:
            return self.memo[place]
        if kind is np.ndarray and value.dtype.kind != "O":
            found: Any = value.copy(order="K")
        elif kind is list:
            found = self.memo[place] = []
            found.extend(self.copy(item, within) for item in value)
        elif kind is dict:
            found = self.memo[place] = {}
            found.update((self.copy(k, within), self.copy(v, within)) for k, v in value.items())
        elif kind in (tuple, set, frozenset):
            found = kind([self.copy(item, within) for item in value])
        elif _slots(kind) is None:
            return copy.deepcopy(value, self.memo)
        elif kind in within:
            return value
        else:
            self.begin(value)
            return self.copy(value, within)
        self.memo[place] = found
        return found

    def _fill(self, made: Any, value: Any, within: frozenset[type]) -> None:
        state = getattr(value, "__dict__", None)
        if state is not None:
            made.__dict__.update({name: self.copy(item, within) for name, item in state.items()})
        for name in _slots(type(value)) or ():
            if hasattr(value, name):
                object.__setattr__(made, name, self.copy(getattr(value, name), within))


def _slots(kind: type) -> tuple[str, ...] | None:
    """The slots of a class whose objects are nothing but their attributes; None for any other class."""
    if kind not in _known:
        plain = (
            kind.__flags__ & HEAP_TYPE
            and all(getattr(kind, name, None) is getattr(object, name, None) for name in _USUAL)
            and not any(hasattr(kind, name) for name in ("__deepcopy__", "__setstate__", "__getnewargs__"))
        )
        _known[kind] = tuple(_named(kind)) if plain else None
    return _known[kind]


_known: weakref.WeakKeyDictionary[type, tuple[str, ...] | None] = weakref.WeakKeyDictionary()
"""A script makes its classes anew in every run."""
_USUAL = ("__new__", "__reduce_ex__", "__reduce__", "__getstate__")
"""What a class has from `object` where its objects are made and copied as usual."""
HEAP_TYPE = 1 << 9
"""Of a class that a `class` statement made (`Py_TPFLAGS_HEAPTYPE`)."""


def _named(kind: type) -> Iterator[str]:
    for base in kind.__mro__:
        names = base.__dict__.get("__slots__", ())
        for name in [names] if isinstance(names, str) else names:
            if name not in ("__dict__", "__weakref__"):
                hidden = name.startswith("__") and not name.endswith("__")
                yield f"_{base.__name__.lstrip('_')}{name}" if hidden else name
