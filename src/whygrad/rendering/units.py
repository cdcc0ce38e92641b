"""The table of a file with many units: what each is, its verdict, and what was assumed of its inputs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from whygrad.rendering.verdicts import WORDS, counted
from whygrad.report import Block, Table, Words, say

Result = Mapping[str, Any]


def unit_blocks(result: Result) -> Iterator[Block]:
    """The table of units, and a line for each that could not be checked."""
    units = result.get("units") or ()
    if not units:
        return
    yield Table(("checked", "line", "gradients", "verdict"), tuple(_row(unit) for unit in units), "lrll")
    for unit in units:
        if unit["error"]:
            yield say(Words("not checked: ", "hint"), unit["unit"], ": ", unit["error"]["message"])


def _row(unit: Result) -> tuple[Words, ...]:
    names = unit["variables"]
    shown = ", ".join(names[:5]) + (", ..." if len(names) > 5 else "")
    return Words(unit["unit"], "name"), Words(str(unit["line"])), Words(shown), _verdict(unit)


def _verdict(unit: Result) -> Words:
    if unit["status"] == "error":
        return Words("? not checked", "hint")
    if unit["inherits"]:
        return Words("✗ inherited: wrong only because of what it calls", "wrong")
    words = WORDS[unit["status"]]
    if not unit["findings"]:
        return words
    return Words(f"{words.text}, {counted(unit['findings'], 'finding')}", words.style)


def assumed_blocks(result: Result) -> Iterator[Block]:
    """The example inputs that were found, as flags that pin them."""
    units: Sequence[Result] = result.get("units") or [result]
    for unit in units:
        if not unit.get("assumed"):
            continue
        flags = " ".join(f'--input "{name}={text}"' for name, text in unit["assumed"].items())
        of = f"{unit['unit']}: " if "unit" in unit else ""
        yield say(Words("assumed: ", "hint"), of, flags)
