"""Repair one wrong gradient: search its statements for the edit after which running the program is right."""

from __future__ import annotations

import ast
import contextlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from whygrad.checking.evidence import Claim
from whygrad.checking.values import vector
from whygrad.diagnosis.called import no_longer_called
from whygrad.diagnosis.moves import MOVES
from whygrad.diagnosis.pairing import Pairing
from whygrad.diagnosis.sameness import plain_form
from whygrad.diagnosis.stages import FAR_SCALED
from whygrad.diagnosis.suspects import Suspect, backward_slice, part_of, read_off, reads, reads_gradient
from whygrad.diagnosis.trials import Outcome
from whygrad.diagnosis.workbench import Fix

MOST_KEPT = 12
SIMPLE_SLIP = 1.2
"""Dearer edits do not end the search for others."""
SHARES = {
    "by_block": 0.5,
    "by_rounds": 0.3,
    "by_twins": 0.3,
    "by_trial": 0.4,
    "by_accumulation": 0.25,
    "by_slip_and_addition": 0.2,
    "by_factor": 0.3,
    "by_helpers": 0.5,
    "by_pairs_of_statements": 0.6,
}
"""What ways of searching that take long may take of the time left, for those behind them are quicker."""
MOST_FINALS = 12
"""Gradients whose statements are compared to see which ones they share."""


Stage = Callable[[Claim, Sequence[Suspect], Outcome, frozenset[str]], Iterator[Fix]]


