"""What was seen at one point, and the true gradients there in the layout of their variables."""

from __future__ import annotations

from dataclasses import dataclass, field

from whygrad.checking.evidence import Point, Value
from whygrad.checking.intermediates import ForwardValue
from whygrad.checking.observing import Observation, follow
from whygrad.checking.truth import Forward, Truth
from whygrad.checking.values import Vector, as_double, rebuild, vector
from whygrad.checking.variables import base_name


@dataclass(eq=False)
class Measured:
    """What was seen at one point."""

    point: Point
    observation: Observation
    truth: Truth
    forward: Forward
    inputs: dict[str, Value]
    """Values of all inputs."""
    forward_values: list[ForwardValue] = field(default_factory=list)
    limit: int = 0


def truth_of(m: Measured, of: str) -> Value:
    """The true gradient of an input, or of an entry of one, in its layout; None where not known."""
    return None if m.truth.disputed else in_layout(m.truth.gradients, m, of)


def signed(value: Value, sign: float) -> Value:
    """A gradient, or minus a gradient in its layout; None stays None."""
    numbers = None if value is None or sign > 0 else vector(value)
    return value if numbers is None else rebuild(value, -numbers)


def in_layout(gradients: dict[str, Vector], m: Measured, of: str) -> Value:
    """The gradient of an input, or of an entry of one, in its layout; None where not known."""
    numbers, given = gradients.get(base_name(of)), m.inputs.get(base_name(of))
    if numbers is None or given is None or not _fits(numbers, given):
        return None
    try:
        return follow(of, {base_name(of): rebuild(as_double(given), numbers)})
    except LookupError:
        return None


def error_of(m: Measured, of: str) -> Value:
    """The error estimate of `truth_of`, in the same layout; None where not known."""
    errors = m.truth.errors.get(base_name(of))
    given = m.inputs.get(base_name(of))
    if errors is None or given is None or not _fits(errors, given):
        return None
    return follow(of, {base_name(of): rebuild(as_double(given), errors)})


def _fits(numbers: Vector, value: Value) -> bool:
    own = vector(value)
    return own is not None and own.size == numbers.size
