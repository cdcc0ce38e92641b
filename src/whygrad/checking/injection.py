"""True gradients of intermediate quantities by differences, for a forward pass that cannot be traced.

The text runs with a small change added to a variable right after the statement that binds it; how the output
follows is the quantity's gradient. Slow beside the engine, so only for quantities that a claim is about.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import numpy as np

from whygrad.checking.evidence import Value
from whygrad.checking.intermediates import ForwardValue
from whygrad.checking.numeric import gradient
from whygrad.checking.observing import inject
from whygrad.checking.values import Vector, count, is_numeric, rebuild, vector

if TYPE_CHECKING:
    from whygrad.checking.measured import Measured
    from whygrad.checking.programs import Program

MOST_ENTRIES = 150
"""Numbers differentiated per point."""


def forward_values(program: Program, m: Measured, names: Iterable[str]) -> list[ForwardValue]:
    """The bindings of some variables in the forward pass, with their gradients by differences."""
    wanted = set(names)
    budget = MOST_ENTRIES
    found: list[ForwardValue] = []
    for execution in sorted(m.observation.executions, key=lambda e: e.sequence):
        statement = m.observation.statements[execution.index]
        if execution.sequence > m.limit or statement.kind != "bind":
            continue
        for name in wanted & set(statement.names):
            value = execution.results.get(name)
            if not is_numeric(value) or count(value) > budget:
                continue
            numbers = _gradient(program, m, execution.index, execution.instance, name, value)
            if numbers is not None:
                budget -= numbers.size
                found.append(
                    ForwardValue(
                        name,
                        (execution.index, execution.instance),
                        statement.span.line,
                        execution.loop,
                        execution.sequence,
                        value,
                        rebuild(value, numbers),
                    )
                )
    return found


def _gradient(
    program: Program, m: Measured, index: int, instance: int, name: str, value: Value
) -> Vector | None:
    start = vector(value)
    assert start is not None

    def function(numbers: Vector) -> float:
        namespace = inject(
            program.full(),
            program.source.filename,
            frozenset((*program.inputs, *program.overrides(m.point))),
            program.overrides(m.point),
            program.seconds,
            (index, instance, name),
            rebuild(value, numbers),
            m.forward.upto,
        )
        return float("nan") if not isinstance(namespace, Mapping) else program.objective_of(namespace)

    values, _ = gradient(function, start)
    return None if np.isnan(values).any() else values
