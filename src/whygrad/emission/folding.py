"""A cotangent that is only read to be put in another form is given in that form from the start.

`g = out @ W.T` and `g_flat = g.reshape(T, D)` become `g_flat = (out @ W.T).reshape(T, D)`: what undoes a
`reshape`, a `transpose` or a constant factor is no step of the chain rule and needs no line of its own.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from whygrad.emission.cotangents import Group, LoopBack, is_product
from whygrad.emission.layout import WIDTH
from whygrad.emission.phrases import hug
from whygrad.emission.tidying import NAMES, lines

ASSIGNED = re.compile(r"([A-Za-z_]\w*) (?:[-+*/@]|\*\*)?= ")


class Folding:
    """Folds what can be in the backward lines of a function.

    `forms` are the names of other forms, each with a name after its operation; `kept` are read at the end.
    """

    def __init__(
        self,
        parts: Sequence[Any],
        forms: Mapping[str, str],
        kept: Collection[str],
        fresh_name: Callable[[str], str],
    ) -> None:
        self.parts, self.forms, self.kept, self.fresh_name = parts, forms, kept, fresh_name

    def fold(self) -> None:
        self.block(self.parts, 1)

    def block(self, parts: Sequence[Any], depth: int) -> None:
        run: list[Group] = []
        for part in parts:
            if isinstance(part, Group):
                run.append(part)
                continue
            self.run(run, depth)
            run = []
            self.block(part.body, depth + 1)
            if not isinstance(part, LoopBack):
                self.block(part.orelse, depth + 1)
        self.run(run, depth)

    def run(self, groups: Sequence[Group], depth: int) -> None:
        """Fold within groups that are run one after the other."""
        for reader in groups:
            for line in list(reader.lines):
                name = line.partition(" = ")[0]
                if name in self.forms and name not in self.kept and self.is_given_once(name):
                    self.line(line, reader, groups, depth)

    def line(self, line: str, reader: Group, groups: Sequence[Group], depth: int) -> None:
        """Fold a line that gives another form into the one that gives the cotangent, its only reader."""
        name, _, text = line.partition(" = ")
        found = re.match(r"[A-Za-z_]\w*", text)
        seed = found[0] if found else ""
        if seed in self.kept or self.count(seed) != 2:
            return
        own = [(group, other) for group in groups for other in group.lines]
        at = next(k for k, (_, other) in enumerate(own) if other is line)
        first = next((k for k in range(at) if own[k][1].startswith(f"{seed} = ")), None)
        if first is None:
            return
        changed = {f[1] for _, other in own[first:at] if (f := ASSIGNED.match(other))}
        if changed & (set(NAMES.findall(text)) - {seed}):
            return
        giver, made = own[first]
        given = f"{name} = {put(made.partition(' = ')[2], text, seed)}"
        if 4 * depth + len(hug(given)) > WIDTH:
            return
        giver.lines[giver.lines.index(made)] = given
        reader.lines.remove(line)
        form = self.forms[name]
        if text.startswith((f"{seed} / ", f"{seed} * ")) and self.fresh_name(form) == form:
            self.rename(name, form, self.parts)  # `_scaled` tells it from what is no longer there

    def is_given_once(self, name: str) -> bool:
        return sum(line.startswith(f"{name} = ") for line in lines(self.parts)) == 1

    def count(self, name: str) -> int:
        return sum(NAMES.findall(line).count(name) for line in lines(self.parts))

    def rename(self, name: str, to: str, parts: Sequence[Any]) -> None:
        """Call a name otherwise."""
        for part in parts:
            if isinstance(part, Group):
                part.lines[:] = [re.sub(rf"(?<![\w.]){name}\b", to, line) for line in part.lines]
            else:
                self.rename(name, to, part.body)
                self.rename(name, to, getattr(part, "orelse", ()))


def put(value: str, text: str, name: str) -> str:
    """A text with a value in place of the name at its start."""
    follows = text[len(name) :]
    node = ast.parse(value, mode="eval").body
    bare = isinstance(node, ast.Name | ast.Call | ast.Subscript | ast.Attribute)
    if not bare and (follows.startswith(".") or not is_product(value) or value.startswith("-")):
        value = f"({value})"
    return value + follows
