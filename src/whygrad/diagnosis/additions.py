"""Candidates that add what no line has: a penalty's term before a `return`, what a round should add."""

from __future__ import annotations

import ast
import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from whygrad.checking.evidence import Claim, Value
from whygrad.checking.values import shape_of
from whygrad.diagnosis.accumulations import at_hand, contributions, entries, picks, places, valued, windows
from whygrad.diagnosis.differences import multiples
from whygrad.diagnosis.lacking import lacking
from whygrad.diagnosis.looping import (
    conditions_of,
    handed_on,
    headers,
    never_taken,
    renamed,
    rounds_around,
    taking,
    waiting,
)
from whygrad.diagnosis.mutation import Material
from whygrad.diagnosis.recurrence import is_known_by_round
from whygrad.diagnosis.scopes import Scope, scope_of
from whygrad.diagnosis.search import Bench
from whygrad.diagnosis.slips import Slip, Solution, Variant
from whygrad.diagnosis.suspects import Suspect, part_of, reads, statements, targets
from whygrad.diagnosis.trials import Outcome
from whygrad.diagnosis.workbench import Fix, Workbench
from whygrad.emission.leaves import names_read

MOST_LACKING = 12
Ways = Callable[[str, Material], Iterator[Variant]]
"""What a part of a statement may have been meant to be."""
"""Missing statements that are run."""


