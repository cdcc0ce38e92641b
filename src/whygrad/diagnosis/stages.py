"""Candidates for one wrong gradient: one generator for each way of searching, cheap ways first."""

from __future__ import annotations

import ast
import itertools
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from whygrad.checking.evidence import Claim
from whygrad.checking.values import vector
from whygrad.diagnosis.alignment import derived_texts, spellings
from whygrad.diagnosis.blocks import BlockBench, rest_of_block
from whygrad.diagnosis.called import bench_of_return, calls_in, returns_of
from whygrad.diagnosis.contributions import contribution, pairs
from whygrad.diagnosis.differences import differences
from whygrad.diagnosis.factors import factors
from whygrad.diagnosis.inversion import may_be_inverted, wanted_of
from whygrad.diagnosis.meaning import (
    Meaning,
    makes_one_of,
    meanings_of,
    own_gradients,
    target_name,
    true_gradients,
    value_bench,
)
from whygrad.diagnosis.moves import Move, indentations, moves, read_unfinished, unreached
from whygrad.diagnosis.mutation import Material, variants
from whygrad.diagnosis.sayings import Table, as_array, as_factor, missing_factors, ratios
from whygrad.diagnosis.scopes import Scope
from whygrad.diagnosis.search import Bench, Searcher
from whygrad.diagnosis.slips import Slip, Solution
from whygrad.diagnosis.sums import grown
from whygrad.diagnosis.suspects import Suspect, behind, part_of, read_off, statements
from whygrad.diagnosis.synthesis import compositions, scaled_by
from whygrad.diagnosis.termwise import termwise
from whygrad.diagnosis.trials import Outcome
from whygrad.diagnosis.trying import Trying
from whygrad.diagnosis.workbench import MOST_OF_ONE, Fix

MOST_OF_BLOCK = 2
MOST_SCALINGS = 3
FAR_SCALED = 1.45
TERM = 1.5
"""Cost of a term that is put behind what the line has."""


def ratio_of(claim: Claim) -> float:
    """By how much all entries of a gradient are too large; 0 where they differ in that."""
    return round(float((claim.mismatch and claim.mismatch.facts.get("constant_ratio")) or 0.0), 9)


