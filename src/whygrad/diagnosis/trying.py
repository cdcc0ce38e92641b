"""One slip in a statement, judged by running the program: likely ones of every statement first."""

from __future__ import annotations

import ast
import itertools
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from whygrad.checking.evidence import Claim, Failure
from whygrad.diagnosis.blocks import rest_of_block
from whygrad.diagnosis.differences import multiples
from whygrad.diagnosis.fragments import Fragment
from whygrad.diagnosis.mutation import variants
from whygrad.diagnosis.omissions import without_sizes
from whygrad.diagnosis.recurrence import is_known_by_round
from whygrad.diagnosis.repeats import forgotten, written
from whygrad.diagnosis.search import SIMPLE, Bench
from whygrad.diagnosis.slips import Slip, Solution, Variant
from whygrad.diagnosis.suspects import (
    Suspect,
    backward_slice,
    behind,
    helpers,
    keeping,
    part_of,
    statements,
)
from whygrad.diagnosis.sweeping import Sweeping
from whygrad.diagnosis.trials import Outcome
from whygrad.diagnosis.twins import alike, twins
from whygrad.diagnosis.workbench import MOST_OF_ONE, Fix

KEPT = frozenset(
    {"alias", "name", "index", "unwrap", "transpose", "function", "sign", "constant", "drop-factor"}
)
"""Slips of a line that only keeps what the backward pass will need."""
COSTS = ((0.0, 1.12), (1.12, 1.21), (1.21, SIMPLE + 0.01))
"""Likely slips, then the other plain ones."""
MOST_TWINS = 6
MOST_RIGHT = 6
FEW = 16
"""Variants of one kind in one statement that come first."""
SHARE = 3
"""How many times fewer than of a kind are tried of each name."""
PHASES = (range(FEW), range(FEW, 100_000))
"""Those first ones, and those that come when no other has helped."""


