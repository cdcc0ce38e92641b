"""A plain Python loop of 1e6 scalar operations: traced, differentiated, executed."""

from __future__ import annotations

import math
from typing import Any

from bench.measuring import Line, seconds
from whygrad.differentiation import differentiate
from whygrad.execution import execute
from whygrad.transformations import grad, trace

STEPS = 333_333


def loop(x: Any) -> Any:
    """Euler's method for x' = sin(x), over one unit of time: three operations a step."""
    for _ in range(STEPS):
        x = x + math.sin(x) / STEPS
    return x


def slope(x: float) -> float:
    """The derivative of `loop`, by hand."""
    product = 1.0
    for _ in range(STEPS):
        product *= 1 + math.cos(x) / STEPS
        x = x + math.sin(x) / STEPS
    return product


def run() -> list[Line]:
    """Seconds and nanoseconds per row of each step."""
    plain, value = seconds(lambda: loop(0.7))
    traced, graph = seconds(lambda: trace(loop)(0.7), 2)
    differentiated, derivative = seconds(lambda: differentiate(graph), 2)
    executed, first = seconds(lambda: execute(graph, [0.7]))
    backward, result = seconds(lambda: execute(derivative.graph, [0.7]))
    whole, found = seconds(lambda: grad(loop)(0.7), 1)
    assert math.isclose(first.outputs[0], value, rel_tol=1e-12)
    assert math.isclose(result.outputs[0], slope(0.7), rel_tol=1e-9)
    assert found == result.outputs[0]
    rows, all_rows = len(graph), len(derivative.graph)
    figures = [
        ("plain run", plain, rows), ("trace", traced, rows), ("differentiate", differentiated, all_rows -
        rows), ("execute forward", executed, rows), ("execute forward and backward", backward, all_rows),
        ("grad, all of it", whole, all_rows),
    ]  # fmt: skip
    lines = []
    for what, time, count in figures:
        lines.append(Line("scalar-loop", what, time, "s", f"{time / count * 1e9:.0f} ns a row, {count} rows"))
    for what, table in (("table, forward", graph), ("table, combined", derivative.graph)):
        lines.append(Line("scalar-loop", what, table.nbytes / len(table), "bytes/row", "without values"))
    return lines
