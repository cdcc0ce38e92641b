"""Run a backward part again with true values in place of what its statements compute."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from whygrad.checking import listing
from whygrad.checking.comparison import compare
from whygrad.checking.evidence import Claim, Failure, Value
from whygrad.checking.intermediates import Intermediate, scaled
from whygrad.checking.observing import Observation
from whygrad.checking.programs import Program
from whygrad.checking.values import rebuild, shape_of, vector

if TYPE_CHECKING:
    from whygrad.checking.measured import Measured


@dataclass(eq=False)
class Corrected:
    """A run at one point with true values put in place."""

    observation: Observation | Failure
    computed: dict[tuple[int, int, str], Value]
    """What each replaced statement gave before it was replaced."""


Wanted = dict[tuple[int, int, str], Value]


def true_values(
    program: Program, finals: list[Claim], items: list[Intermediate], m: Measured, point: int
) -> Wanted:
    """True values of gradient variables after single executions at one point."""
    found: Wanted = {}
    for item in items:
        for key, value in item.truths[point].items():
            found[(*key, item.name)] = value
    for claim in finals:
        execution = listing.last_execution(program, m.observation, claim.name)
        if execution is None or claim.truth[point] is None:
            continue
        local = listing.local_name(program, claim.name)
        if local in m.observation.statements[execution.index].names:
            found[(execution.index, execution.instance, local)] = claim.truth[point]
    return found


def corrected_run(
    program: Program,
    items: list[Intermediate],
    m: Measured,
    wanted: Wanted,
    factor: float,
    noted: Iterable[int] | None = None,
) -> Corrected:
    """One observed run at a point with the wanted values put in place as soon as they are due.

    Every statement is noted, or only some.
    """
    named = {item.name for item in items if item.named}
    computed: Wanted = {}

    def replacement(index: int, instance: int, name: str, value: Value) -> Value:
        key = (index, instance, name)
        if key not in wanted:
            return value
        computed[key] = listing.copied(value)
        truth = scaled(wanted[key], factor) if name in named else wanted[key]
        return _in_kind(truth, value)

    replaced = {index for index, _, _ in wanted}
    return Corrected(program.observe(m.point, None, replaced, replacement, noted), computed)


def _in_kind(truth: Value, value: Value) -> Value:
    """The truth as a value that later lines can use as they used the computed one."""
    numbers = vector(truth)
    if numbers is None:
        return value
    if isinstance(value, list | tuple | dict) and shape_of(value) == shape_of(truth):
        return rebuild(value, numbers)
    if isinstance(value, np.ndarray) or isinstance(truth, np.ndarray):
        return numbers.reshape(shape_of(truth)) if _plain(shape_of(truth)) else truth
    return truth


def _plain(shape: tuple[Any, ...]) -> bool:
    return all(isinstance(length, int) for length in shape)


def final_value(program: Program, claim: Claim, run: Corrected, m: Measured) -> Value:
    """What a final claim's own statements give when everything above is true."""
    local = listing.local_name(program, claim.name)
    own = [value for (_, _, name), value in run.computed.items() if name == local]
    if own:
        return own[-1]
    if isinstance(run.observation, Failure) or run.observation.failure is not None:
        return None
    try:
        return program.value(claim.name, run.observation.namespace)
    except LookupError:
        return None


def still_wrong(
    program: Program,
    claim: Claim,
    runs: list[Corrected],
    measured: Sequence[Measured],
    informed: Sequence[bool] = (),
) -> bool:
    """Is a final gradient wrong at some point although everything above it is true?"""
    for k, m in enumerate(measured):
        if claim.truth[k] is None or (informed and not informed[k]):
            continue
        value = final_value(program, claim, runs[k], m)
        # At a kink the value may differ from the engine's choice and still be allowed.
        as_before = claim.agreements[k] and equal(value, claim.values[k])
        if not equal(value, claim.truth[k]) and not as_before:
            return True
    return False


def equal(first: Value, second: Value) -> bool:
    """Are two values there, and the same up to rounding?"""
    return first is not None and second is not None and compare(first, second).agrees