@dataclass(eq=False)
class Repairer(Pairing):
    """Repairs claims of one evidence, one after the other."""

    def searched(self, roots: Sequence[Claim]) -> list[tuple[Claim, Fix | None]]:
        """Repairs of wrong claims, each on top of those before it.

        Where a claim is doubtful, plain repairs of the others that make everything right do without it.
        """
        start = self.draft
        sure = [claim for claim in roots if not claim.doubtful]
        if sure and len(sure) < len(roots):
            found = self._each(sure)
            plain = all(fix is not None and fix.is_plain for _, fix in found)
            if plain and not self.trials.run(self.draft).wrong:
                return found
            self.draft = start
        return self._each(roots)

    def _each(self, roots: Sequence[Claim]) -> list[tuple[Claim, Fix | None]]:
        fixes: list[tuple[Claim, Fix | None]] = []
        for claim in roots:
            now = self.trials.run(self.draft)
            if not now.wrong or (claim.role == "final" and claim.name in now.right):
                continue
            fix = self.repair(claim)
            fixes.append((claim, fix))
            if fix is not None:
                self.draft = fix.draft
        return fixes

    def repair(self, claim: Claim) -> Fix | None:
        """The likeliest confirmed edit for a wrong claim, its rivals with it; None where none was found."""
        base = self.trials.run(self.draft)
        if claim.role == "final" and claim.name in base.right:
            return None
        wanted = frozenset({claim.name}) if claim.role == "final" else frozenset()
        self.at, self.scopes, self.inlined = self.search_points(claim), {}, None
        everything = backward_slice(self.trials.evidence, self.draft.tree, claim)
        wrong = self.likeliest_first([s for s in everything if not s.right])
        # What an object holds is made elsewhere; only the wrong object may have been asked.
        made = [s for s in wrong if not reads_gradient(s.node)]
        stages: Sequence[Stage] = (
            self.by_moving, self.by_carry, self.by_scaling, self.by_common_factor, self.by_value,
            self.by_block, self.by_rounds, self.by_twins, self.by_trial, self.by_keeping, self.by_addition,
            self.by_slip_and_addition, self.by_meaning, self.by_accumulation, self.by_contributions,
            self.by_synthesis, self.by_terms, self.by_factor, self.by_lacking, self.by_helpers,
            self.by_called, self.by_pairs, self.by_pairs_of_statements, self.by_place_and_slip,
            self.by_block_pairs, self.by_pairs_of_trials,
        )  # fmt: skip
        found: list[Fix] = []
        shared: list[Suspect] = []
        cut: list[Stage] = []
        if self.is_engine(everything) and self.faulty_operations():
            rules = list(self.by_operations(claim, wrong, base, wanted))
            found = self.confirmed(iter(rules), base, wanted, claim)
            # Where several rules are wrong, each is by its own operation, whatever the others still spoil.
            several = len({fix.span.line for fix in rules}) > 1
            if found or several:
                return self.chosen(found or [fix for fix in rules[:1] if self.spoils_nothing(fix, base)])
        elif self.is_worked_out(claim):
            found = self.confirmed(self.by_sweeping(claim, wrong, base, wanted), base, wanted, claim)
            if found:
                return self.chosen(found)
        for stage in stages:
            suspects = everything if stage in (self.by_meaning, self.by_common_factor) else made
            if stage in (self.by_value, self.by_helpers):
                suspects = wrong
            if found and stage == self.by_factor:
                suspects = shared
            known = len(found)
            with self.share_for(stage, cut):
                found += self.confirmed(stage(claim, suspects, base, wanted), base, wanted, claim)
            # What the line itself says may be the fault of a helper above it, so both are looked at; a line
            # that makes a true gradient is to blame only if nothing is wrong behind it.
            sound = [fix.cost for fix in found if not fix.suspect.innocent]
            # That lines change places, or that a quotient is missing, is weighed against slips in them.
            only_moves = all(fix.solution.slips[0].kind in MOVES for fix in found)
            unlikely = only_moves or all(fix.solution.slips[0].cost >= FAR_SCALED for fix in found)
            early = stage in (self.by_value, self.by_moving, self.by_contributions) or (
                unlikely and stage in (self.by_carry, self.by_scaling, self.by_common_factor))  # fmt: skip
            if stage == self.by_trial and sound and self.is_engine(everything) and base.right:
                # One loop visits all nodes: what is wrong for some of them is likelier wrong in their rule.
                outside = self.confirmed(self.by_helpers(claim, suspects, base, wanted), base, wanted, claim)
                found = [fix for fix in outside if fix.cost <= SIMPLE_SLIP] or found
            if stage == self.by_synthesis and self.passes_over_a_function(found):
                for way in (self.by_helpers, self.by_called):
                    found += self.confirmed(way(claim, suspects, base, wanted), base, wanted, claim)
            # What is returned only puts together what the lines above it made: they are looked at too.
            only_returned = all(isinstance(fix.suspect.node, ast.Return) for fix in found)
            dear = only_returned or min(sound, default=0.0) > SIMPLE_SLIP
            silent = stage in (self.by_rounds, self.by_twins) and len(found) == known
            unsure = dear and (stage == self.by_block or silent)
            # A factor that several gradients lack is missing in a line which they share.
            if stage == self.by_synthesis and found:
                shared = self.shared(wrong, base)
                unsure = bool(shared)
            if sound and not early and not unsure:
                break
            if found and stage in (self.by_synthesis, self.by_factor) and not unsure:
                break
        for stage in cut if not found else ():
            found = found or self.confirmed(stage(claim, wrong, base, wanted), base, wanted, claim)
        # The derivative itself costs little to write, so it is offered however long the search took.
        return self.chosen(found or self.confirmed(self.by_alignment(claim, wrong), base, wanted, claim))

    @contextlib.contextmanager
    def share_for(self, stage: Stage, cut: list[Stage]) -> Iterator[None]:
        """Give a way of searching its share of the time; it is `cut` where that was too little."""
        whole = self.allowance
        self.allowance = whole.part(SHARES.get(stage.__name__, 1.0))
        try:
            yield
        finally:
            if self.late() and not whole.is_spent():
                cut.append(stage)
            self.allowance = whole

    def spoils_nothing(self, fix: Fix, base: Outcome) -> bool:
        """Does all stay right that is, and the output what it is, after an edit?"""
        outcome = self.trials.run(fix.draft)
        return (
            outcome.right >= base.right
            and "*" not in outcome.wrong
            and self.trials.same_output(fix.draft, self.draft)
        )

    def wrong_rule(self, claim: Claim) -> int:
        """The line of an engine's rule that hands back what it should not, where the gradient comes from one.

        Then nothing is wrong with the forward pass: the engine differentiates whatever that is.
        """
        self.at, self.scopes = self.search_points(claim), {}
        if not self.is_engine(backward_slice(self.trials.evidence, self.draft.tree, claim)):
            return 0
        return next((suspect.line for suspect, *_ in self.faulty_operations()), 0)

    def is_worked_out(self, claim: Claim) -> bool:
        """Is a gradient what an engine works out, which differentiates whatever the forward pass is?"""
        if self.program.engine:  # the lines that read its gradients are none of the user's
            return not self.faulty_operations()
        found = backward_slice(self.trials.evidence, self.draft.tree, claim)
        return any(s.own and reads_gradient(s.node) for s in found)

    def passes_over_a_function(self, found: Sequence[Fix]) -> bool:
        """Do all edits do without a function that the line calls? It may be what should be mended."""
        texts = [(fix.text, fix.solution.text) for fix in found]
        return bool(texts) and all(no_longer_called(self.draft.tree, old, new) for old, new in texts)

    def is_engine(self, suspects: Sequence[Suspect]) -> bool:
        """Are gradients read off objects, which a loop of the script filled?"""
        return any(s.own and read_off(getattr(s.node, "value", None)) for s in suspects)

    def likeliest_first(self, suspects: list[Suspect]) -> list[Suspect]:
        """Statements that many wrong gradients share first; last those that make a right gradient as well."""
        finals = self.trials.finals[:MOST_FINALS]
        if len(finals) < 2:
            return suspects
        place = {c.name: self._slice(c) for c in finals}
        right = set().union(*(place[c.name] for c in finals if c.verdict == "right"))
        wrong = [place[c.name] for c in finals if c.verdict != "right"]

        def rank(suspect: Suspect) -> tuple[bool, int]:
            key = (suspect.node.lineno, suspect.node.col_offset)
            return key in right, -sum(key in part for part in wrong)

        return sorted(suspects, key=rank)

    def shared(self, suspects: Sequence[Suspect], base: Outcome) -> list[Suspect]:
        """Statements that several wrong gradients come from, and that are not where they are made."""
        wrong = [self._slice(c) for c in self.trials.finals if c.name in base.wrong][:MOST_FINALS]
        found = [s for s in suspects if not s.own]
        return [s for s in found if sum((s.node.lineno, s.node.col_offset) in part for part in wrong) > 1]

    def _slice(self, claim: Claim) -> set[tuple[int, int]]:
        found = backward_slice(self.trials.evidence, self.draft.tree, claim)
        return {(s.node.lineno, s.node.col_offset) for s in found}

    def chosen(self, found: Sequence[Fix]) -> Fix | None:
        """Cheapest first; of equally cheap ones the one that is executed first."""
        if not found:
            return None
        worth = {id(fix): fix.worth + (0.3 if makes_depend(fix) else 0.0) for fix in found}
        cheapest = min(worth.values())
        ranked = sorted(
            found,
            key=lambda fix: (
                worth[id(fix)] > cheapest + 0.12, fix.suspect.line, worth[id(fix)], len(fix.draft.text)
            ),
        )  # fmt: skip
        best = ranked[0]
        rivals: dict[tuple[str, ...], Fix] = {}
        for fix in ranked[1:]:
            if fix.cost <= best.cost + 0.5:
                rivals.setdefault(_said(fix), fix)
        rivals.pop(_said(best), None)
        return replace(best, rivals=tuple(rivals.values())[:3])

    def confirmed(
        self, candidates: Iterator[Fix], base: Outcome, wanted: frozenset[str], claim: Claim
    ) -> list[Fix]:
        """Those candidates after which the program is right where it should be."""
        kept: list[Fix] = []
        for fix in candidates:
            outcome = self.trials.run(fix.draft)
            known = (
                claim.role != "final"
                and not claim.doubtful
                and outcome.right >= base.right
                and "*" not in outcome.wrong
            )
            if self.trials.better(outcome, base, wanted) or (known and fix.suspect.own and fix.points):
                gained = len(outcome.right - base.right)
                if fix.suspect.right and gained < 2:
                    continue
                if self.changes_output(fix) or not still_reads(fix):
                    continue
                if not self.trials.holds(fix.draft, self.draft):
                    continue
                kept.append(replace(fix, points=outcome.points, gained=gained))
            if len(kept) >= MOST_KEPT:
                break
        return kept

    def changes_output(self, fix: Fix) -> bool:
        """Does an edit of a line that both parts need change what is differentiated, and so the truth?"""
        forward = part_of(self.trials.evidence, fix.suspect) == "forward"
        return forward and not self.trials.same_output(fix.draft, self.draft)


