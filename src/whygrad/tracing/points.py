"""Text to point: `w0=2, x=[1, 2]` becomes names with numbers. Read by a small scanner, never evaluated."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from whygrad.errors import FormulaError, Place

FILENAME = "<point>"
MAX_LENGTH = 1_000_000
MAX_NESTING = 16

_NAME = re.compile(r"\s*([^\W\d]\w*(?:\s*\[[\s\d,]*\])*)\s*=\s*")
_TOKEN = re.compile(
    r"\s*(?:(?P<number>[+-]?(?:\d[\d_]*\.?\d*|\.\d+)(?:[eE][+-]?\d+)?(?![\w.]))|(?P<mark>[\[\](),]))"
)
_BETWEEN = re.compile(r"\s*[,;]\s*|\s+|$")
_CLOSING = {"[": "]", "(": ")"}


def parse_point(text: str) -> dict[str, Any]:
    """Parse `w0=2, w1=-3, x=[1, 2], w[0]=5` into numbers (floats) and nested lists of them.

    Raises FormulaError, with the place, for everything else.
    """
    if len(text) > MAX_LENGTH:
        raise FormulaError(f"this point has {len(text)} characters, more than the {MAX_LENGTH} allowed")
    point: dict[str, Any] = {}
    position = 0
    while text[position:].strip():
        named = _NAME.match(text, position)
        if named is None:
            raise _refuse(text, position, "a name and its number are expected here")
        name = re.sub(r"\s", "", named[1])
        if name in point:
            raise _refuse(text, position, f"`{name}` is given twice")
        point[name], position = _value(text, named.end())
        between = _BETWEEN.match(text, position)
        if between is None:
            raise _refuse(text, position, f"a comma is expected after the value of `{name}`")
        position = between.end()
    return point


def _value(text: str, position: int) -> tuple[Any, int]:
    """The number or nested list that begins at `position`, and where it ends."""
    open_lists: list[tuple[str, list[Any]]] = []
    due = True  # an item is due; else a comma or a bracket
    while True:
        token = _TOKEN.match(text, position)
        if token is None or (token["number"] and not due):
            raise _refuse(text, position, "a number or a list of numbers is expected here")
        position = token.end()
        if token["number"]:
            item: Any = _number(text, token)
        elif token["mark"] in _CLOSING and due:
            if len(open_lists) == MAX_NESTING:
                raise _refuse(text, position - 1, f"lists are nested more than {MAX_NESTING} deep")
            open_lists.append((_CLOSING[token["mark"]], []))
            continue
        elif open_lists and token["mark"] == "," and not due:
            due = True
            continue
        elif open_lists and token["mark"] == open_lists[-1][0]:
            item = open_lists.pop()[1]
        else:
            raise _refuse(text, position - 1, f"`{token['mark']}` is not expected here")
        if not open_lists:
            return item, position
        open_lists[-1][1].append(item)
        due = False


def _number(text: str, token: re.Match[str]) -> float:
    value = float(token["number"].rstrip("_").replace("__", "_"))
    if math.isinf(value):
        raise _refuse(text, token.start("number"), "this number is too large")
    return value


def _refuse(text: str, position: int, message: str) -> FormulaError:
    place = Place(FILENAME, 1, position + 1, 1, position + 2)
    return FormulaError(message, hint='write a point as "w0=2, w1=-3, x=[1, 2]"', place=place)


def arguments_of(names: Sequence[str], point: Mapping[str, Any]) -> list[Any]:
    """The values of `names` at a point, as floats and float64 arrays; `w=[2, 3]` also gives `w[0]`, `w[1]`.

    Raises FormulaError for a name that is missing or not asked for, and for lists that are no arrays.
    """
    bases = {name.partition("[")[0] for name in names}
    unknown = [name for name in point if name not in names and name not in bases]
    if unknown:
        raise FormulaError(
            f"`{unknown[0]}` is given, but the formula has no such name; its names are {', '.join(names)}"
        )
    return [_look_up(name, names, point) for name in names]


def _look_up(name: str, names: Sequence[str], point: Mapping[str, Any]) -> Any:
    if name in point:
        return as_real(name, point[name])
    base, bracket, index = name.partition("[")
    if bracket and base in point:
        try:
            entry = as_real(base, point[base])[tuple(int(i) for i in re.findall(r"\d+", index))]
        except (IndexError, TypeError):
            raise FormulaError(f"`{base}` has no entry {name}", hint=f'give "{name}=1" by itself') from None
        return as_real(name, entry)
    missing = [n for n in names if n not in point and n.partition("[")[0] not in point]
    given = [f"{n}={np.asarray(value).tolist()}" for n, value in point.items()]
    example = ", ".join([*given, *[f"{n}=1" for n in missing]])
    raise FormulaError(
        f"no value is given for {', '.join(f'`{n}`' for n in missing)}",
        hint=f'--at "{example}" (in Python: at="{example}")',
    )


def as_real(name: str, value: Any) -> Any:
    """A Python float, or a float64 array (a private copy)."""
    try:
        array = np.array(value, dtype=np.float64)
    except (TypeError, ValueError):
        raise FormulaError(f"the value of `{name}` is no number and no rectangular list of numbers") from None
    return array if array.ndim else float(array)
