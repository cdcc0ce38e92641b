"""Small things that make backward lines shorter without changing what they compute."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from whygrad.emission.cotangents import BranchBack, Group, LoopBack, is_product
from whygrad.emission.layout import WIDTH
from whygrad.emission.tree import Step

_HANDED_ON = re.compile(r"(.+\[.+\]) (=|\+=|-=) (\w+)")
_COPIED = re.compile(r"(\w+) = \1\.copy\(\)")
_NAMED = re.compile(r"(\w+) = [A-Za-z_]\w*")
_ASSIGNED = re.compile(r"([A-Za-z_]\w*)(?:\[.*?\])* [-+*/]?= ")
NAMES = re.compile(r"(?<![\w.])[A-Za-z_]\w*")


def tidy(parts: Sequence[Any], everywhere: Sequence[Any] = ()) -> None:
    """Write the gradient of an entry directly where a loop over entries first gives it a name."""
    everywhere = everywhere or parts
    _copies(parts)
    for part in parts:
        if isinstance(part, LoopBack):
            _entries(part.body)
            _sink(part.body, everywhere)
            tidy(part.body, everywhere)
        elif not isinstance(part, Group):
            tidy(part.body, everywhere)
            tidy(part.orelse, everywhere)


def drop_unread(parts: Sequence[Any], kept: set[str], prefix: str) -> None:
    """Leave out gradients that only their own lines read: of a running mean, which no result needs."""
    groups = list(_groups(parts))
    while True:
        reads, mine = dict[str, int](), dict[str, list[tuple[Group, str]]]()
        for group in groups:
            for line in group.lines:
                names = set(NAMES.findall(line))
                found = _ASSIGNED.match(line)
                own = found[1] if found and ".pop(" not in line else ""
                if own:
                    mine.setdefault(own, []).append((group, line))
                for name in names - {own}:
                    reads[name] = reads.get(name, 0) + 1
        unread = [n for n in mine if n.startswith(prefix) and n not in reads and n not in kept]
        if not unread:
            return
        for group, line in (pair for name in unread for pair in mine[name]):
            group.lines.remove(line)


def _groups(parts: Sequence[Any]) -> Iterator[Group]:
    for part in parts:
        if isinstance(part, Group):
            yield part
        else:
            yield from _groups(part.body)
            yield from _groups(getattr(part, "orelse", ()))


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
        if len(f"{place} {operator} {value}") > WIDTH - 12:
            continue  # on a line of its own each
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


def _sink(parts: list[Any], everywhere: Sequence[Any]) -> None:
    """Move lines that only count where a branch was taken into it: `g = 0; if c: g = e; x += g * h`.

    Cotangents are linear: what is made of a zero alone adds nothing.
    """
    for k in range(len(parts) - 2):
        start, branch, rest = parts[k], parts[k + 1], parts[k + 2 :]
        if not (isinstance(start, Group) and len(start.lines) == 1 and isinstance(branch, BranchBack)):
            continue
        found = re.fullmatch(r"(\w+) = 0\.0", start.lines[0])
        arms = [arm for arm in (branch.body, branch.orelse) if list(lines(arm))]
        if not found or len(arms) != 1 or not all(isinstance(p, Group) for p in rest):
            continue
        (arm,), name = arms, found[1]
        given = list(lines(arm))
        sole = re.fullmatch(rf"{name} = ([A-Za-z_]\w*)", given[0]) if len(given) == 1 else None
        if sole is None or not _only_made_of(name, rest, everywhere):
            continue
        for group in rest:
            group.lines = [re.sub(rf"(?<![\w.]){name}\b", sole[1], line) for line in group.lines]
        arm[:] = rest
        parts[k:] = [branch]
        return


def _only_made_of(name: str, rest: Sequence[Group], everywhere: Sequence[Any]) -> bool:
    """Does every line add a multiple of a name, or of what is made of it, and is it read nowhere else?"""
    made = {name}
    for line in lines(rest):
        place, operator, _ = re.split(r" (\+=|-=|=) ", line, maxsplit=1)
        if not made & {*NAMES.findall(line[len(place) :])} or place in made:
            return False
        if operator == "=" and "[" not in place:
            made.add(place)
    counts = {n: sum(NAMES.findall(line).count(n) for line in lines(everywhere)) for n in made}
    inside = {n: sum(NAMES.findall(line).count(n) for line in lines(rest)) for n in made}
    return counts[name] == inside[name] + 2 and all(counts[n] == inside[n] for n in made - {name})


def returned(found: list[str], results: list[str]) -> tuple[list[str], list[str]]:
    """`g /= N` and `return g` as `return g / N`."""
    last = re.fullmatch(r" {4}(\w+) ([*/])= (\w+)", found[-1]) if found else None
    if last is None or results.count(last[1]) != 1:
        return found, results
    made = f"{last[1]} {last[2]} {last[3]}"
    return found[:-1], [made if r == last[1] else r for r in results]
