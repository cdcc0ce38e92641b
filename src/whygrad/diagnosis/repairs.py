"""Repair one wrong gradient: search its statements for the edit after which running the program is right."""

from __future__ import annotations

import ast
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from whygrad.checking.evidence import Claim, Point, Value
from whygrad.checking.observing import follow
from whygrad.checking.programs import Program
from whygrad.checking.values import is_numeric, shape_of, vector
from whygrad.diagnosis.blocks import BlockBench, rest_of_block
from whygrad.diagnosis.drafts import Draft
from whygrad.diagnosis.fragments import Fragment
from whygrad.diagnosis.mutation import Material, variants
from whygrad.diagnosis.scopes import Scope, scope_of
from whygrad.diagnosis.search import SIMPLE, Bench, Searcher, numeric_leaves
from whygrad.diagnosis.inlining import Part, forward_parts, rewritten
from whygrad.diagnosis.moves import moves
from whygrad.diagnosis.slips import Slip, Solution
from whygrad.diagnosis.suspects import Suspect, backward_slice, helpers
from whygrad.diagnosis.synthesis import compositions
from whygrad.diagnosis.trials import Outcome, Trials
from whygrad.source import Span

SEARCH_POINTS = 3
MOST_QUANTITIES = 40
MOST_KEPT, MOST_OF_ONE = 12, 4


@dataclass(frozen=True, eq=False)
class Fix:
    """An edit of one statement that was run and found right."""

    before: Draft
    draft: Draft
    suspect: Suspect
    span: Span
    text: str
    """The statement as it stood in `before`."""
    solution: Solution
    scope: Scope
    rivals: tuple[Fix, ...] = ()
    points: int = 0
    gained: int = 1
    """How many wrong gradients became right."""

    @property
    def cost(self) -> float:
        return self.solution.cost

    @property
    def worth(self) -> float:
        """Cost, less where one edit makes several gradients right."""
        return self.cost - 0.5 * (self.gained - 1)

    @property
    def line(self) -> int:
        return self.before.original_line(self.span.line)


