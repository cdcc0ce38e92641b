"""Slopes by differences: is a gradient variable the slope of an edited forward pass?

Its derivative is another one than that of the text as typed, so only numbers tell. What the text computes
before its output is all that is run at the ends of a step.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from whygrad.checking.evidence import Claim, Failure, Point
from whygrad.checking.plain import Namespace
from whygrad.checking.programs import Program
from whygrad.checking.values import Vector, rebuild, shape_of, vector
from whygrad.diagnosis.pieces import Pieces

STEP = 1e-4
CLOSE = 2e-5
FAR = 0.02
"""Most candidates are farther off than this share: then one slope is enough."""


class Slopes:
    """Compares gradient variables with the slopes of edited texts of one program."""

    def __init__(self, program: Program, claims: Sequence[Claim], points: Sequence[Point]) -> None:
        self.program = program
        moved = Point("moved", {claim.of: None for claim in claims if claim.of.isidentifier()})
        self.pieces = Pieces(program, [*points, moved])
        self.upto = program.forward_statements()
        self._of = ""
        self._bases: dict[int, Namespace | Failure] = {}
        """Plain runs of the text that was asked about last, by point."""

    def base(self, text: str, point: Point) -> Namespace | Failure:
        """A plain run of an edited text, to its end."""
        if text != self._of:
            self._of, self._bases = text, {}
        if id(point) not in self._bases:
            self._bases[id(point)] = self.pieces.run(text, point)
        return self._bases[id(point)]

    def agree(self, text: str, claim: Claim, point: Point) -> bool:
        """Is a gradient variable of an edited text the slope of its output, along a random direction?"""
        base = self.base(text, point)
        if isinstance(base, Failure):
            return False
        try:
            claimed, of = self.program.value(claim.name, base), self.program.value(claim.of, base)
        except (LookupError, SyntaxError):
            return False
        numbers, start = vector(claimed), vector(of)
        if numbers is None or start is None or numbers.size != start.size or not claim.of.isidentifier():
            return False
        if shape_of(claimed) != shape_of(of):
            return False
        direction = np.random.RandomState(start.size).uniform(0.5, 1.5, start.size)
        direction *= np.where(np.arange(start.size) % 2, -1.0, 1.0)
        want = float(np.dot(numbers, direction))
        slopes: list[float] = []
        for step in (3 * STEP, STEP):
            ahead, behind = (rebuild(of, start + by * direction) for by in (step, -step))
            rise = self._output(text, point, claim, ahead) - self._output(text, point, claim, behind)
            slopes.append(rise / (2 * step))
            if not abs(slopes[0] - want) <= FAR * max(abs(slopes[0]), abs(want), 1e-3):
                return False
        slope = slopes[1] + (slopes[1] - slopes[0]) / 8
        return _close(slope, want, numbers)

    def _output(self, text: str, point: Point, claim: Claim, moved: object) -> float:
        """The number that is differentiated, with one variable moved; nan where that cannot be run."""
        there = Point("moved", {**point.overrides, claim.of: moved})
        namespace = self.pieces.run(text, there, self.upto)
        return float("nan") if isinstance(namespace, Failure) else self.program.objective_of(namespace)


def _close(slope: float, want: float, numbers: Vector) -> bool:
    scale = max(abs(slope), abs(want), float(np.max(np.abs(numbers))) * 1e-3)
    return bool(np.isfinite(slope) and scale > 0 and abs(slope - want) <= CLOSE * scale)
