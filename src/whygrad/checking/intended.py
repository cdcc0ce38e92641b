"""The forward pass as it is meant to be: a formula (`--formula`) with the inputs of the script."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from whygrad.checking.evidence import Value
from whygrad.checking.values import Vector, count, is_number, shape_of, vector
from whygrad.differentiation import differentiate
from whygrad.errors import UsageError
from whygrad.execution.interpreter import execute
from whygrad.tracing.formulas import parse_formula

_NUMBERED = re.compile(r"([^\W\d]\w*?)_?(\d+)")


@dataclass(frozen=True, eq=False)
class Intended:
    """A formula at a point of the script's inputs."""

    value: float
    gradients: dict[str, Vector]
    """Per input of the script, its numbers in order; zero for those the formula does not name."""


def intended(text: str, inputs: Mapping[str, Value]) -> Intended:
    """Value and gradients of a formula. Its names are the script's, `w0` also stands for `w[0]`.

    Raises FormulaError for text outside the grammar, UsageError for a name the script does not have.
    """
    places = _places(text, inputs)
    point = {name: _given(inputs[root], entry) for name, (root, entry) in places.items()}
    formula = parse_formula(text, at={name: value for name, value in point.items() if not is_number(value)})
    derivative = differentiate(formula.graph)
    run = execute(derivative.graph, formula.arguments(point), wanted=formula.graph.outputs)
    gradients = {name: np.zeros(count(value)) for name, value in inputs.items()}
    for name, gradient in zip(formula.names, run.outputs, strict=True):
        base, _, index = name.partition("[")
        root, entry = places[base]
        numbers = np.asarray(gradient, dtype=np.float64).ravel()
        if index:
            entry = _flat(shape_of(inputs[root]), index)
        gradients[root][slice(None) if entry is None else entry] += numbers if entry is None else numbers[0]
    return Intended(float(np.sum(run[formula.graph.outputs[0]])), gradients)


def _places(text: str, inputs: Mapping[str, Value]) -> dict[str, tuple[str, int | None]]:
    """For each name of the formula the script's input, and which of its numbers (None: all)."""
    try:
        names = {n.id for n in ast.walk(ast.parse(text.strip(), mode="eval")) if isinstance(n, ast.Name)}
        called = {n.func.id for n in ast.walk(ast.parse(text.strip(), mode="eval"))
                  if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)}  # fmt: skip
    except (SyntaxError, ValueError, RecursionError):
        # The formula's own parser says what is wrong and where.
        parse_formula(text)
        return {}
    found: dict[str, tuple[str, int | None]] = {}
    for name in names - called - {"pi", "e", "inf", "np", "math"} | (names & set(inputs)):
        numbered = _NUMBERED.fullmatch(name)
        if name in inputs:
            found[name] = (name, None)
        elif numbered and numbered[1] in inputs and int(numbered[2]) < count(inputs[numbered[1]]):
            found[name] = (numbered[1], int(numbered[2]))
        else:
            raise UsageError(
                f"the formula names `{name}`, which is no input of the script",
                hint=f"inputs: {', '.join(inputs)}",
            )
    return found


def _given(value: Value, entry: int | None) -> Any:
    numbers = vector(value)
    assert numbers is not None
    if entry is not None:
        return float(numbers[entry])
    return float(numbers[0]) if is_number(value) else np.asarray(numbers.reshape(shape_of(value)))


def _flat(shape: tuple[int, ...], index: str) -> int:
    """Flat place of `0]` or `1][2]` or `1, 2]`."""
    return int(np.ravel_multi_index(tuple(int(n) for n in re.findall(r"-?\d+", index)), shape, mode="wrap"))