@dataclass(eq=False)
class Repairer:
    """Repairs claims of one evidence, one after the other; `draft` is the text with the repairs so far."""

    trials: Trials
    draft: Draft
    deadline: float
    scopes: dict[tuple[str, int, int], Scope] = field(default_factory=dict)
    inlined: list[Part] | None = None
    at: list[int] = field(default_factory=list)
    """The points at which candidates are judged quickly."""

    @property
    def program(self) -> Program:
        return self.trials.evidence.program.with_text(self.draft.text)

    def late(self) -> bool:
        return time.process_time() > self.deadline

    def search_points(self, claim: Claim) -> list[int]:
        """A few points for quick judging; those where the claim is wrong come first."""
        points, agreed = self.trials.points(), claim.agreements
        wrong = [p for p in points if p < len(agreed) and agreed[p] is False]
        return [*wrong[: SEARCH_POINTS - 1], *[p for p in points if p not in wrong[: SEARCH_POINTS - 1]]][
            :SEARCH_POINTS
        ]

    def scope(self, suspect: Suspect) -> Scope:
        key = (self.draft.text, suspect.node.lineno, suspect.node.col_offset)
        if key not in self.scopes:
            points = [self.trials.evidence.points[p] for p in self.at]
            self.scopes[key] = scope_of(self.program, suspect.node, points)
        return self.scopes[key]

    def material(self, suspect: Suspect, scope: Scope) -> Material:
        """What candidates for a statement may be made of."""
        values = scope.quantities()
        library = "np" if any(isinstance(v, np.ndarray) for v in scope.first.values()) else "math"
        if library == "math":
            values = dict(numeric_leaves(values))
        values |= self.forward_expressions(scope)
        near = [n.id for n in ast.walk(suspect.node) if isinstance(n, ast.Name)]
        if len(values) > MOST_QUANTITIES:
            ranked = sorted(values, key=lambda n: (n not in near, n not in scope.local))
            values = {name: values[name] for name in ranked[:MOST_QUANTITIES]}
        claims = self.trials.evidence.claims
        names = frozenset(c.name for c in claims)
        assigned = tuple(c.name for c in claims if c.name in scope.first or c.verdict != "right")
        return Material.of(values, functions=_functions(scope, self.draft.tree), library=library,
                           gradients=names, targets=assigned)  # fmt: skip

    def forward_expressions(self, scope: Scope) -> dict[str, Value]:
        """What the forward pass computes but does not keep, in names that are in scope here.

        `1 / (1 + np.exp(-x))` is `1 / (1 + np.exp(-self.x))` where only `self.x` was kept.
        """
        if self.inlined is None:
            self.inlined = forward_parts(self.trials.evidence, self.draft, self.at)
        return rewritten(self.inlined, scope)

    def bench(self, suspect: Suspect, scope: Scope, claim: Claim) -> tuple[ast.expr, Bench] | None:
        """The expression whose value is known to be wanted, with a bench; None where only running tells."""
        node, trials = suspect.node, self.trials
        if not suspect.own or not all(len(kept) == 1 for kept in scope.environments):
            return None
        if isinstance(node, ast.Assign) and len(node.targets) == 1:
            target: ast.expr = node.targets[0]
        elif isinstance(node, ast.AugAssign) and isinstance(node.op, ast.Add | ast.Sub):
            target = node.target
        else:
            return None
        if ast.unparse(target) != claim.name or claim.line not in _lines(node):
            return None
        wants: list[Value] = []
        environments: list[Mapping[str, Value]] = []
        for p, kept in zip(self.at, scope.environments, strict=False):
            if not trials.usable(claim, p):
                continue
            want = claim.truth[p]
            if isinstance(node, ast.AugAssign):
                want = _remaining(want, claim.name, kept[0], -1 if isinstance(node.op, ast.Sub) else 1)
            if want is None:
                return None
            wants.append(want)
            environments.append(kept[0])
        value = node.value
        return (value, Bench(environments, wants, scope.shared)) if wants and value is not None else None

    def repair(self, claim: Claim) -> Fix | None:
        """The likeliest confirmed edit for a wrong claim, its rivals with it; None where none was found."""
        base = self.trials.run(self.draft)
        if claim.role == "final" and claim.name in base.right:
            return None
        wanted = frozenset({claim.name}) if claim.role == "final" else frozenset()
        self.at, self.scopes, self.inlined = self.search_points(claim), {}, None
        suspects = backward_slice(self.trials.evidence, self.draft.tree, claim)
        stages = (
            self.by_moving, self.by_value, self.by_block, self.by_trial, self.by_synthesis, self.by_helpers,
            self.by_pairs, self.by_block_pairs, self.by_pairs_of_trials,
        )  # fmt: skip
        found: list[Fix] = []
        for stage in stages:
            found += self.confirmed(stage(claim, suspects, base, wanted), base, wanted, claim)
            # What the line itself says may be the fault of a helper above it, so both are looked at.
            if found and stage not in (self.by_value, self.by_moving):
                break
        return self.chosen(found)

    def chosen(self, found: Sequence[Fix]) -> Fix | None:
        """Cheapest first; of equally cheap ones the one that is executed first."""
        if not found:
            return None
        cheapest = min(fix.worth for fix in found)
        ranked = sorted(
            found,
            key=lambda fix: (fix.worth > cheapest + 0.12, fix.suspect.line, fix.worth, len(fix.draft.text)),
        )
        best = ranked[0]
        rivals: dict[str, Fix] = {}
        for fix in ranked[1:]:
            if fix.draft.text != best.draft.text and fix.cost <= best.cost + 0.5:
                rivals.setdefault(fix.draft.text, fix)
        return replace(best, rivals=tuple(rivals.values())[:3])

    def confirmed(
        self, candidates: Iterator[Fix], base: Outcome, wanted: frozenset[str], claim: Claim
    ) -> list[Fix]:
        """Those candidates after which the program is right where it should be."""
        kept: list[Fix] = []
        for fix in candidates:
            outcome = self.trials.run(fix.draft)
            known = claim.role != "final" and outcome.right >= base.right and "*" not in outcome.wrong
            if self.trials.better(outcome, base, wanted) or (known and fix.suspect.own and fix.points):
                gained = len(outcome.right - base.right)
                kept.append(replace(fix, points=outcome.points, gained=gained))
            if len(kept) >= MOST_KEPT:
                break
        return kept

    def fix(self, suspect: Suspect, scope: Scope, solution: Solution, points: int = 0) -> Fix:
        span = self.draft.source.span_of(suspect.node)
        text = self.draft.source.segment(span)
        return Fix(self.draft, self.draft.replaced(span, solution.text), suspect, span, text, solution, scope,
                   (), points)  # fmt: skip

    def whole(self, suspect: Suspect, value: ast.expr, solution: Solution) -> Solution:
        """A solution for the value of a statement as one for the statement."""
        source = self.draft.source
        text = source.segment(source.span_of(suspect.node))
        part = source.segment(source.span_of(value))
        at = text.index(part, text.index("=")) if "=" in text.split(part)[0] else text.rindex(part)
        fragment = Fragment(text)
        assert fragment.value is not None
        at = fragment.extent(fragment.value)[0]
        slips = tuple(Slip(s.kind, s.old, s.new, s.start + at, s.cost) for s in solution.slips)
        return Solution(text[:at] + solution.text + text[at + len(part) :], slips)

    def _own(
        self, claim: Claim, suspects: Sequence[Suspect]
    ) -> Iterator[tuple[Suspect, Scope, ast.expr, Bench]]:
        for suspect in suspects:
            if suspect.own and not self.late():
                scope = self.scope(suspect)
                found = self.bench(suspect, scope, claim) if scope.first else None
                if found is not None:
                    yield suspect, scope, *found

    def by_value(
        self, claim: Claim, suspects: Sequence[Suspect], base: Outcome, wanted: frozenset[str]
    ) -> Iterator[Fix]:
        """One slip, or one for each entry of a list, judged by the value that is wanted."""
        for suspect, scope, value, bench in self._own(claim, suspects):
            searcher = Searcher(self.material(suspect, scope), 0.5)
            text = self.draft.source.segment(self.draft.source.span_of(value))
            for solution in searcher.expression(text, bench, deep=False):
                if solution.slips:
                    yield self.fix(suspect, scope, self.whole(suspect, value, solution), len(bench.wants))

    def block_bench(self, suspect: Suspect, scope: Scope, claim: Claim) -> BlockBench | None:
        """A bench that runs a statement and those after it; None where only running the program tells."""
        rest = rest_of_block(self.draft, suspect, claim.line)
        if rest is None or not all(len(kept) == 1 for kept in scope.environments):
            return None
        chosen = [k for k, p in enumerate(self.at) if self.trials.usable(claim, p)]
        if not chosen or isinstance(suspect.node, ast.Return):
            return None
        environments = [scope.environments[k][0] for k in chosen]
        wants = [claim.truth[self.at[k]] for k in chosen]
        return BlockBench(environments, wants, claim.name, rest, scope.shared)

    def _blocks(
        self, claim: Claim, suspects: Sequence[Suspect]
    ) -> Iterator[tuple[Suspect, Scope, str, BlockBench]]:
        for suspect in suspects:
            if self.late():
                return
            scope = self.scope(suspect)
            bench = self.block_bench(suspect, scope, claim) if scope.first else None
            if bench is not None:
                source = self.draft.source
                text = source.segment(source.span_of(suspect.node))
                # A bench that does not even see the mistake (the slip is elsewhere) judges nothing.
                if not bench.judge(text).right:
                    yield suspect, scope, text, bench

    def by_block(
        self, claim: Claim, suspects: Sequence[Suspect], base: Outcome, wanted: frozenset[str]
    ) -> Iterator[Fix]:
        """One slip in a statement of the same block, judged by running the block from there."""
        for suspect, scope, text, bench in self._blocks(claim, suspects):
            searcher = Searcher(self.material(suspect, scope), 0.4)
            right, _ = searcher.singles(text, bench.judge)
            for solution in right[:MOST_OF_ONE]:
                yield self.fix(suspect, scope, solution)

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

    def by_moving(
        self, claim: Claim, suspects: Sequence[Suspect], base: Outcome, wanted: frozenset[str]
    ) -> Iterator[Fix]:
        """A statement that changes a value of the forward pass, moved behind the lines that still need it."""
        for moved in moves(self.draft, suspects):
            fix = Fix(self.draft, moved.draft, moved.suspect, moved.span, moved.text, moved.solution, Scope())
            if not self.late() and self.trials.judge(fix.draft, base, wanted).right:
                yield replace(fix, scope=self.scope(moved.suspect))

    def by_synthesis(
        self, claim: Claim, suspects: Sequence[Suspect], base: Outcome, wanted: frozenset[str]
    ) -> Iterator[Fix]:
        """A missing factor or term, or the whole value, put together from quantities in scope."""
        for suspect, scope, value, bench in self._own(claim, suspects):
            text = self.draft.source.segment(self.draft.source.span_of(value))
            for solution in compositions(text, bench, self.material(suspect, scope)):
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

    def by_trial(
        self, claim: Claim, suspects: Sequence[Suspect], base: Outcome, wanted: frozenset[str]
    ) -> Iterator[Fix]:
        """One slip in any statement that takes part, judged by running the program."""
        unseen = [s for s in suspects if rest_of_block(self.draft, s, claim.line) is None]
        for cost_limit in (1.12, SIMPLE):
            hit = False
            for suspect in unseen:
                count = 0
                for fix in self._trial_variants(suspect, cost_limit):
                    if self.trials.judge(fix.draft, base, wanted).right:
                        hit, count = True, count + 1
                        yield fix
                    if count >= MOST_OF_ONE:
                        break
            if hit or self.late():
                return

    def by_helpers(
        self, claim: Claim, suspects: Sequence[Suspect], base: Outcome, wanted: frozenset[str]
    ) -> Iterator[Fix]:
        """One slip in a function that both parts may call: an engine's rule, a slope."""
        outside = helpers(self.trials.evidence, self.draft.tree)
        yield from self.by_trial(claim, outside, base, wanted)

    def _trial_variants(self, suspect: Suspect, cost_limit: float) -> Iterator[Fix]:
        if self.late():
            return
        scope = self.scope(suspect)
        if not scope.first:
            return
        span = self.draft.source.span_of(suspect.node)
        text = self.draft.source.segment(span)
        floor = 0.0 if cost_limit < SIMPLE else 1.12
        for variant in variants(text, self.material(suspect, scope)):
            if self.late():
                return
            if floor <= variant.slip.cost < cost_limit or (floor and variant.slip.cost == cost_limit):
                yield self.fix(suspect, scope, Solution(variant.text, (variant.slip,)))

    def by_pairs_of_trials(
        self, claim: Claim, suspects: Sequence[Suspect], base: Outcome, wanted: frozenset[str]
    ) -> Iterator[Fix]:
        """Two slips in one statement, judged by running; the first one is kept where it brings entries closer."""
        before = self.trials.run(self.draft, full=False).progress
        for suspect in suspects:
            if rest_of_block(self.draft, suspect, claim.line) is not None:
                continue
            near: list[tuple[float, Fix]] = []
            for fix in self._trial_variants(suspect, SIMPLE):
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


