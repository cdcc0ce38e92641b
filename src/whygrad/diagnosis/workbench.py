"""What is known at a statement that is searched: operands in scope, benches to judge candidates on."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np

from whygrad.checking.evidence import Claim, Value
from whygrad.checking.programs import Program
from whygrad.checking.values import is_numeric
from whygrad.diagnosis.allowance import Allowance
from whygrad.diagnosis.blocks import RETURNED, BlockBench, rest_of_block, rest_to_return
from whygrad.diagnosis.callees import taken, words
from whygrad.diagnosis.drafts import Draft
from whygrad.diagnosis.entries import operands_in_loop
from whygrad.diagnosis.inlining import Part, forward_parts, rewritten
from whygrad.diagnosis.mutation import Material
from whygrad.diagnosis.recurrence import bench_of_round, is_known_by_round
from whygrad.diagnosis.repeats import (
    Piece,
    bindings,
    divisors,
    phrases,
    pieces,
    shares,
    siblings,
    unused_names,
    written_numbers,
)
from whygrad.diagnosis.returned import returned_part
from whygrad.diagnosis.scopes import Scope, scope_of
from whygrad.diagnosis.search import SIMPLE, Bench, numeric_leaves
from whygrad.diagnosis.slips import Slip, Solution, Variant
from whygrad.diagnosis.suspects import Suspect, part_of, statements, takes_size, targets
from whygrad.diagnosis.trials import Trials
from whygrad.diagnosis.wants import operand, rounds, value_of
from whygrad.source import Span, tree_of

SEARCH_POINTS = 3
MOST_QUANTITIES = 40
MOST_OF_ONE = 4


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
    def is_plain(self) -> bool:
        """Is each of its slips a likely one?"""
        return all(slip.cost <= SIMPLE for slip in self.solution.slips)

    @property
    def worth(self) -> float:
        """Cost; less where several gradients become right, more where the line was right in itself.

        As it is where it only takes a size, `n = x.shape[0]`: `n - 1` is said where it is used.
        """
        other_size = all(slip.kind in ("index", "name") for slip in self.solution.slips)
        innocent = self.suspect.innocent or (takes_size(self.suspect.node) and not other_size)
        return self.cost - 0.5 * (self.gained - 1) + (0.3 if innocent else 0.0)

    @property
    def line(self) -> int:
        return self.before.original_line(self.span.line)


@dataclass(eq=False)
class Workbench:
    """The trials of one evidence, the text with the repairs so far (`draft`), and what is in scope where."""

    trials: Trials
    draft: Draft
    deadline: float
    scopes: dict[tuple[str, int, int], Scope] = field(default_factory=dict)
    pieces: dict[str, list[Piece]] = field(default_factory=dict)
    """Expressions of the forward pass, by the text that they are of."""
    inlined: list[Part] | None = None
    at: list[int] = field(default_factory=list)
    """The points at which candidates are judged quickly."""
    allowance: Allowance = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self.allowance = Allowance.until(self.deadline)

    @property
    def program(self) -> Program:
        return self.trials.evidence.program.with_text(self.draft.text)

    def late(self) -> bool:
        return self.allowance.is_spent()

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
        if suspect.function and not part_of(self.trials.evidence, suspect):
            # A rule of an engine, or a slope, is made of what its function has, whoever calls it.
            values = {n: v for n, v in values.items() if root_of(n) in scope.local}
        else:
            values |= self.forward_expressions(scope)
        if suspect.loops:
            values |= operands_in_loop(suspect, scope, self.draft.tree)
        near = [n.id for n in ast.walk(suspect.node) if isinstance(n, ast.Name)]
        claims = self.trials.evidence.claims
        if len(values) > MOST_QUANTITIES:
            # What is gathered over all rounds is no operand of a round.
            full = {c.name for c in claims if c.role == "final"} if suspect.loops else set()
            within = [n.id for s in suspect.block for n in ast.walk(s) if isinstance(n, ast.Name)]
            beside = {*within} if suspect.loops else set()

            def rank(name: str) -> tuple[bool, ...]:
                root = root_of(name)
                apart = not any(_are_twins(root, other) for other in beside)
                return name not in near, root in full, apart, root not in beside, root not in scope.local

            values = {name: values[name] for name in sorted(values, key=rank)[:MOST_QUANTITIES]}
        names = frozenset(c.name for c in claims)
        forward, known = self.forward_pieces(), {*scope.first, *scope.shared}
        # A variance says by its `ddof` what the backward pass divides by, whatever it was taken of.
        counted = (piece.text for piece in forward if "ddof" in piece.text)
        repeated = (*phrases(forward, known), *self.forward_expressions(scope), *counted)
        assigned = tuple(c.name for c in claims if c.name in scope.first or c.verdict != "right")
        return Material.of(
            values,
            functions=_functions(scope, self.draft.text),
            takes=taken(scope.shared, {n: v for n, v in scope.first.items() if hasattr(v, "__dict__")}),
            words=words(self.draft.text),
            library=library,
            gradients=names,
            targets=assigned,
            phrases=tuple(dict.fromkeys(repeated)),
            siblings=tuple(siblings(suspect.node, self.beside(suspect), known)),
            shares=tuple(shares(suspect.node, self.beside(suspect))),
            bindings=bindings(forward, known),
            divisors=tuple(divisors(forward, known)),
            unused=tuple(n for n in self.unused(suspect.function) if n in values),
            written=written_numbers(forward),
            in_loop=tuple(n for n in suspect.loops if n in scope.first),
        )

    def forward_pieces(self) -> list[Piece]:
        """Expressions of the forward pass of the present text."""
        if self.draft.text not in self.pieces:
            everything = statements(self.draft.tree)
            forward = (s.node for s in everything if part_of(self.trials.evidence, s) == "forward")
            self.pieces[self.draft.text] = pieces(forward)
        return self.pieces[self.draft.text]

    def beside(self, suspect: Suspect) -> list[ast.stmt]:
        """Statements of the same function, behind the forward pass."""
        everything = statements(self.draft.tree)
        same = [s for s in everything if s.function == suspect.function]
        return [s.node for s in same if part_of(self.trials.evidence, s) != "forward"]

    def unused(self, function: str) -> list[str]:
        """Names that a function takes and never reads; none at module level, where all is in sight."""
        return list(_unused(self.draft.text, function.rpartition(".")[2])) if function else []

    def forward_expressions(self, scope: Scope) -> dict[str, Value]:
        """What the forward pass computes but does not keep, in names that are in scope here.

        `1 / (1 + np.exp(-x))` is `1 / (1 + np.exp(-self.x))` where only `self.x` was kept.
        """
        if self.inlined is None:
            self.inlined = forward_parts(self.trials.evidence, self.draft, self.at)
        return rewritten(self.inlined, scope)

    def bench(self, suspect: Suspect, scope: Scope, claim: Claim) -> tuple[ast.expr, Bench] | None:
        """The expression whose value is known to be wanted, with a bench; None where only running tells."""
        node = suspect.node
        value = value_of(node, self.trials.evidence.program, claim) if suspect.own else None
        if value is None or claim.line not in _lines(node):
            return None
        wants: list[Value] = []
        environments: list[Mapping[str, Value]] = []
        for environment, want in self.samples(suspect, scope, claim):
            want = operand(node, claim.name, environment, scope.shared, want)
            if want is None:
                return None
            wants.append(want)
            environments.append(environment)
        spread = isinstance(node, ast.AugAssign) or _is_slot(node)
        return (value, Bench(environments, wants, scope.shared, spread)) if wants else None

    def samples(
        self, suspect: Suspect, scope: Scope, claim: Claim
    ) -> Iterator[tuple[Mapping[str, Value], Value]]:
        """What is in scope and what is wanted, for executions of which both are known."""
        here = [s for s in self.trials.evidence.statements if s.line == suspect.line]
        statement = next((s for s in here if claim.name in (*s.targets, *s.names)), None)
        for p, kept in zip(self.at, scope.environments, strict=False):
            if not self.trials.usable(claim, p):
                continue
            if len(kept) == 1:
                yield kept[0], self.trials.wanted(claim, p)
            elif statement is None or p >= len(statement.wanted):
                return
            elif claim.role == "final":
                # Every round fills a place of its own, and the first takes nothing over from another.
                if _is_slot(suspect.node) and kept:
                    yield kept[0], self.trials.wanted(claim, p)
            else:
                yield from rounds(statement, kept, p, claim.name)

    def fix(self, suspect: Suspect, scope: Scope, solution: Solution, points: int = 0) -> Fix:
        span = self.draft.source.span_of(suspect.node)
        text = self.draft.source.segment(span)
        return Fix(self.draft, self.draft.replaced(span, solution.text), suspect, span, text, solution, scope,
                   (), points)  # fmt: skip

    def whole(self, suspect: Suspect, value: ast.expr, solution: Solution) -> Solution:
        """A solution for the value of a statement as one for the statement."""
        return self.wholes(suspect, [(value, solution)])

    def wholes(self, suspect: Suspect, parts: Sequence[tuple[ast.expr, Solution]]) -> Solution:
        """Solutions for parts of a statement, in order, as one for the statement."""
        source = self.draft.source
        outer = source.span_of(suspect.node)
        text = made = source.segment(outer)
        slips: list[Slip] = []
        for value, solution in reversed(parts):
            inner = source.span_of(value)
            at, part = _offset(text, outer, inner), source.segment(inner)
            made = made[:at] + solution.text + made[at + len(part) :]
            slips[:0] = [Slip(s.kind, s.old, s.new, s.start + at, s.cost) for s in solution.slips]
        return Solution(made, tuple(slips))

    def kept_place(self, suspect: Suspect, scope: Scope) -> Callable[[str], bool]:
        """Does a text of a statement that makes an index (`top = i * stride`) make one still?

        Arrays and fractions are none, which to see costs far less than to run the program.
        """
        made = targets(suspect.node) if isinstance(suspect.node, ast.Assign) else set()
        bench = Bench([scope.first], [], scope.shared)
        indices = (n.slice for s in suspect.block for n in ast.walk(s) if isinstance(n, ast.Subscript))
        if not any(isinstance(n, ast.Name) and n.id in made for index in indices for n in ast.walk(index)):
            return lambda text: True

        def is_index(text: str) -> bool:
            return isinstance(bench.value(text.partition("=")[2], 0), int | np.integer)

        text = self.draft.source.segment(self.draft.source.span_of(suspect.node))
        return is_index if is_index(text) else lambda text: True

    def together(self, edits: Sequence[tuple[Suspect, Scope, Variant]]) -> Fix:
        """One slip in each of several statements of a block, in order, as one edit of the lines they span."""
        source = self.draft.source
        spans = [source.span_of(suspect.node) for suspect, _, _ in edits]
        first, last = spans[0], spans[-1]
        outer = Span(first.line, first.column, last.end_line, last.end_column)
        text = made = source.segment(outer)
        slips: list[Slip] = []
        for span, (_, _, variant) in reversed([*zip(spans, edits, strict=True)]):
            at, slip = _offset(text, outer, span), variant.slip
            made = made[:at] + variant.text + made[at + len(source.segment(span)) :]
            slips.insert(0, Slip(slip.kind, slip.old, slip.new, slip.start + at, slip.cost))
        suspect, scope, _ = edits[0]
        solution = Solution(made, tuple(slips))
        return Fix(self.draft, self.draft.replaced(outer, made), suspect, outer, text, solution, scope)

    def block_bench(self, suspect: Suspect, scope: Scope, claim: Claim) -> BlockBench | None:
        """A bench that runs a statement and those after it; None where only running the program tells."""
        known = self.trials.evidence.statements
        several = any(len(kept) > 1 for kept in scope.environments)
        if suspect.in_loop or (several and is_known_by_round(claim, known)):
            return bench_of_round(self.draft, suspect, scope, claim, known, self.at)
        rest, name = rest_of_block(self.draft, suspect, claim.line), claim.name
        if rest is None:
            ends = [n for n in suspect.block if isinstance(n, ast.Return) and n.lineno == claim.line]
            part = returned_part(ends[0], self.trials.evidence.program, claim) if ends else None
            rest, name = rest_to_return(self.draft, suspect, claim.line, part), RETURNED
        if rest is None or not all(len(kept) == 1 for kept in scope.environments):
            return None
        chosen = [k for k, p in enumerate(self.at) if self.trials.usable(claim, p)]
        if not chosen or isinstance(suspect.node, ast.Return):
            return None
        environments = [scope.environments[k][0] for k in chosen]
        wants = [self.trials.wanted(claim, self.at[k]) for k in chosen]
        return BlockBench(environments, wants, name, rest, scope.shared)


def _lines(node: ast.stmt) -> range:
    return range(node.lineno, (node.end_lineno or node.lineno) + 1)


def _offset(text: str, outer: Span, inner: Span) -> int:
    """Where in the text of a span another one begins."""
    rows = text.split("\n")[: inner.line - outer.line]
    column = inner.column - (1 if rows else outer.column)
    return sum(len(row) + 1 for row in rows) + column


def root_of(text: str) -> str:
    """The name that an operand begins with."""
    return re.split(r"\W", text, maxsplit=1)[0]


def _are_twins(name: str, other: str) -> bool:
    """Do two names differ in one letter at most: `Woh` beside `Wfh`?"""
    return len(name) == len(other) and sum(a != b for a, b in zip(name, other, strict=True)) < 2


def _is_slot(node: ast.stmt) -> bool:
    """Does a statement fill a place of an array (`dx[:, t] = ...`)?"""
    return isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Subscript)


def _functions(scope: Scope, text: str) -> tuple[str, ...]:
    """The user's functions of one argument, then library functions that the text calls."""
    own = [
        name
        for name, value in scope.shared.items()
        if getattr(getattr(value, "__code__", None), "co_argcount", 0) == 1 and not name.startswith("__")
    ]
    called = list(_called_with_one(text))
    # The slope of a sine is a cosine, which the text need not call.
    called += [c.replace("sin", "cos") if "sin" in c else c.replace("cos", "sin") for c in called]
    library = [c for c in dict.fromkeys(called) if c.startswith(("np.", "math.")) and c.count(".") == 1]
    wanted = {"exp", "tanh", "sqrt", "log", "abs", "sign", "cos", "sin", "diag", "square"}
    chosen = [c for c in library if c.split(".")[1] in wanted]
    return tuple(n for n in own if not _is_numeric_free(scope, n))[:5] + tuple(chosen[:4])


@lru_cache(maxsize=64)
def _called_with_one(text: str) -> tuple[str, ...]:
    """What a text calls with one argument, as it is written."""
    calls = (n for n in ast.walk(tree_of(text)) if isinstance(n, ast.Call) and len(n.args) == 1)
    return tuple(ast.unparse(n.func) for n in calls)


@lru_cache(maxsize=64)
def _unused(text: str, name: str) -> tuple[str, ...]:
    """Names that the functions of a name take and never read."""
    found = (n for n in ast.walk(tree_of(text)) if isinstance(n, ast.FunctionDef) and n.name == name)
    return tuple(unread for node in found for unread in unused_names(node))


def _is_numeric_free(scope: Scope, name: str) -> bool:
    """Functions that make inputs or print are no part of a formula."""
    return is_numeric(scope.shared.get(name)) or name.startswith(("make_", "main"))
