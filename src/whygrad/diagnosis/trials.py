"""Run edited programs and count what became right: the only thing that confirms a candidate."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from whygrad.checking.comparison import compare
from whygrad.checking.evidence import Claim, Evidence, Failure, Value
from whygrad.checking.measurement import elsewhere
from whygrad.diagnosis.drafts import Draft
from whygrad.diagnosis.pieces import Pieces
from whygrad.diagnosis.search import Score


@dataclass(frozen=True)
class Outcome:
    """Which final claims an edited program gets right, at all points where that is decidable."""

    right: frozenset[str]
    wrong: frozenset[str]
    progress: float = 0.0
    points: int = 0


_PIECEWISE = re.compile(
    r"\b(?:where|clip|maximum|minimum|max|min|abs|sign|relu|heaviside|select)\b|[^-=]>|[^=]<|[<>]="
)
"""What a text says whose parts differ on both sides of a kink."""
FAILED = Outcome(frozenset(), frozenset({"*"}))


@dataclass(eq=False)
class Trials:
    """Trials against one evidence. The forward pass must not be edited: the truth would be another."""

    evidence: Evidence
    count: int = 0
    pieces: Pieces = field(init=False, repr=False)
    _kept: dict[str, Outcome] = field(default_factory=dict, repr=False)
    _glanced: dict[str, Outcome] = field(default_factory=dict, repr=False)
    """Outcomes at the first point alone."""

    def __post_init__(self) -> None:
        self.pieces = Pieces(self.evidence.program, self.evidence.points)

    @property
    def finals(self) -> list[Claim]:
        return self.evidence.finals

    def usable(self, claim: Claim, point: int) -> bool:
        """Is the truth known there, and not a matter of choice?

        At a kink it is one, and what decides is how the claim fares elsewhere; there is no more to go by for
        one that is right everywhere else, as where ties are counted twice.
        """
        if point >= len(claim.truth) or claim.truth[point] is None:
            return False
        if self.evidence.points[point].at_kink and self.decided_elsewhere(claim):
            return False
        return point >= len(claim.agreements) or claim.agreements[point] is not None

    def decided_elsewhere(self, claim: Claim) -> bool:
        """Is a wrong claim wrong, or a right one right, also where there is no kink?"""
        points = zip(claim.agreements, self.evidence.points, strict=False)
        return (claim.verdict == "right") in {agrees for agrees, point in points if not point.at_kink}

    def wanted(self, claim: Claim, point: int) -> Value:
        """What a claim should be at a point; an intermediate with the factor that it carries on purpose."""
        if claim.role == "intermediate":
            for statement in self.evidence.statements:
                if statement.line == claim.line and claim.name in statement.targets:
                    kept = statement.wanted[point] if point < len(statement.wanted) else []
                    if kept and claim.name in kept[-1]:
                        return kept[-1][claim.name]
        return claim.truth[point]

    def has_twin(self, claim: Claim) -> bool:
        """Is there another spelling (`dW` for `dw`) that a line may assign in its place?"""
        return any(c is not claim and c.name.lower() == claim.name.lower() for c in self.finals)

    def points(self) -> list[int]:
        """Points at which anything can be decided; generic ones first, for they tell most."""
        found = [p for p in range(len(self.evidence.points)) if any(self.usable(c, p) for c in self.finals)]
        return [*found[1:], *found[:1]]

    def run(self, draft: Draft, full: bool = True) -> Outcome:
        """Which claims are right after an edit; at one point only unless `full`."""
        known = self._kept if full else self._glanced
        if draft.text in known:
            return known[draft.text]
        chosen = self.points() if full else self.points()[:1]
        try:
            outcome = self._run(draft.text, chosen)
        except RecursionError:  # a list that was put into itself
            outcome = FAILED
        self.count += 1
        known[draft.text] = outcome
        return outcome

    def _run(self, text: str, chosen: Sequence[int]) -> Outcome:
        names = [claim.name for claim in self.finals]
        right, share = set(names), 0.0
        for p in chosen:
            with np.errstate(all="ignore"):
                values = self.pieces.values(text, self.evidence.points[p], names)
            if isinstance(values, Failure):
                return FAILED
            for claim in self.finals:
                if not self.usable(claim, p):
                    continue
                if claim.name not in values:
                    if not self.has_twin(claim):
                        right.discard(claim.name)
                    continue
                found = compare(values[claim.name], claim.truth[p])
                if found.agrees:
                    share += 1.0
                    continue
                right.discard(claim.name)
                if found.same_shape:
                    share += 0.1 + 0.8 * float(1 - np.mean(found.wrong))
        total = max(1, len(names) * len(chosen))
        return Outcome(frozenset(right), frozenset(names) - right, share / total, len(chosen))

    @cached_property
    def further(self) -> Trials:
        """Trials at further points."""
        return Trials(elsewhere(self.evidence))

    def holds(self, draft: Draft, before: Draft) -> bool:
        """Is what an edit makes right also right at further points?

        Between kinks an expression may equal another one by chance, at all of a few points.
        """
        if not _PIECEWISE.search(draft.text):
            return True
        gained = self.run(draft).right - self.run(before).right
        return not gained & self.further.run(draft).wrong

    def same_output(self, draft: Draft, other: Draft) -> bool:
        """Is what is differentiated the same number after an edit of what both parts call?"""
        program = self.evidence.program
        for p in self.points()[:2]:
            ends = [self.pieces.run(text.text, self.evidence.points[p]) for text in (draft, other)]
            values = [np.nan if isinstance(e, Failure) else program.objective_of(e) for e in ends]
            if not math.isclose(values[0], values[1], rel_tol=1e-9):
                return False
        return True

    def judge(self, draft: Draft, base: Outcome, wanted: frozenset[str]) -> Score:
        """Does an edit make a wanted claim right and nothing wrong that was right?"""
        first = self.run(draft, full=False)
        if not self.better(first, base, wanted):
            return Score(False, first.progress)
        return Score(self.better(self.run(draft), base, wanted), first.progress)

    @staticmethod
    def better(outcome: Outcome, base: Outcome, wanted: frozenset[str]) -> bool:
        """Nothing right became wrong, and a wanted claim (any, where none is named) became right."""
        gained = outcome.right - base.right
        return base.right <= outcome.right and bool(gained & wanted if wanted else gained)
