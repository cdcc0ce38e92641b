"""Values that a caller in Python hands over as they are, for the driver to take."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from whygrad.checking.evidence import Value

_values: dict[str, Value] = {}


def hand(values: Mapping[str, Value]) -> None:
    """Keep values for `handed`."""
    _values.update(values)


def handed(name: str) -> Value:
    """A fresh copy of a value, as every run needs one; the value itself where it cannot be copied."""
    try:
        return copy.deepcopy(_values[name])
    except Exception:
        return _values[name]


def reached_in(made: Any, names: list[str]) -> dict[str, str]:
    """How each example input is reached in what the function returned."""
    if isinstance(made, Mapping):
        return {key: f"[{key!r}]" for key in made if isinstance(key, str) and key.isidentifier()}
    if isinstance(made, tuple | list):
        return {name: f"[{place}]" for place, name in enumerate(names[: len(made)])}
    return {names[0]: ""} if names else {}
