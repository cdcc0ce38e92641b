"""Is an intermediate gradient what its name says? `l2_delta` may be that of what goes into `l2`.

Three signs that a name was read wrongly: every gradient that it leads to is right; the true gradient of the
named variable in its place makes a right gradient wrong; or it mends nothing there, while the value is the
true gradient of another quantity.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from whygrad.checking.comparison import compare
from whygrad.checking.correcting import Corrected, Wanted, corrected_run, final_value
from whygrad.checking.evidence import Claim, Failure, Value
from whygrad.checking.intermediates import Intermediate
from whygrad.checking.programs import Program
from whygrad.checking.values import shape_of
from whygrad.checking.variables import base_name, dependencies

if TYPE_CHECKING:
    from whygrad.checking.measured import Measured


def misread(
    program: Program, finals: Sequence[Claim], items: Sequence[Intermediate], measured: Sequence[Measured],
    factors: Sequence[float],
) -> list[Intermediate]:  # fmt: skip
    """The intermediates whose names were read wrongly, in a program with a wrong final gradient."""
    trust = _Trust(program, finals, measured, factors, frozenset(k for i in items for k in i.indices))
    found: list[Intermediate] = []
    before = -1
    while before < len(found):
        before = len(found)
        for item in items:
            # What is computed from it must not be put right: that would hide its own mistake.
            others = [
                i for i in items
                if i is not item and i not in found and item.name not in trust.needs.get(i.name, ())
            ]  # fmt: skip
            if item not in found and any(item.truths) and item.factor is None and trust.misread(item, others):
                found.append(item)
    return found


def vain(
    program: Program, finals: Sequence[Claim], items: Sequence[Intermediate], measured: Sequence[Measured],
    factors: Sequence[float],
) -> list[Intermediate]:  # fmt: skip
    """Wrong intermediates whose truth, by their names, mends nothing: they may mean something else."""
    trust = _Trust(program, finals, measured, factors, frozenset())
    wrong = [item for item in items if item.truths and item.truths[0] and item.factor is None]
    return [item for item in wrong if trust.mends_nothing(item)]


def doubt(program: Program, finals: Sequence[Claim], claims: Sequence[Claim], m: Measured) -> None:
    """Mark wrong intermediates that lead to no gradient which would be right if all above it were.

    Then nothing shows that their names were read rightly: what they lead to is wrong in its own line anyway.
    """
    needs = dependencies(m.observation, program.backward_function)
    own = {n for s in m.observation.statements if s.function == program.backward_function for n in s.names}
    for claim in claims:
        led_to = [c for c in finals if claim.name in needs.get(base_name(c.name), ())]
        if claim.name not in own:  # of a function that the backward part calls
            led_to = list(finals)
        if claim.verdict == "wrong":
            claim.doubtful = not any(c.verdict == "inherited" for c in led_to)


@dataclass(eq=False)
class _Trust:
    program: Program
    finals: Sequence[Claim]
    measured: Sequence[Measured]
    factors: Sequence[float]
    noted: frozenset[int]
    """Statements of which a run has to say what they gave."""
    runs: dict[Any, Corrected] = field(default_factory=dict)
    """Those made so far."""

    def __post_init__(self) -> None:
        self.needs = dependencies(self.measured[0].observation, self.program.backward_function)

    def misread(self, item: Intermediate, others: Sequence[Intermediate]) -> bool:
        """Do the signs say that an intermediate is not the gradient of the variable in its name?"""
        led_to = [c for c in self.finals if item.name in self.needs.get(base_name(c.name), ())]
        if not led_to:
            return False
        if all(c.verdict == "right" for c in led_to):
            return True
        return (
            self.does_not_fit(item)
            or self.spoils(led_to, item)
            or self.does_as_it_is(led_to, item, others)
            or self.is_another(led_to, item, others)
        )

    def run(self, items: Sequence[Intermediate], place: int, factor: float = 1.0) -> Corrected:
        """A run at a point with the true values of some intermediates in their place."""
        chosen = frozenset(map(id, items)), place, factor
        if chosen not in self.runs:
            m = self.measured[place]
            wanted: Wanted = {(*key, i.name): v for i in items for key, v in i.truths[place].items()}
            self.runs[chosen] = corrected_run(self.program, list(items), m, wanted, factor, self.noted)
        return self.runs[chosen]

    def right(self, claims: Sequence[Claim], run: Corrected, place: int) -> list[bool]:
        return [
            _equal(final_value(self.program, c, run, self.measured[place]), c.truth[place]) for c in claims
        ]

    def mends_nothing(self, item: Intermediate) -> bool:
        led_to = [c for c in self.finals if item.name in self.needs.get(base_name(c.name), ())]
        wrong = [c for c in led_to if c.verdict == "wrong"]
        return bool(wrong) and not any(
            any(self.right(wrong, self.run([item], 0, factor), 0)) for factor in self.factors
        )

    def does_not_fit(self, item: Intermediate) -> bool:
        """Do the lines behind it raise with the truth in its place?"""
        place = next(k for k, truths in enumerate(item.truths) if truths)
        found = self.run([item], place).observation
        return isinstance(found, Failure) or found.failure is not None

    def spoils(self, led_to: Sequence[Claim], item: Intermediate) -> bool:
        """Does the truth in its place make a right gradient wrong, with every factor that it may carry?"""
        places = [k for k, t in enumerate(item.truths) if t and not self.measured[k].point.at_kink][:1]
        for place in places:
            known = [c for c in led_to if c.verdict == "right" and c.truth[place] is not None]
            if known and not any(
                all(self.right(known, self.run([item], place, factor), place)) for factor in self.factors
            ):
                return True
        return False

    def does_as_it_is(
        self, led_to: Sequence[Claim], item: Intermediate, others: Sequence[Intermediate]
    ) -> bool:
        """Is all right that it leads to, once the true values of the others stand in their places?"""
        places = [k for k, t in enumerate(item.truths) if t][:2]
        return bool(places) and any(
            all(all(self.right(led_to, self.run(others, place, factor), place)) for place in places)
            for factor in self.factors
        )

    def is_another(self, led_to: Sequence[Claim], item: Intermediate, others: Sequence[Intermediate]) -> bool:
        """Is it the true gradient of some other quantity, and would its own truth mend nothing?"""
        wrong = [c for c in led_to if c.verdict == "wrong"]
        if not item.truths[0] or any(self.right(wrong, self.run([item], 0), 0)):
            return False
        key = next(iter(item.truths[0]))
        rows: set[int] | None = None
        for place, m in enumerate(self.measured[:3]):
            run = self.run(others, place)
            if m.truth.derivative is None or isinstance(run.observation, Failure):
                return False
            got = next((e.results.get(item.name) for e in run.observation.executions
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