def _lines(node: ast.stmt) -> range:
    return range(node.lineno, (node.end_lineno or node.lineno) + 1)


def _remaining(want: Value, name: str, environment: Mapping[str, Value], sign: int) -> Value:
    """What an augmented assignment still has to add."""
    try:
        before = follow(name, environment)
    except (LookupError, SyntaxError):
        return None
    numbers, wanted = vector(before), vector(want)
    if numbers is None or wanted is None or shape_of(before) != shape_of(want):
        return None
    return sign * (np.asarray(want, dtype=float) - np.asarray(before, dtype=float))


def _functions(scope: Scope, tree: ast.Module) -> tuple[str, ...]:
    """The user's functions of one argument, then library functions that the text calls."""
    own = [
        name
        for name, value in scope.shared.items()
        if getattr(getattr(value, "__code__", None), "co_argcount", 0) == 1 and not name.startswith("__")
    ]
    called = [ast.unparse(n.func) for n in ast.walk(tree) if isinstance(n, ast.Call) and len(n.args) == 1]
    library = [c for c in dict.fromkeys(called) if c.startswith(("np.", "math.")) and c.count(".") == 1]
    wanted = {"exp", "tanh", "sqrt", "log", "abs", "sign", "cos", "sin", "diag", "square"}
    chosen = [c for c in library if c.split(".")[1] in wanted]
    return tuple(n for n in own if not _is_numeric_free(scope, n))[:5] + tuple(chosen[:4])


def _is_numeric_free(scope: Scope, name: str) -> bool:
    """Functions that make inputs or print are no part of a formula."""
    return is_numeric(scope.shared.get(name)) or name.startswith(("make_", "main"))