@dataclass(eq=False)
class Trying(Sweeping):
    """Ways of searching that know nothing of the value that is wanted."""

    def by_trial(
        self, claim: Claim, suspects: Sequence[Suspect], base: Outcome, wanted: frozenset[str]
    ) -> Iterator[Fix]:
        """One slip in any statement that takes part, judged by running the program."""
        unseen = [s for s in suspects if not self.is_seen(s, claim)]
        # What leads to right ones too is right itself.
        sound = self.leading_to_right(base)
        own = [s for s in unseen if base.right and (s.own or s.line not in sound)]
        groups = [*filter(None, (own, [s for s in unseen if s not in own]))]
        for among, phase in itertools.product(groups, PHASES):
            found = list(self._tried([(s, 0) for s in among], base, wanted, phases=(phase,)))
            if not found and among is groups[-1] and phase is PHASES[0]:
                aside = [(s, 0) for s in behind(self.trials.evidence, self.draft.tree)]
                found = list(self._tried(aside, base, wanted, phases=(phase,)))
            yield from found
            if found or self.late():
                return

    def is_seen(self, suspect: Suspect, claim: Claim) -> bool:
        """Does running a part of its block tell what is wrong with a statement?"""
        if not suspect.in_loop and not is_known_by_round(claim, self.trials.evidence.statements):
            return rest_of_block(self.draft, suspect, claim.line) is not None
        bench = self.block_bench(suspect, self.scope(suspect), claim)
        text = self.draft.source.segment(self.draft.source.span_of(suspect.node))
        return bench is not None and not bench.judge(text).right

    def leading_to_right(self, base: Outcome) -> set[int]:
        """Lines of statements that right gradients come from."""
        right = [c for c in self.trials.finals if c.name in base.right][:MOST_RIGHT]
        slices = (backward_slice(self.trials.evidence, self.draft.tree, c) for c in right)
        return {s.line for part in slices for s in part}

    def _tried(
        self,
        suspects: Sequence[tuple[Suspect, int]],
        base: Outcome,
        wanted: frozenset[str],
        kinds: frozenset[str] = frozenset(),
        phases: Sequence[range] = PHASES,
    ) -> Iterator[Fix]:
        """Variants of statements behind a place in their text, likely ones of all of them first.

        Of each statement a few of each kind, and of each name, come before the rest: the entries of a long
        line can be indexed in a thousand ways.
        """
        for among, (least, most) in itertools.product(phases, COSTS):
            hit = False
            for suspect, first in suspects:
                count = 0
                tried: Counter[tuple[str, str]] = Counter()
                for fix in self._trial_variants(suspect, least, most):
                    slip = fix.solution.slips[0]
                    if slip.start < first or (kinds and slip.kind not in kinds):
                        continue
                    named = slip.kind == "name"
                    key = (slip.kind, slip.old if named else "")
                    tried[key] += 1
                    if (tried[key] - 1) * (SHARE if named else 1) not in among:
                        continue
                    if self.trials.judge(fix.draft, base, wanted).right:
                        hit, count = True, count + 1
                        yield fix
                    if count >= MOST_OF_ONE:
                        break
            if hit or self.late():
                return

    def by_twins(
        self, claim: Claim, suspects: Sequence[Suspect], base: Outcome, wanted: frozenset[str]
    ) -> Iterator[Fix]:
        """The same slip in two statements that say the same of two axes."""
        source = self.draft.source
        texts = {id(s): source.segment(source.span_of(s.node)) for s in suspects}
        for one, two in itertools.islice(twins(suspects, texts), MOST_TWINS):
            scope, other = self.scope(one), self.scope(two)
            if self.late() or not scope.first or not other.first:
                return
            text, beside = texts[id(one)], texts[id(two)]
            material = self.material(one, scope)
            fits = self.kept_place(one, scope)
            found = [v for v in variants(text, material) if v.slip.cost < SIMPLE and fits(v.text)]
            # A name that the function takes and uses nowhere was forgotten; the forward pass places alike.
            unused = {v.text for v in forgotten(Fragment(text), material)}
            placed = [v.text for v in found if written(v.text.partition("=")[2].strip(), material)]
            for variant in sorted(
                found, key=lambda v: (v.text not in unused, v.text not in placed, v.slip.cost)
            ):
                for again in alike(variant.text, text, beside, set(other.first)):
                    if self.late():
                        return
                    slip = Slip(variant.slip.kind, beside, again, 0, variant.slip.cost)
                    fix = self.together([(one, scope, variant), (two, other, Variant(again, slip))])
                    if self.trials.judge(fix.draft, base, wanted).right:
                        yield fix
                        return

    def by_slip_and_addition(
        self, claim: Claim, suspects: Sequence[Suspect], base: Outcome, wanted: frozenset[str]
    ) -> Iterator[Fix]:
        """A slip in a line of a gradient that a term such as a penalty's is missing from, too.

        What such a slip leaves is a multiple of a quantity, entry by entry.
        """
        own = [s for s in suspects if s.own and not isinstance(s.node, ast.Return)]
        if not (claim.name.isidentifier() and own and own[0].function and self._is_penalised(claim)):
            return
        usable = [self.trials.evidence.points[p] for p in self.at if self.trials.usable(claim, p)]
        for end, scope, bench in self.ends(claim, own) if usable else ():
            material = self.material(end, scope)
            for fix in itertools.chain(*(self._trial_variants(s, 0.0, COSTS[1][1]) for s in own)):
                made = self.trials.pieces.values(fix.draft.text, usable[0], [claim.name])
                if isinstance(made, Failure):
                    continue
                left = Bench([{**bench.environments[0], **made}], bench.wants[:1], scope.shared)
                for term in multiples(claim.name, left, material):
                    more = self.draft.with_more(end.node, f"{claim.name} += {term}", before=True)
                    first = fix.suspect, fix.scope, Variant(fix.solution.text, fix.solution.slips[0])
                    added = end, scope, Variant(more, Slip("term", "", term, 0, 1.4))
                    yield self.together([first, added])

    def _is_penalised(self, claim: Claim) -> bool:
        """Does the forward pass read a variable in more than one place?"""
        forward = (
            s.node for s in statements(self.draft.tree) if part_of(self.trials.evidence, s) == "forward"
        )
        parts = (part for node in forward if (part := getattr(node, "value", None)) is not None)
        read = [n.id for part in parts for n in ast.walk(without_sizes(part)) if isinstance(n, ast.Name)]
        return read.count(claim.of) > 1

    def by_keeping(
        self, claim: Claim, suspects: Sequence[Suspect], base: Outcome, wanted: frozenset[str]
    ) -> Iterator[Fix]:
        """One slip in what the forward pass keeps for the backward pass: a cache, an attribute."""
        yield from self._tried(keeping(self.trials.evidence, self.draft), base, wanted, KEPT)

    def by_helpers(
        self, claim: Claim, suspects: Sequence[Suspect], base: Outcome, wanted: frozenset[str]
    ) -> Iterator[Fix]:
        """One slip in a function that both parts may call: an engine's rule, a slope."""
        own = [s for s in suspects if s.own]
        for group in helpers(self.trials.evidence, self.draft.tree, own, claim.name):
            found = False
            for fix in self.by_trial(claim, group, base, wanted):
                if self.trials.same_output(fix.draft, self.draft):
                    found = True
                    yield fix
            if found:
                return

    def _trial_variants(self, suspect: Suspect, least: float = 0.0, most: float = SIMPLE) -> Iterator[Fix]:
        """One slip in a statement, of a cost from `least` to below `most`."""
        if self.late():
            return
        scope = self.scope(suspect)
        if not scope.first:
            return
        text = self.draft.source.segment(self.draft.source.span_of(suspect.node))
        fits = self.kept_place(suspect, scope)
        for variant in variants(text, self.material(suspect, scope)):
            if self.late():
                return
            if least <= variant.slip.cost < most and fits(variant.text):
                yield self.fix(suspect, scope, Solution(variant.text, (variant.slip,)))
