"""What a gate is: a known one as a record, and one that was found in a graph as a group of rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple


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
