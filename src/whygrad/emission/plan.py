"""What the forward pass keeps for the backward one: lists of a loop's passes, copies, steps made again."""

from __future__ import annotations

from dataclasses import dataclass, field

from whygrad.emission.tree import Step


@dataclass(eq=False)
class Tape:
    """A list of what each pass through a block has to keep."""

    name: str = ""
    values: list[str] = field(default_factory=list)
    copied: set[str] = field(default_factory=set)
    """Values that the next pass changes in place, so that a copy is kept."""
    counted: bool = False
    """Whether it also says how often to go back, so that it is needed even where it is empty."""
    indexed: bool = False
    """Whether the passes are gone through by their number, which is the target of the loop."""
    within: bool = False
    """Whether it begins anew each time that its loop is run, within another."""


@dataclass(eq=False)
class Plan:
    """What is added to the forward pass, and read by the backward one."""

    before: dict[int, list[str]] = field(default_factory=dict)
    """Lines before a statement, by its number."""
    after: dict[int, list[str]] = field(default_factory=dict)
    tapes: dict[tuple[int, str], Tape] = field(default_factory=dict)
    """By (number of the loop or branch, which block): "body" or "orelse"."""
    again: dict[int, list[Step]] = field(default_factory=dict)
    """Statements that the reversed loop executes again, by the loop's number."""
    counts: dict[int, str] = field(default_factory=dict)
    """Names that count the passes of a loop."""

    indexed: bool = False
    """Whether loops over entries are written as loops over their index."""

    def tape(self, number: int, arm: str = "body") -> Tape | None:
        return self.tapes.get((number, arm))


def push(tape: Tape) -> str:
    """The line that keeps what a pass through a block has to keep."""
    if not tape.values:
        return f"{tape.name} += 1"
    values = [f"{v}.copy()" if v in tape.copied else v for v in tape.values]
    inner = values[0] if len(values) == 1 else f"({', '.join(values)})"
    return f"{tape.name}.append({inner})"


def pop(tape: Tape) -> str:
    """The line that takes it back."""
    left = ", ".join(tape.values)
    return f"{left} = {tape.name}.pop()"
