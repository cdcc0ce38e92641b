"""Is an intermediate gradient what its name says? `l2_delta` may be that of what goes into `l2`.

Three signs that a name was read wrongly: every gradient that it leads to is right; the true gradient of the
named variable in its place makes a right gradient wrong; or it mends nothing there, while the value is the
true gradient of another quantity.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from whygrad.checking import listing
from whygrad.checking.comparison import compare
from whygrad.checking.correcting import Wanted, corrected_run, final_value
from whygrad.checking.evidence import Claim, Failure, Value
from whygrad.checking.intermediates import Intermediate
from whygrad.checking.programs import Program
from whygrad.checking.values import shape_of
from whygrad.checking.variables import base_name, dependencies

if TYPE_CHECKING:
    from whygrad.checking.measurement import Measured


def misread(
    program: Program, finals: Sequence[Claim], items: Sequence[Intermediate], measured: Sequence[Measured],
    factors: Sequence[float],
) -> list[Intermediate]:  # fmt: skip
    """The intermediates whose names were read wrongly, in a program with a wrong final gradient."""
    needs = dependencies(measured[0].observation, program.backward_function)
    found = []
    for item in items:
        if not any(item.truths) or item.factor is not None:
            continue
        led_to = [
            c for c in finals if item.name in needs.get(base_name(listing.local_name(program, c.name)), ())
        ]
        if not led_to:
            continue
        harmless = all(c.verdict == "right" for c in led_to)
        if (
            harmless
            or _spoils(program, led_to, item, measured, factors)
            or _is_another(program, led_to, item, measured)
        ):
            found.append(item)
    return found


def doubt(program: Program, finals: Sequence[Claim], claims: Sequence[Claim], m: Measured) -> None:
    """Mark wrong intermediates that lead to no gradient which would be right if all above it were.

    Then nothing shows that their names were read rightly: what they lead to is wrong in its own line anyway.
    """
    needs = dependencies(m.observation, program.backward_function)
    for claim in claims:
        led_to = [
            c for c in finals if claim.name in needs.get(base_name(listing.local_name(program, c.name)), ())
        ]
        if claim.verdict == "wrong" and led_to:
            claim.doubtful = not any(c.verdict == "inherited" for c in led_to)


def _finals_with(
    program: Program, led_to: Sequence[Claim], item: Intermediate, m: Measured, place: int, factor: float
) -> list[bool]:
    """Which final gradients are right at a point with the true value in the place of one intermediate."""
    wanted: Wanted = {(*key, item.name): value for key, value in item.truths[place].items()}
    run = corrected_run(program, [item], m, wanted, factor)
    return [_equal(final_value(program, c, run, m), c.truth[place]) for c in led_to]


def _spoils(
    program: Program, led_to: Sequence[Claim], item: Intermediate, measured: Sequence[Measured],
    factors: Sequence[float],
) -> bool:  # fmt: skip
    """Does the truth in its place make a right gradient wrong, with every factor that it may carry?"""
    right = [c for c in led_to if c.verdict == "right"]
    place = next(
        (k for k, truths in enumerate(item.truths) if truths and not measured[k].point.at_kink), None
    )
    if not right or place is None:
        return False
    known = [c for c in right if place < len(c.truth) and c.truth[place] is not None]
    return bool(known) and not any(
        all(_finals_with(program, known, item, measured[place], place, factor)) for factor in factors
    )


def _is_another(
    program: Program, led_to: Sequence[Claim], item: Intermediate, measured: Sequence[Measured]
) -> bool:
    """Is it the true gradient of some other quantity, and would its own truth mend nothing?"""
    wrong = [c for c in led_to if c.verdict == "wrong"]
    if not item.truths[0] or any(_finals_with(program, wrong, item, measured[0], 0, 1.0)):
        return False
    key = next(iter(item.truths[0]))
    rows: set[int] | None = None
    for m in measured[:3]:
        if m.truth.derivative is None or isinstance(m.observation, Failure):
            return False
        got = next((e.results.get(item.name) for e in m.observation.executions
                    if (e.index, e.instance) == key), None)  # fmt: skip
        equal = _rows_equal(got, m)
        rows = equal if rows is None else rows & equal
    return bool(rows)


def _rows_equal(got: Value, m: Measured) -> set[int]:
    """Rows of the forward pass whose cotangent a value is."""
    derivative, run, shape = m.truth.derivative, m.truth.run, shape_of(got)
    assert derivative is not None and run is not None
    found = set()
    for row, cotangent in enumerate(derivative.cotangents):
        if cotangent < 0 or derivative.graph.abstract(row).shape != shape:
            continue
        value = np.broadcast_to(run[cotangent], shape)
        if value.any() and _equal(got, value):
            found.add(row)
    return found


def _equal(got: Value, want: Value) -> bool:
    return got is not None and want is not None and compare(got, want).agrees