def still_reads(fix: Fix) -> bool:
    """Does a line that read the gradient of an object, and nothing more, do no more than that?"""
    if not (fix.suspect.own and reads_gradient(fix.suspect.node)):
        return True
    try:
        return reads_gradient(ast.parse(fix.solution.text.strip()).body[0])
    except (SyntaxError, IndexError):
        return False


def makes_depend(fix: Fix) -> bool:
    """Does an edit make a line read what moves with the inputs, which reads only what stays: labels, sizes?

    A part of a derivative that is missing belongs where the derivative is computed.
    """
    firsts = [kept[0] for kept in fix.scope.environments if kept]
    old = reads(fix.suspect.node)
    try:
        new = reads(ast.parse(fix.solution.text.strip()).body[0])
    except (SyntaxError, IndexError):
        return False

    def moves(name: str) -> bool:
        values = [vector(first.get(name)) for first in firsts]
        known = [v for v in values if v is not None]
        return any(v.shape != known[0].shape or not np.array_equal(v, known[0]) for v in known[1:])

    return any(map(moves, new - old)) and not any(map(moves, old))


def _said(fix: Fix) -> tuple[str, ...]:
    """The edited lines of a fix, the same for edits that say the same."""
    changed = fix.draft.changed(fix.before)
    return tuple(f"{line}: {plain_form(fix.draft.cells[line - 1])}" for line in changed)
