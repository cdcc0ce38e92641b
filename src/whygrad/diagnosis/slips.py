"""A slip: one small edit that search makes, with what it was and what it became. Causes name slips."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple


@dataclass(frozen=True)
class Slip:
    """One edit of a statement, read as the mistake it undoes."""

    kind: str
    """`name`, `index`, `slice`, `operator`, `sign`, `constant`, `parentheses`, `factor`, `term`,
    `drop-factor`, `drop-term`, `split`, `container`, `sum`, `axis`, `transpose`, `product`, `augment`,
    `add-at`, `dtype`, `unwrap`, `wrap`, `function`, `target`, `local`, `mask`, `move`, `unreached`,
    `compare`, `derived`, `import`, `label`, `carry`, `repeat`, `late`, `rounds`,
    `behind`, `order`, `layout`, `alias`, `clear`."""
    old: str
    new: str
    start: int = 0
    """Where `old` stands in the text that was edited; the end is `start + len(old)`."""
    cost: float = 1.0


class Variant(NamedTuple):
    """A text that is one slip away from another."""

    text: str
    slip: Slip


class Solution(NamedTuple):
    """A text that is right, and the slips that lead to it."""

    text: str
    slips: tuple[Slip, ...]

    @property
    def cost(self) -> float:
        return sum(slip.cost for slip in self.slips)
