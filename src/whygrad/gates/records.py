"""What a gate is (a known one as a record, one that was found as a group of rows), and what a block is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray


class Step(NamedTuple):
    """One line of a derivation: a formula over the gate's parameters and its result, and why it holds."""

    text: str
    why: str


class Stable(NamedTuple):
    """A form of the gate that does not overflow or cancel, as NumPy code, and what it avoids."""

    text: str
    why: str


@dataclass(frozen=True)
class KnownGate:
    """What is known of a gate by its name.

    All texts are formulas over the parameters, the constants, the result and `g`, the upstream gradient.
    """

    name: str
    parameters: tuple[str, ...]
    result: str
    """The letter by which derivatives and steps name the gate's value."""
    formula: str
    """What the gate computes: the steps start from it, and rows are recognised by it."""
    derivatives: tuple[tuple[str, str], ...]
    """Parameter and derivative. Elementwise: the local gradient. Else: the whole gradient, from `g`."""
    steps: tuple[Step, ...] = ()
    """From the chain rule to the first of the derivatives."""
    remark: str = ""
    elementwise: bool = True
    constants: tuple[str, ...] = ()
    """Numbers that stand in the user's text: a slope, an epsilon."""
    where: tuple[tuple[str, str], ...] = ()
    """Names that derivatives use for parts: (name, formula)."""
    kinds: tuple[tuple[str, str], ...] = ()
    """Parameters that are not just numbers: "positive", "choice" (rows of a single 1, or class numbers)."""
    stable: Stable | None = None
    spellings: tuple[str, ...] = ()
    """Other ways in which people write it; tests go over them, recognition does not need them."""

    @property
    def derivative(self) -> str:
        return self.derivatives[0][1]

    def kind_of(self, parameter: str) -> str:
        return dict(self.kinds).get(parameter, "real")


class CheckedStep(NamedTuple):
    """A step of a derivation with the worst relative difference from the line before it."""

    text: str
    why: str
    worst: float


@dataclass(frozen=True)
class Derivation:
    """The steps from the chain rule to the simplest form, each checked at many points."""

    gate: KnownGate
    steps: tuple[CheckedStep, ...]
    points: int

    @property
    def worst(self) -> float:
        return max((step.worst for step in self.steps), default=0.0)


@dataclass(frozen=True, eq=False)
class Gate:
    """A group of rows with one output. Rows ascend; `inputs` are the rows outside that it reads."""

    name: str
    rows: tuple[int, ...]
    inputs: tuple[int, ...]
    output: int
    known: KnownGate | None = None
    parameters: tuple[str, ...] = ()
    """Of a known gate: the parameter that each input is."""
    bound: Mapping[str, Any] = field(default_factory=dict)
    """Of a known gate: the parameters that are constants of the graph."""


Kind = Literal["graph", "gate", "call", "loop", "iteration", "block"]
Integers = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Block:
    """A group of rows that can be drawn as one box."""

    key: str
    kind: Kind
    label: str
    rows: int
    """How many operations it holds."""
    first: int
    last: int
    line: int = 0
    """Where it stands in the user's file; 0 if nowhere."""
    times: int = 1
    """How often what it repeats is repeated."""
    gate: Gate | None = None
    marked: str = ""
    """The name that the user gave it as a gate."""
    span: Integers = field(default_factory=lambda: np.zeros(0, np.int64))
    """The executions (numbers of instances) that it holds, next to each other."""

    @property
    def is_gate(self) -> bool:
        """A known gate, or one that the user marked."""
        return self.gate is not None or bool(self.marked)

    @property
    def says(self) -> str:
        """What it holds, in one line."""
        each, rest = divmod(self.rows, self.times)
        if self.times > 1 and not rest:
            return f"{self.label}: {each} row{'s' * (each != 1)}"
        return f"{self.label}: {self.rows} row{'s' * (self.rows != 1)}{' in all' * (self.times > 1)}"


Part = Block | int
"""A block, or a row that is drawn as a box of its own."""


def end_of(part: Part) -> int:
    """The last row of a part."""
    return part if isinstance(part, int) else part.last