@dataclass(eq=False)
class Stages(Trying):
    """The ways of searching. Each yields edits that a bench or trial found right, to be confirmed."""

    def by_value(
        self, claim: Claim, suspects: Sequence[Suspect], base: Outcome, wanted: frozenset[str]
    ) -> Iterator[Fix]:
        """One slip, or one for each entry of a list, judged by the value that is wanted."""
        for suspect, scope, value, bench in self._own(claim, suspects):
            searcher = Searcher(self.material(suspect, scope), 0.5)
            text = self.draft.source.segment(self.draft.source.span_of(value))
            for solution in searcher.expression(text, bench, deep=False):
                # A gradient that an object holds is still read off one: what it holds is made elsewhere.
                if solution.slips and read_off(value) in solution.text:
                    yield self.fix(suspect, scope, self.whole(suspect, value, solution), len(bench.wants))

    def by_synthesis(
        self, claim: Claim, suspects: Sequence[Suspect], base: Outcome, wanted: frozenset[str]
    ) -> Iterator[Fix]:
        """A missing factor or term, or the whole value, put together from quantities in scope."""
        benches = [*self._own(claim, suspects), *self._inverted(claim, suspects)]
        for suspect, scope, value, bench in benches:
            if read_off(value):
                continue
            text = self.draft.source.segment(self.draft.source.span_of(value))
            material = self.material(suspect, scope)
            found = [*differences(text, bench, material), *compositions(text, bench, material)]
            within = (Solution(v.text, (v.slip,)) for v in factors(text, material, enclosed=True))
            found += [s for s in within if bench.judge(s.text).right]
            for solution in sorted(found, key=lambda s: s.cost)[:MOST_OF_ONE]:
                yield self.fix(suspect, scope, self.whole(suspect, value, solution), len(bench.wants))

    def by_factor(
        self, claim: Claim, suspects: Sequence[Suspect], base: Outcome, wanted: frozenset[str]
    ) -> Iterator[Fix]:
        """A factor or a divisor that an earlier line lacks, or a line of a loop."""
        seen: set[int] = set()
        for suspect, scope, text, bench in self._blocks(claim, suspects):
            seen.add(id(suspect.node))
            for variant in factors(text, self.material(suspect, scope)):
                if self.late():
                    return
                if bench.judge(variant.text).right:
                    yield self.fix(suspect, scope, Solution(variant.text, (variant.slip,)))
        for suspect in (s for s in suspects if id(s.node) not in seen):
            scope = self.scope(suspect)
            text = self.draft.source.segment(self.draft.source.span_of(suspect.node))
            for variant in factors(text, self.material(suspect, scope)) if scope.first else ():
                if self.late():
                    return
                fix = self.fix(suspect, scope, Solution(variant.text, (variant.slip,)))
                if self.trials.judge(fix.draft, base, wanted).right:
                    yield fix

    def _inverted(
        self, claim: Claim, suspects: Sequence[Suspect]
    ) -> Iterator[tuple[Suspect, Scope, ast.expr, Bench]]:
        """Earlier lines with the values they should make, where the lines behind them are linear."""
        meanings = true_gradients(self.trials.evidence, [p for p in self.at if self.trials.usable(claim, p)])
        for suspect, scope, text, bench in self._blocks(claim, suspects):
            # The line of the claim itself needs no working back.
            if not bench.rest or not may_be_inverted(suspect.node):
                continue
            meaning = wanted_of(bench, text, target_name(suspect.node))
            found = value_bench(bench, suspect, target_name(suspect.node), meaning) if meaning else None
            if found is not None:
                own = makes_one_of(bench, text, target_name(suspect.node), meanings)
                yield replace(suspect, shared=suspect.shared or own), scope, *found

    def by_called(
        self, claim: Claim, suspects: Sequence[Suspect], base: Outcome, wanted: frozenset[str]
    ) -> Iterator[Fix]:
        """What a function that a line calls returns, by the value that the call should have given."""
        for _, _, line, outer in [*self._own(claim, suspects), *self._inverted(claim, suspects)]:
            for called in calls_in(self.draft.source.segment(self.draft.source.span_of(line)), outer):
                for suspect in returns_of(self.draft.tree, called.function):
                    value, scope = suspect.node.value, self.scope(suspect)  # type: ignore[attr-defined]
                    text = self.draft.source.segment(self.draft.source.span_of(value))
                    bench = bench_of_return(text, scope, called) if not self.late() else None
                    if bench is None:
                        continue
                    material = self.material(suspect, scope)
                    found = Searcher(material, 0.5).expression(text, bench, deep=False)
                    found += [*differences(text, bench, material), *compositions(text, bench, material)]
                    found = found or Searcher(material, 0.5).expression(text, bench)
                    for solution in sorted(found, key=lambda s: s.cost)[:MOST_OF_ONE]:
                        fix = self.fix(suspect, scope, self.whole(suspect, value, solution))
                        if self.trials.same_output(fix.draft, self.draft):
                            yield fix

    def by_moving(
        self, claim: Claim, suspects: Sequence[Suspect], base: Outcome, wanted: frozenset[str]
    ) -> Iterator[Fix]:
        """A statement that changes a value of the forward pass, moved behind the lines that still need it."""
        for moved in self.placed(suspects):
            # A gradient that is worked on in steps is not updated, it is being computed.
            slip = moved.solution.slips[0]
            if slip.kind == "move" and self.trials.evidence.claim(slip.old) is not None:
                continue
            fix = Fix(self.draft, moved.draft, moved.suspect, moved.span, moved.text, moved.solution, Scope())
            if not self.late() and self.trials.judge(fix.draft, base, wanted).right:
                yield replace(fix, scope=self.scope(moved.suspect))

    def placed(self, suspects: Sequence[Suspect]) -> Iterator[Move]:
        """Statements in another place, or in a loop that they stood behind."""
        # A `return` inside a loop ends it after the first round, whatever it returns.
        ends = [s for s in statements(self.draft.tree) if isinstance(s.node, ast.Return)]
        aside = {s.line for s in behind(self.trials.evidence, self.draft.tree)}
        late = [s for s in ends if part_of(self.trials.evidence, s) == "backward" or s.line in aside]
        early = [s for s in late if s.in_loop and s not in suspects]
        yield from unreached(self.draft, ends)
        yield from moves(self.draft, suspects)
        yield from read_unfinished(self.draft, suspects)
        yield from indentations(self.draft, (*suspects, *early))

    def _blocks(
        self, claim: Claim, suspects: Sequence[Suspect]
    ) -> Iterator[tuple[Suspect, Scope, str, BlockBench]]:
        usable = [p for p in self.at if self.trials.usable(claim, p)]
        for suspect in suspects:
            if self.late():
                return
            scope = self.scope(suspect)
            bench = self.block_bench(suspect, scope, claim) if scope.first else None
            if bench is not None:
                source = self.draft.source
                text = source.segment(source.span_of(suspect.node))
                # A bench that does not even see the mistake (the slip is elsewhere) judges nothing.
                if bench.judge(text).right:
                    continue
                # `dA` that is changed later is right where it is the gradient of `A` as it stands.
                name = target_name(suspect.node)
                known = [] if suspect.own or not name else own_gradients(self.trials.evidence, name, usable)
                sound = bool(known) and makes_one_of(bench, text, name, known)
                yield replace(suspect, shared=suspect.shared or sound), scope, text, bench

    def by_block(
        self, claim: Claim, suspects: Sequence[Suspect], base: Outcome, wanted: frozenset[str]
    ) -> Iterator[Fix]:
        """One slip in a statement of the same block, judged by running the block from there."""
        for suspect, scope, text, bench in self._blocks(claim, suspects):
            searcher = Searcher(self.material(suspect, scope), min(0.4, self.allowance.left()))
            right, _ = searcher.singles(text, bench.judge)
            # Few of each line, for the line that is executed first may be the last that is tried.
            for solution in right[:MOST_OF_BLOCK]:
                yield self.fix(suspect, scope, solution)

    def by_scaling(
        self, claim: Claim, suspects: Sequence[Suspect], base: Outcome, wanted: frozenset[str]
    ) -> Iterator[Fix]:
        """`g /= N`, missing behind a line that changes `g` in place: all entries are N times as large.

        So may be `g *= weight[:, None]`, where the rows are off by the entries of an array.
        """
        ratio = ratio_of(claim)
        for suspect in suspects:
            name = target_name(suspect.node)
            in_place = isinstance(suspect.node, ast.AugAssign) or (
                isinstance(suspect.node, ast.Assign) and isinstance(suspect.node.targets[0], ast.Subscript)
            )
            if not (suspect.own and name and in_place) or suspect.in_loop:
                continue
            scope = self.scope(suspect)
            material = self.material(suspect, scope)
            found = scaled_by(ratio, material) if ratio else self._scalings(claim, scope, material)
            for factor, symbol in found:
                # A quotient of two quantities stands there for something else, unless nothing does.
                cost = 1.3 if factor.replace(".", "").isidentifier() or "(" not in factor[:1] else FAR_SCALED
                slip = Slip("constant" if ratio else "factor", name, f"{name} {symbol} {factor}", 0, cost)
                more = self.draft.with_more(suspect.node, f"{name} {symbol}= {factor}")
                yield self.fix(suspect, scope, Solution(more, (slip,)))

    def _scalings(self, claim: Claim, scope: Scope, material: Material) -> Iterator[tuple[str, str]]:
        """Quantities by which the entries of a gradient are off, each with the operator that undoes it."""
        for p in self.at[:1]:
            got, want = as_array(claim.values[p]), as_array(self.trials.wanted(claim, p))
            if not self.trials.usable(claim, p) or got is None or want is None or got.shape != want.shape:
                continue
            table = Table(Bench([scope.first], [want], scope.shared), material)
            for symbol, ratio in ratios(got, want):
                said = itertools.islice(missing_factors(ratio, table), MOST_SCALINGS)
                yield from ((as_factor(factor) if symbol == "/" else factor, symbol) for factor, _ in said)

    def by_common_factor(
        self, claim: Claim, suspects: Sequence[Suspect], base: Outcome, wanted: frozenset[str]
    ) -> Iterator[Fix]:
        """A factor too many in a line that several gradients come from, each of which has it once more.

        `dZ = (A - Y) / m` is the true gradient, but no line behind it is meant for that.
        """
        ratios = [ratio_of(c) for c in self.trials.finals if c.name in base.wrong]
        if claim.role != "final" or len(ratios) < 2 or not ratios[0] or any(r != ratios[0] for r in ratios):
            return
        shared = [(s, 0) for s in suspects if s.right and not s.in_loop]
        yield from self._tried(shared, base, wanted, frozenset(("drop-factor", "constant")))

    def by_meaning(
        self, claim: Claim, suspects: Sequence[Suspect], base: Outcome, wanted: frozenset[str]
    ) -> Iterator[Fix]:
        """An earlier statement that should have made a true gradient, anew or with a part more."""
        for suspect, scope, _, bench, meaning in self.misled(claim, suspects):
            found = value_bench(bench, suspect, target_name(suspect.node), meaning)
            if found is None:
                continue
            value, own = found
            old = self.draft.source.segment(self.draft.source.span_of(value))
            material = self.material(suspect, scope)
            answers = [*differences(old, own, material), *compositions(old, own, material)]
            for solution in sorted(answers, key=lambda s: s.cost)[:MOST_OF_ONE]:
                yield self.fix(suspect, scope, self.whole(suspect, value, solution), len(own.wants))

    def misled(
        self, claim: Claim, suspects: Sequence[Suspect]
    ) -> Iterator[tuple[Suspect, Scope, str, BlockBench, Meaning]]:
        """Earlier statements of the block that are wrong while the lines behind them are right."""
        for suspect, scope, text, bench in self._blocks(claim, [s for s in suspects if not s.own]):
            at = [p for p in self.at if self.trials.usable(claim, p)]
            meanings = true_gradients(self.trials.evidence, at)
            name = target_name(suspect.node)
            found = list(meanings_of(bench, text, name, meanings)) if name else []
            for meaning in found:
                yield suspect, scope, text, bench, meaning
            if suspect.right and found:
                # What is missing is missing behind the last line that is right.
                return

    def by_block_pairs(
        self, claim: Claim, suspects: Sequence[Suspect], base: Outcome, wanted: frozenset[str]
    ) -> Iterator[Fix]:
        """Two slips in a statement of the same block."""
        for suspect, scope, text, bench in self._blocks(claim, suspects):
            searcher = Searcher(self.material(suspect, scope), 0.5)
            now = bench.judge(text)
            _, near = searcher.singles(text, bench.judge)
            for solution in searcher.pairs(near, bench.judge, now.progress)[:MOST_OF_ONE]:
                yield self.fix(suspect, scope, solution)

    def by_contributions(
        self, claim: Claim, suspects: Sequence[Suspect], base: Outcome, wanted: frozenset[str]
    ) -> Iterator[Fix]:
        """One slip in each of two statements that fill the gradient."""
        own = [s for s in suspects if s.own and s.block and not isinstance(s.node, ast.Return)]
        blocks = list(self._blocks(claim, own if len(own) > 1 else []))
        if len(blocks) < 2:
            return
        parts = [
            contribution(k, text, bench, self.material(suspect, scope))
            for k, (suspect, scope, text, bench) in enumerate(blocks)
        ]
        _, _, text, bench = blocks[0]
        now, want = vector(next(iter(bench.ends(text)), None)), vector(bench.wants[0])
        if now is None or want is None or now.shape != want.shape:
            return
        for pair in itertools.islice(pairs([p for p in parts if p is not None], want - now), MOST_OF_ONE):
            edits = [(*blocks[place][:2], variant) for place, variant in pair]
            yield self.together(sorted(edits, key=lambda edit: edit[0].line))

    def by_pairs_of_trials(
        self, claim: Claim, suspects: Sequence[Suspect], base: Outcome, wanted: frozenset[str]
    ) -> Iterator[Fix]:
        """Two slips in one statement, judged by running; a first one must bring entries closer."""
        before = self.trials.run(self.draft, full=False).progress
        for suspect in suspects:
            if rest_of_block(self.draft, suspect, claim.line) is not None:
                continue
            near: list[tuple[float, Fix]] = []
            for fix in self._trial_variants(suspect):
                score = self.trials.judge(fix.draft, base, wanted)
                if score.right:
                    yield fix
                near.append((score.progress, fix))
            near.sort(key=lambda item: (-item[0], item[1].cost))
            for progress, first in near[:40]:
                if self.late():
                    return
                if progress < before:
                    break
                material = self.material(suspect, first.scope)
                for variant in variants(first.solution.text, material):
                    if self.late():
                        return
                    solution = Solution(variant.text, (*first.solution.slips, variant.slip))
                    fix = self.fix(suspect, first.scope, solution)
                    if self.trials.judge(fix.draft, base, wanted).right:
                        yield fix
                        return

    def by_terms(
        self, claim: Claim, suspects: Sequence[Suspect], base: Outcome, wanted: frozenset[str]
    ) -> Iterator[Fix]:
        """Slopes that several terms of one sum lack, each its own."""
        for suspect, scope, value, bench in self._own(claim, suspects):
            text = self.draft.source.segment(self.draft.source.span_of(value))
            for solution in termwise(text, bench, self.material(suspect, scope)):
                yield self.fix(suspect, scope, self.whole(suspect, value, solution), len(bench.wants))

    def by_pairs(
        self, claim: Claim, suspects: Sequence[Suspect], base: Outcome, wanted: frozenset[str]
    ) -> Iterator[Fix]:
        """Two slips in one expression."""
        for suspect, scope, value, bench in self._own(claim, suspects):
            searcher = Searcher(self.material(suspect, scope), min(0.5, self.deadline - time.process_time()))
            text = self.draft.source.segment(self.draft.source.span_of(value))
            for solution in searcher.expression(text, bench, deep=True):
                if solution.slips:
                    yield self.fix(suspect, scope, self.whole(suspect, value, solution), len(bench.wants))

    def _own(
        self, claim: Claim, suspects: Sequence[Suspect], in_time: bool = True
    ) -> Iterator[tuple[Suspect, Scope, ast.expr, Bench]]:
        for suspect in suspects:
            if suspect.own and not (in_time and self.late()):
                scope = self.scope(suspect)
                found = self.bench(suspect, scope, claim) if scope.first else None
                if found is not None:
                    yield suspect, scope, *found

    def by_alignment(self, claim: Claim, suspects: Sequence[Suspect]) -> Iterator[Fix]:
        """The whole value anew: the derivative, in the names that are in scope."""
        for suspect, scope, value, bench in self._own(claim, suspects, in_time=False):
            # A line that reads a gradient off an object computes nothing that could be written anew.
            if isinstance(suspect.node, ast.AugAssign) or read_off(value):
                continue
            old = self.draft.source.segment(self.draft.source.span_of(value))
            for derived in derived_texts(self.trials.evidence, claim, scope, self.at[0], bench.wants[0]):
                text = next((s for s in spellings(derived) if bench.judge(s).right), "")
                if text:
                    slip = Slip("derived", old, text, 0, 2.2 + len(text) / 100)
                    if more := grown(old, text):
                        text, slip = more, Slip("term", old, more, 0, TERM)
                    solution = self.whole(suspect, value, Solution(text, (slip,)))
                    yield self.fix(suspect, scope, solution, len(bench.wants))