@dataclass(eq=False)
class Additions(Workbench):
    """Ways of searching for what is missing rather than wrong."""

    def by_addition(
        self, claim: Claim, suspects: Sequence[Suspect], base: Outcome, wanted: frozenset[str]
    ) -> Iterator[Fix]:
        """A term that no line has, such as a penalty's, added before a function returns the gradient."""
        own = [s for s in suspects if s.own]
        if not claim.name.isidentifier() or not own or not own[0].function:
            return
        rescaled = list(self._rescaled(claim, own))
        yield from rescaled
        for suspect, scope, bench in () if rescaled else self.ends(claim, own):
            if self.late():
                return
            for term in multiples(claim.name, bench, self.material(suspect, scope)):
                if len(own) == 1 and self._is_plain(own[0], claim):
                    value = own[0].node.value  # type: ignore[attr-defined]
                    text = self.draft.source.segment(self.draft.source.span_of(value))
                    slip = Slip("term", text, f"{text} + {term}", 0, 1.4)
                    solution = self.whole(own[0], value, Solution(slip.new, (slip,)))
                    yield self.fix(own[0], self.scope(own[0]), solution, len(bench.wants))
                    continue
                line = f"{claim.name} += {term}"
                more = self.draft.with_more(suspect.node, line, before=True)
                slip = Slip("term", "", term, 0, 1.4)
                yield self.fix(suspect, scope, Solution(more, (slip,)), len(bench.wants))

    def ends(self, claim: Claim, own: Sequence[Suspect]) -> Iterator[tuple[Suspect, Scope, Bench]]:
        """The `return` behind the lines of a gradient, with what should have been made there."""
        found = [s for s in statements(self.draft.tree) if s.function == own[0].function and not s.in_loop]
        found = [s for s in found if isinstance(s.node, ast.Return) and s.line > claim.line]
        for suspect in found[-1:]:
            scope = self.scope(suspect)
            known = [
                (kept[0], self.trials.wanted(claim, p))
                for p, kept in zip(self.at, scope.environments, strict=False)
                if len(kept) == 1 and self.trials.usable(claim, p)
            ]
            if known:
                yield suspect, scope, Bench([e for e, _ in known], [w for _, w in known], scope.shared)

    def _rescaled(self, claim: Claim, own: Sequence[Suspect]) -> Iterator[Fix]:
        """What is added already, as another multiple of a quantity: `dW += W` for `dW += 2 * reg * W`."""
        for suspect in own:
            if not isinstance(suspect.node, ast.AugAssign) or suspect.in_loop or self.late():
                continue
            scope = self.scope(suspect)
            found = self.bench(suspect, scope, claim) if scope.first else None
            if found is not None:
                text = self.draft.source.segment(self.draft.source.span_of(found[0]))
                for term in multiples(f"0 * ({text})", found[1], self.material(suspect, scope)):
                    solution = self.whole(
                        suspect, found[0], Solution(term, (Slip("factor", text, term, 0, 1.3),))
                    )
                    yield self.fix(suspect, scope, solution, len(found[1].wants))

    @staticmethod
    def _is_plain(suspect: Suspect, claim: Claim) -> bool:
        """Does one line, outside of loops, make the whole of a gradient, so that a term belongs there?"""
        node = suspect.node
        whole = isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == claim.name
        loose = isinstance(getattr(node, "value", None), ast.IfExp | ast.Lambda | ast.Compare | ast.BoolOp)
        return whole and not loose and not suspect.in_loop

    def by_accumulation(
        self, claim: Claim, suspects: Sequence[Suspect], base: Outcome, wanted: frozenset[str]
    ) -> Iterator[Fix]:
        """What a round of a loop should add to a gradient, in place of what it adds or beside it."""
        known = is_known_by_round(claim, self.trials.evidence.statements)
        if known or not claim.name.replace(".", "").isidentifier():
            return
        for suspect in suspects:
            node = suspect.node
            if suspect.own and suspect.in_loop and isinstance(node, ast.AugAssign) and not self.late():
                scope = self.scope(suspect)
                old, (slot, values) = ast.unparse(node.value), self._at_hand(suspect, scope, claim)
                head = self.draft.source.segment(self.draft.source.span_of(node)).partition("=")[0]
                target = slot(ast.unparse(node.target))
                for text in contributions(values, shape_of(target), old) if target is not None else ():
                    slip = Slip("name", old, text, 0, 1.6)
                    if self.late():
                        return
                    fix = self.fix(suspect, scope, Solution(f"{head}= {text}", (slip,)))
                    if self.trials.judge(fix.draft, base, wanted).right:
                        yield fix
        for last, scope, line in self._added(claim):
            if self.late():
                return
            more = self.draft.with_more(last.node, line)
            fix = self.fix(last, scope, Solution(more, (Slip("term", "", line, 0, 1.6),)))
            if self.trials.judge(fix.draft, base, wanted).right:
                yield fix
                return

    def by_lacking(
        self, claim: Claim, suspects: Sequence[Suspect], base: Outcome, wanted: frozenset[str]
    ) -> Iterator[Fix]:
        """A statement that is missing behind the last line of a gradient: a change of some entries."""
        own = [
            s for s in suspects if s.own and not s.in_loop and isinstance(s.node, ast.Assign | ast.AugAssign)
        ]
        if not own or self.late() or not claim.name.replace(".", "").isidentifier():
            return
        last = max(own, key=lambda s: s.line)
        scope = self._behind(last, len(self.at))
        samples = [
            (kept[0], self.trials.wanted(claim, p))
            for p, kept in zip(self.at, scope.environments, strict=False)
            if len(kept) == 1 and self.trials.usable(claim, p)
        ]
        if not samples:
            return
        bench = Bench([e for e, _ in samples], [w for _, w in samples], scope.shared)
        found = lacking(claim.name, self.draft.tree, bench, self.material(last, scope))
        for line, slip in itertools.islice(found, MOST_LACKING):
            yield self.fix(last, scope, Solution(self.draft.with_more(last.node, line), (slip,)))

    def _added(self, claim: Claim) -> list[tuple[Suspect, Scope, str]]:
        """Lines that may be missing at the end of a round: plain ones in likely places first."""
        everything = list(statements(self.draft.tree))
        inside = [s for s in everything if s.in_loop and part_of(self.trials.evidence, s) == "backward"]
        filled = {c.name for c in self.trials.finals}
        # Beside what adds to another gradient, or else at the end of the round.
        adding = [s for s in inside if isinstance(s.node, ast.AugAssign) and targets(s.node) & filled]
        beside = list({id(s.block[0]): s for s in adding}.values())
        ends = [s for s in inside if s.node is s.block[-1] and s not in beside]
        found: list[tuple[int, Suspect, Scope, str]] = []
        for depth, last in enumerate(sorted([*beside, *ends], key=lambda s: -len(s.loops))):
            scope = self._behind(last)
            integers = [n for n in last.loops if isinstance(scope.first.get(n), int | np.integer)]
            slot, values = self._at_hand(last, scope, claim)
            round_ = (s.node for s in everything if s.in_loop and s.function == last.function)
            integers += [text for text in picks(round_) if isinstance(slot(text), int | np.integer)]
            keys = windows(claim.of, (*last.block, *self._forward_loops()))
            for far, place in enumerate(places(claim.name, last.block, integers, keys)):
                target = slot(place)
                texts = contributions(values, shape_of(target)) if target is not None else []
                for rank, text in enumerate(texts):
                    cost = rank + 3 * far + 6 * depth
                    found += [(cost, last, scope, f"{place} += {text}")]
                    found += [(cost + 3, last, scope, f"{place} -= {text}")]
        return [(last, scope, line) for _, last, scope, line in sorted(found, key=lambda item: item[0])]

    def _forward_loops(self) -> list[ast.stmt]:
        """Statements of the rounds of the forward pass."""
        inside = (s for s in statements(self.draft.tree) if s.in_loop)
        return [s.node for s in inside if part_of(self.trials.evidence, s) == "forward"]

    def _at_hand(
        self, suspect: Suspect, scope: Scope, claim: Claim
    ) -> tuple[Callable[[str], Value], dict[str, Value]]:
        """Quantities of a round: what its statements read, and what the loops of the forward pass do."""
        loops = self._forward_loops()
        space = {**scope.shared, **scope.first}
        added = (targets(s) for s in suspect.block if isinstance(s, ast.AugAssign))
        filled = {claim.name}.union(*added)
        texts = [
            t for t in at_hand(suspect.block, loops, set(space)) if not reads(ast.parse(t).body[0]) & filled
        ]
        rounds = [n for n in suspect.loops if isinstance(scope.first.get(n), int | np.integer)]
        shapes = {n: shape_of(scope.first[n]) for n in scope.names() if n not in filled}
        pieces = entries(shapes, rounds)
        return lambda text: next(iter(valued([text], space).values()), None), valued([*texts, *pieces], space)

    def by_carry(
        self, claim: Claim, suspects: Sequence[Suspect], base: Outcome, wanted: frozenset[str]
    ) -> Iterator[Fix]:
        """What a round should hand to the next one: kept under a name that none reads, or taken by none."""
        everything = list(statements(self.draft.tree))
        for loop in rounds_around(suspects, self.draft.tree):
            inside = [s for s in everything if loop.lineno < s.line <= (loop.end_lineno or loop.lineno)]
            before = self.scope(replace(inside[0], node=loop)).first if inside else {}
            lost, untaken = waiting(loop, before), never_taken(loop, before)
            if not (lost or untaken) or self.late():
                continue
            last = max((s for s in inside if s.block and s.block[-1] is loop.body[-1]), key=lambda s: s.line)
            scope = self._behind(last).first
            handed = (self._handed(carries) for carries in handed_on(loop, lost, inside, scope))
            taken = (self._taken(s, name) for name in untaken for s in taking(loop, name, inside, scope))
            for fix in itertools.chain(handed, taken):
                if self.late():
                    return
                if fix is not None and self.trials.judge(fix.draft, base, wanted).right:
                    yield fix
                    break

    def _handed(self, carries: Sequence[tuple[Suspect, str, str]]) -> Fix | None:
        """Statements that keep their values under the names that the next round reads."""
        edits = []
        read = names_read(self.draft.tree)
        for suspect, name, carry in sorted(carries, key=lambda c: c[0].line):
            text = self.draft.source.segment(self.draft.source.span_of(suspect.node))
            variant = renamed(text, name, carry)
            if name in read:
                variant = Variant(self.draft.with_more(suspect.node, f"{carry} = {name}"), variant.slip)
            edits.append((suspect, self.scope(suspect), variant))
        return self.together(edits) if len({id(s) for s, _, _ in edits}) == len(edits) else None

    def _taken(self, suspect: Suspect, carry: str) -> Fix:
        """A statement that adds what the round before it has handed on."""
        value = suspect.node.value  # type: ignore[attr-defined]
        text = self.draft.source.segment(self.draft.source.span_of(value))
        slip = Slip("carry", text, f"{text} + {carry}", 0, 1.1)
        return self.fix(suspect, self.scope(suspect), self.whole(suspect, value, Solution(slip.new, (slip,))))

    def by_rounds(
        self, claim: Claim, suspects: Sequence[Suspect], base: Outcome, wanted: frozenset[str]
    ) -> Iterator[Fix]:
        """Other bounds of a loop that the gradient is made in, and other rounds that a part of it is for."""
        known = {s.line: s for s in suspects}
        for loop in rounds_around(suspects, self.draft.tree):
            inside = [
                s for line, s in known.items() if loop.lineno < line <= (loop.end_lineno or loop.lineno)
            ]
            conditions = [n for n in ast.walk(loop) if isinstance(n, ast.If)] if inside else []
            places: list[tuple[ast.stmt, ast.expr, Ways]] = [(n, n.test, conditions_of) for n in conditions]
            if isinstance(loop, ast.For) and inside:
                places.insert(0, (loop, loop.iter, headers))
            for node, part, ways in places:
                header = replace(inside[0], node=node, own=True)
                scope = self.scope(header)
                span = self.draft.source.span_of(part)
                text = self.draft.source.segment(span)
                for variant in ways(text, self.material(header, scope)) if scope.first else ():
                    if self.late():
                        return
                    draft = self.draft.replaced(span, variant.text)
                    if self.trials.judge(draft, base, wanted).right:
                        solution = Solution(variant.text, (variant.slip,))
                        yield Fix(self.draft, draft, header, span, text, solution, scope)

    def _behind(self, last: Suspect, points: int = 1) -> Scope:
        """What is in scope behind a statement, at some points."""
        span = self.draft.source.span_of(last.node)
        draft = self.draft.replaced(span, self.draft.with_more(last.node, "pass"))
        place = (last.node.end_lineno or last.node.lineno, last.node.end_col_offset or 0)
        found = [
            n for n in ast.walk(draft.tree) if isinstance(n, ast.Pass) and (n.lineno, n.col_offset) >= place
        ]
        found.sort(key=lambda n: (n.lineno, n.col_offset))
        at = [self.trials.evidence.points[p] for p in self.at[:points]]
        program = self.trials.evidence.program.with_text(draft.text)
        return scope_of(program, found[0], at) if found else Scope()
