"""The table of a file with many units: what each is, its verdict, and what was assumed of its inputs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from whygrad.rendering.verdicts import WORDS, counted
from whygrad.report import Block, Bullets, Paragraph, Section, Table, Words, say

Result = Mapping[str, Any]


def unit_blocks(result: Result) -> Iterator[Block]:
    """The table of units, and a line for each that could not be checked or decided."""
    units = result.get("units") or ()
    if not units:
        return
    yield Table(("checked", "line", "gradients", "verdict"), tuple(_row(unit) for unit in units), "lrll")
    failed = [
        say(Words(unit["unit"], "name"), ": ", unit["error"]["message"]) for unit in units if unit["error"]
    ]
    if failed:
        yield Section("Not checked", (Bullets(tuple(failed)),))
    undecided = [
        say(Words(v["unit"], "name"), ", ", Words(v["name"], "name"), f": {v['reason']}")
        for v in result["variables"]
        if v["verdict"] == "undecided" and v["reason"]
    ]
    if undecided:
        yield Section("Undecided", (Bullets(tuple(undecided)),))


def _row(unit: Result) -> tuple[Words, ...]:
    names = unit["variables"]
    shown = ", ".join(names[:5]) + (", ..." if len(names) > 5 else "")
    return Words(unit["unit"], "name"), Words(str(unit["line"])), Words(shown), _verdict(unit)


def _verdict(unit: Result) -> Words:
    if unit["status"] == "error":
        return Words("? not checked", "hint")
    if unit["inherits"]:
        return Words("✗ inherited from what it calls", "wrong")
    words = WORDS[unit["status"]]
    if not unit["findings"]:
        return words
    return Words(f"{words.text}, {counted(unit['findings'], 'finding')}", words.style)


def assumed_blocks(result: Result) -> Iterator[Block]:
    """The example inputs that were found: as flags that pin them, or for many units as a list."""
    if result.get("assumed"):
        called = any(text.endswith("call)") for text in result["assumed"].values())
        shown = "{} = {}" if called else '--input "{}={}"'
        flags = (", " if called else " ").join(shown.format(*item) for item in result["assumed"].items())
        yield say(Words("assumed: ", "hint"), flags)
    given = [unit for unit in result.get("units") or () if unit.get("assumed")]
    if given:
        yield Section("Example inputs that were found", (Bullets(tuple(map(_inputs, given))),))
        yield say(
            Words("help: ", "hint"), "--forward NAME --input NAME=VALUE checks one unit with inputs of yours"
        )


def _inputs(unit: Result) -> Paragraph:
    texts = ", ".join(f"{name} = {text}" for name, text in unit["assumed"].items())
    return say(Words(unit["unit"].partition(",")[0], "name"), ": ", texts)
