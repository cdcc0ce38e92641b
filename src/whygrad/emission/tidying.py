"""Small things that make backward lines shorter without changing what they compute."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from whygrad.emission.cotangents import Group, LoopBack, is_product
from whygrad.emission.tree import Step

_HANDED_ON = re.compile(r"(.+\[.+\]) (=|\+=|-=) (\w+)")
_COPIED = re.compile(r"(\w+) = \1\.copy\(\)")
_NAMED = re.compile(r"(\w+) = [A-Za-z_]\w*")
NAMES = re.compile(r"(?<![\w.])[A-Za-z_]\w*")


def tidy(parts: Sequence[Any]) -> None:
    """Write the gradient of an entry directly where a loop over entries first gives it a name."""
    _copies(parts)
    for part in parts:
        if isinstance(part, LoopBack):
            _entries(part.body)
            tidy(part.body)
        elif not isinstance(part, Group):
            tidy(part.body)
            tidy(part.orelse)


def _copies(parts: Sequence[Any]) -> None:
    """Write `grad_u = u.copy()` where the copy is the next thing that is done with `grad_u`."""
    given: dict[str, Group] = {}
    for part in parts:
        if not isinstance(part, Group):
            given.clear()
            continue
        for line in list(part.lines):
            found = _COPIED.fullmatch(line)
            if found and found[1] in given:
                giver = given.pop(found[1])
                place = next(k for k, own in enumerate(giver.lines) if own.startswith(f"{found[1]} = "))
                giver.lines[place] += ".copy()"
                part.lines.remove(line)
                continue
            for name in NAMES.findall(line):
                given.pop(name, None)
            if named := _NAMED.fullmatch(line):
                given[named[1]] = part


def _entries(body: list[Any]) -> None:
    groups = [g for g in body if isinstance(g, Group)]
    for group in groups:
        if not (isinstance(group.node, Step) and len(group.lines) == 1):
            continue
        found = _HANDED_ON.fullmatch(group.lines[0])
        if found is None:
            continue
        place, operator, name = found.groups()
        made = [(g, k) for g in groups for k, line in enumerate(g.lines) if line.startswith(f"{name} = ")]
        uses = sum(len(re.findall(rf"(?<![\w.]){name}\b", line)) for line in lines(body))
        if len(made) != 1 or uses != 2:
            continue
        (giver, k) = made[0]
        root = place.split("[")[0]
        between = [line for line in lines(body) if root in NAMES.findall(line)]
        if len(between) != 1:
            continue  # its entries are read or written elsewhere in the loop
        value = giver.lines[k].split(" = ", 1)[1]
        if operator != "=" and value.startswith("-") and is_product(value[1:]):
            operator, value = {"+=": "-=", "-=": "+="}[operator], value[1:]
        elif operator == "-=" and not is_product(value):
            value = f"({value})"
        giver.lines[k] = f"{place} {operator} {value}"
        group.lines.clear()


def lines(parts: Sequence[Any]) -> Iterator[str]:
    """All lines within some parts."""
    for part in parts:
        if isinstance(part, Group):
            yield from part.lines
        else:
            yield from lines(part.body)
            yield from lines(getattr(part, "orelse", ()))
