"""Slopes by differences: is a gradient variable the slope of an edited forward pass?

Its derivative is another one than that of the text as typed, so only numbers tell. What the text computes
before its output is all that is run at the ends of a step.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np

from whygrad.checking.comparison import same_layout
from whygrad.checking.copying import duplicated
from whygrad.checking.evidence import Claim, Failure, Point, Value
from whygrad.checking.naming import UPSTREAM_WORDS
from whygrad.checking.plain import Namespace
from whygrad.checking.programs import GIVEN, Program
from whygrad.checking.values import Vector, is_numeric, rebuild, shape_of, vector
from whygrad.diagnosis.pieces import Pieces

STEP = 1e-4
CLOSE = 2e-5
FAR = 0.02
"""Most candidates are farther off than this share: then one slope is enough."""


class Slopes:
    """Compares gradient variables with the slopes of edited texts of one program."""

    def __init__(self, program: Program, claims: Sequence[Claim], points: Sequence[Point]) -> None:
        self.program = program
        moved = Point("moved", {root: None for claim in claims if (root := _path(claim.of)[0])})
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
        if numbers is None or start is None or numbers.size != start.size or not _path(claim.of)[0]:
            return False
        if not same_layout(claimed, of):
            return False
        direction = np.random.RandomState(start.size).uniform(0.5, 1.5, start.size)
        direction *= np.where(np.arange(start.size) % 2, -1.0, 1.0)
        want = float(np.dot(numbers, direction))
        slopes: list[float] = []
        for step in (3 * STEP, STEP):
            ahead, behind = (
                _moved(claim.of, base, rebuild(of, start + by * direction)) for by in (step, -step)
            )
            rise = self._output(text, point, ahead) - self._output(text, point, behind)
            slopes.append(rise / (2 * step))
            if not abs(slopes[0] - want) <= FAR * max(abs(slopes[0]), abs(want), 1e-3):
                return False
        slope = slopes[1] + (slopes[1] - slopes[0]) / 8
        return _close(slope, want, numbers)

    def _output(self, text: str, point: Point, moved: Mapping[str, Value]) -> float:
        """The number that is differentiated, with one variable moved; nan where that cannot be run."""
        there = Point("moved", {**point.overrides, **moved})
        namespace = self.pieces.run(text, there, self.upto)
        return float("nan") if isinstance(namespace, Failure) else self.program.objective_of(namespace)


def with_upstream(program: Program, subjects: Collection[str]) -> Program:
    """The program with the upstream gradient that was given, though the output has not its shape.

    Of an output that a slip made too small, nothing but its sum could be differentiated.
    """
    if len(program.objective) != 1 or program.objective[0][1] or program.form not in ("pair", "class"):
        return program
    namespace, output = program.run(GIVEN), program.objective[0][0]
    if isinstance(namespace, Failure) or not is_numeric(namespace.get(output)):
        return program
    given = [n for n, v in namespace.items() if UPSTREAM_WORDS.match(n) and n not in subjects
             and n != output and is_numeric(v) and shape_of(v) != shape_of(namespace[output])]  # fmt: skip
    if len(given) == 1:
        program.objective = ((output, given[0]),)
    return program


def _path(text: str) -> tuple[str, tuple[Any, ...]]:
    """`params["W1"]` as `params` and its keys; "" for what is no variable and no entry of one."""
    keys: list[Any] = []
    try:
        node: ast.expr = ast.parse(text, mode="eval").body
        while isinstance(node, ast.Subscript):
            keys.append(ast.literal_eval(node.slice))
            node = node.value
    except (SyntaxError, ValueError):
        return "", ()
    return (node.id, tuple(reversed(keys))) if isinstance(node, ast.Name) else ("", ())


def _moved(of: str, base: Namespace, value: Value) -> dict[str, Value]:
    """The variable, or what holds the entry, with another value."""
    root, keys = _path(of)
    if not keys:
        return {root: value}
    moved = duplicated({root: base[root]})
    inner = moved[root]
    for key in keys[:-1]:
        inner = inner[key]
    inner[keys[-1]] = value
    return moved


def _close(slope: float, want: float, numbers: Vector) -> bool:
    scale = max(abs(slope), abs(want), float(np.max(np.abs(numbers))) * 1e-3)
    return bool(np.isfinite(slope) and scale > 0 and abs(slope - want) <= CLOSE * scale)
