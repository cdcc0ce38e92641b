"""Draws mutants: for each program a fixed number, evenly over the kinds, none of them right by value."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from bench.zoo.mutations import Mutation, mutations
from bench.zoo.placing import placements
from bench.zoo.program import BrokenError, Program

SHARES = (0.8, 0.95)
"""Up to the first share one mutation, up to the second two, else three."""
MOST_RAISING = 0.06
"""Share of mutants that raise instead of giving a wrong gradient."""
MOST_FORWARD = 0.1
DRAWS = 120
"""Draws for each mutant wanted, at most."""


@dataclass(frozen=True)
class Mutant:
    """A wrong program and where it was made wrong."""

    program: Program
    number: int
    kinds: tuple[str, ...]
    text: str
    fault: frozenset[int]
    part: str
    """`backward`, `forward` (the objective differs) or `raises`."""

    @property
    def name(self) -> str:
        return f"{self.program.name}/{self.number:03d}"


@dataclass
class Drawing:
    """Draws mutants of one program, the same ones for the same seed."""

    program: Program
    seed: int = 0
    equivalent: int = 0
    """Mutations drawn and put back: their gradients are right at every point."""

    @cached_property
    def pool(self) -> dict[str, list[Mutation]]:
        """Mutations by kind."""
        text = self.program.text
        lines = text.split("\n")
        first = lines.index("# forward") + 1 if self.program.style == "script" else 1
        found: dict[str, list[Mutation]] = {}
        for mutation in (*mutations(text, first), *placements(text, first)):
            found.setdefault(mutation.kind, []).append(mutation)
        return found

    def mutants(self, count: int) -> Iterator[Mutant]:
        """Up to `count` mutants."""
        rng = random.Random(f"{self.program.name} {self.seed}")
        kinds = sorted(self.pool)
        taken: set[str] = {self.program.text}
        parts = {"backward": 0, "forward": 0, "raises": 0}
        made = 0
        for _ in range(DRAWS * count):
            if made == count:
                return
            chosen = self._chosen(rng, kinds)
            text = applied(self.program.text, chosen)
            if text is None or text in taken:
                continue
            taken.add(text)
            part = self._part(text)
            share = {"raises": MOST_RAISING, "forward": MOST_FORWARD}.get(part, 1.0)
            if part == "equivalent" or parts[part] >= share * count:
                continue
            parts[part] += 1
            made += 1
            fault = frozenset(line for m in chosen for line in m.fault)
            yield Mutant(self.program, made, tuple(m.kind for m in chosen), text, fault, part)

    def _chosen(self, rng: random.Random, kinds: list[str]) -> list[Mutation]:
        place = rng.random()
        many = 1 + sum(place > share for share in SHARES)
        return [rng.choice(self.pool[rng.choice(kinds)]) for _ in range(many)]

    def _part(self, text: str) -> str:
        try:
            compile(text, "mutant", "exec")
            value = self.program.objective(text)
        except (BrokenError, SyntaxError):
            return "raises"
        if self.program.right(text) or not np.all(np.isfinite(value)):
            self.equivalent += 1
            return "equivalent"
        return "backward" if np.allclose(value, self.program.objective(self.program.text)) else "forward"


def applied(text: str, chosen: list[Mutation]) -> str | None:
    """The text with mutations of different lines; None where they meet."""
    lines = text.split("\n")
    taken: set[int] = set()
    for mutation in chosen:
        place = set(range(mutation.line, mutation.end + 1))
        if place & taken:
            return None
        taken |= place
        lines[mutation.line - 1 : mutation.end] = mutation.text.split("\n")
    return "\n".join(lines)
