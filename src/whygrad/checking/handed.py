"""Example values that are given: by a caller in Python, or by a function of the file that makes them."""

from __future__ import annotations

import copy
import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from whygrad.checking.evidence import Hints, Value
from whygrad.checking.functions import Function
from whygrad.checking.naming import stems
from whygrad.checking.values import is_numeric

INPUT_FUNCTIONS = re.compile(
    r"(?i)^(make|get|example|sample|build|create|gen|generate|setup)?_?(inputs?|example\w*|data|args)$"
)
SHARED, OTHERS = "shared", "others"
"""What `Hints.makes` may say of the inputs that the file makes."""

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


def maker_among(functions: Mapping[str, Function], hints: Hints) -> str:
    """The function of the file that returns example inputs; none where they are another unit's."""
    if hints.inputs or hints.makes == OTHERS:
        return "" if hints.makes == OTHERS else hints.inputs
    makers = (
        name
        for name, f in functions.items()
        if INPUT_FUNCTIONS.match(name) and not any(need for _, need in f.parameters)
    )
    return next(makers, "")


def left_over(made: Any, taken: Collection[str], needed: Sequence[str]) -> dict[str, str]:
    """The one input that is still needed, with the name of the one value that nothing takes."""
    if not isinstance(made, Mapping):
        return {}
    lacking = [name for name in dict.fromkeys(needed) if name not in made]
    free = [key for key, value in made.items() if key not in taken and is_numeric(value) and not stems(key)]
    return {lacking[0]: free[0]} if len(lacking) == len(free) == 1 else {}


def reached_in(made: Any, names: list[str]) -> dict[str, str]:
    """How each example input is reached in what the function returned."""
    if isinstance(made, Mapping):
        return {key: f"[{key!r}]" for key in made if isinstance(key, str) and key.isidentifier()}
    if isinstance(made, tuple | list):
        return {name: f"[{place}]" for place, name in enumerate(names[: len(made)])}
    return {names[0]: ""} if names else {}
