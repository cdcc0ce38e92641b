"""The forward pass as a suspect: is there one slip in it after which the backward lines are right?

A backward line that is right for another forward pass near the one that was typed says that the slip is
there.
The slope of a candidate forward pass is measured by differences, because its derivative is another one.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from whygrad.checking.evidence import Claim, Evidence, Failure, Point, Value
from whygrad.checking.losses import LOSS_WORDS
from whygrad.checking.values import is_numeric, shape_of, vector
from whygrad.checking.watching import root_name
from whygrad.diagnosis.allowance import Allowance
from whygrad.diagnosis.drafts import Draft
from whygrad.diagnosis.mutation import Material, variants
from whygrad.diagnosis.omissions import is_idle, is_norm, mentions, omissions, reductions, without_sizes
from whygrad.diagnosis.scopes import Scope, scope_of
from whygrad.diagnosis.search import Bench, numeric_leaves
from whygrad.diagnosis.slips import Slip, Solution, Variant
from whygrad.diagnosis.slopes import Slopes, with_upstream
from whygrad.diagnosis.suspects import Suspect, part_of, reads, statements, targets
from whygrad.diagnosis.workbench import Fix

KINDS = {
    "parentheses", "operator", "operands", "sign", "index", "name", "function", "axis", "compare", "in-place",
    "unwrap", "constant", "product", "transpose",
}  # fmt: skip


PLAIN = frozenset({"parentheses", "operands", "sign", "index", "axis", "in-place"})
"""Slips of a forward pass that are likely even if they explain one gradient only."""
FAR_FETCHED = 0.45
"""How much dearer edits of the backward pass are than a plain slip of the forward pass that is likelier."""
LIKELY = PLAIN | {"function", "operator", "compare", "local", "product", "transpose"}
"""The same where no edit of the backward pass explains it."""


@dataclass(frozen=True, eq=False)
class ForwardFix:
    """An edit of the forward pass after which more of the backward pass is right."""

    before: Draft
    draft: Draft
    suspect: Suspect
    text: str
    solution: Solution
    explained: tuple[str, ...]
    """Gradient variables that it makes right."""
    gate: str = ""
    """The well-known function that the edited line computes, and the one as typed does not."""


GATES: dict[str, Callable[[Any], Any]] = {
    "sigmoid": lambda v: 1 / (1 + np.exp(-v)),
    "tanh": np.tanh,
    "relu": lambda v: np.maximum(v, 0),
    "softplus": lambda v: np.log1p(np.exp(v)),
    "softmax": lambda v: np.exp(v - np.max(v, -1, keepdims=True)) / np.sum(
        np.exp(v - np.max(v, -1, keepdims=True)), -1, keepdims=True),
}  # fmt: skip


def gate_of(value: Value, scope: Mapping[str, Value]) -> str:
    """The known gate that gives a value from some variable in scope, or ""."""
    numbers, shape = vector(value), shape_of(value)
    if numbers is None or not numbers.size or not all(isinstance(n, int) for n in shape):
        return ""
    got = numbers.reshape(shape)
    for inner in scope.values():
        own = vector(inner) if is_numeric(inner) else None
        if own is None or shape_of(inner) != shape or np.array_equal(own, numbers):
            continue
        for name, gate in GATES.items():
            if not shape and name in ("softmax", "relu"):
                continue
            with np.errstate(all="ignore"):
                if np.allclose(gate(own.reshape(shape)), got, rtol=1e-9, atol=1e-12):
                    return name
    return ""


class ForwardSearch:
    """Tries slips in the forward statements of one evidence."""

    def __init__(self, evidence: Evidence, draft: Draft, seconds: float) -> None:
        self.evidence, self.draft = evidence, draft
        self.allowance, self.scopes, points = Allowance(seconds), dict[int, Scope](), evidence.points
        generic = [p for p in points[1:] if not p.at_kink][:2]
        self.points = generic or points[:1]
        suspected = [c for c in evidence.claims if c.verdict in ("wrong", "inherited") or (
            c.role == "intermediate" and c.verdict == "undecided")]  # fmt: skip
        # What is right by this measure already (a mistake that shows at ties only) explains nothing.
        self.right = [c for c in evidence.claims if c.role == "final" and c.verdict == "right"]
        program = with_upstream(evidence.program.with_text(draft.text), {c.of for c in evidence.claims})
        self.slopes = Slopes(program, [*suspected, *self.right], self.points)
        self.wrong = [c for c in suspected if not all(self.agrees(draft, c, p) for p in self.points)]

    def agrees(self, draft: Draft, claim: Claim, point: Point) -> bool:
        """Is a gradient right for the forward pass of an edited text?"""
        return self.slopes.agree(draft.text, claim, point)

    def is_early(self, suspect: Suspect) -> bool:
        """Does a statement belong to the forward pass?"""
        # In a loop that makes both, lines of the output stand behind the first line of a gradient.
        between = {
            s.line for s in self.evidence.statements if s.part == "forward"
        } - self.evidence.interleaved
        return part_of(self.evidence, suspect) == "forward" or suspect.line in between

    def suspects(self, all_of_them: bool = False) -> list[Suspect]:
        """Statements of the forward part that compute, latest first; those that only copy too, if asked."""
        program, found = self.evidence.program, []
        for s in statements(self.draft.tree):
            value = getattr(s.node, "value", None)
            if not self.is_early(s) or value is None or _is_kept(s.node):
                continue
            computes = any(isinstance(n, ast.BinOp | ast.Call | ast.UnaryOp) for n in ast.walk(value))
            if isinstance(s.node, ast.Return) and part_of(self.evidence, s) != "forward":
                continue
            in_place = isinstance(s.node, ast.Assign) and isinstance(s.node.targets[0], ast.Subscript)
            if in_place or ((computes or all_of_them) and not targets(s.node) & set(program.inputs)):
                found.append(s)
        return found[::-1]

    def candidates(self) -> Iterator[ForwardFix]:
        """Edits that explain a wrong gradient and break none that is right."""
        yield from self.reduced()
        for suspect in self.suspects() if self.wrong else ():
            material = self.material(suspect)
            if material is None:
                continue
            span = self.draft.source.span_of(suspect.node)
            text = self.draft.source.segment(span)
            for variant in variants(text, material):
                if self.allowance.is_spent():
                    return
                if variant.slip.kind not in KINDS or variant.slip.cost > 1.2 or _removes(variant.slip):
                    continue
                if variant.slip.start >= output_end(suspect.node):
                    continue
                if is_idle(variant.text, text):
                    continue
                draft = self.draft.replaced(span, variant.text)
                explained = self.explained(draft)
                if explained:
                    gate = self.gate(draft, suspect)
                    solution = Solution(variant.text, (variant.slip,))
                    yield ForwardFix(self.draft, draft, suspect, text, solution, explained, gate)

    def reduced(self) -> Iterator[ForwardFix]:
        """A sum or the mean in a loss that is left as many numbers, where that makes every gradient right."""
        objective = self.slopes.program.objective
        namespace = self.slopes.base(self.draft.text, self.points[0])
        if len(objective) != 1 or objective[0][1] or isinstance(namespace, Failure) or not self.wrong:
            return
        numbers = vector(namespace.get(objective[0][0]))
        if numbers is None or numbers.size < 2:
            return
        for suspect in self.suspects():
            if not isinstance(suspect.node, ast.Assign):
                continue
            name = min(targets(suspect.node))
            if not LOSS_WORDS.search(name) and name != objective[0][0]:
                continue
            span = self.draft.source.span_of(suspect.node)
            text = self.draft.source.segment(span)
            for variant in reductions(text):
                if self.allowance.is_spent():
                    return
                draft = self.draft.replaced(span, variant.text)
                names = self.explained(draft)
                if len(names) == len(self.wrong):
                    solution = Solution(variant.text, (variant.slip,))
                    yield ForwardFix(self.draft, draft, suspect, text, solution, names)
                    return

    def omitted(self, seconds: float) -> ForwardFix | None:
        """The likeliest edit, of more kinds, after which every final gradient is right; None in vain.

        In place of every one it may be several of them; and one of an input that nothing reads.
        """
        self.allowance = Allowance(seconds)
        self.wrong = [c for c in self.wrong if c.role == "final"]
        unread = self.unread()
        vain = {c.name for c in self._vain(self._needed()[0])}
        several: list[ForwardFix] = []
        for variant, suspect in self._omissions(unread):
            span = self.draft.source.span_of(suspect.node)
            text = self.draft.source.segment(span)
            if self.allowance.is_spent():
                break
            if _removes(variant.slip) or is_idle(variant.text, text):
                continue
            draft = self.draft.replaced(span, variant.text)
            names = self.explained(draft)
            if vain & set(names) if vain else len(names) > 1 or len(names) == len(self.wrong):
                solution = Solution(variant.text, (variant.slip,))
                several.append(ForwardFix(self.draft, draft, suspect, text, solution, names))
                if len(names) == len(self.wrong):
                    break
        return max(several, key=lambda fix: len(fix.explained), default=None)

    def _omissions(self, unread: Sequence[str]) -> list[tuple[Variant, Suspect]]:
        """Texts of forward statements with what they may lack, likeliest first."""
        found: list[tuple[Variant, Suspect]] = []
        for suspect in self.suspects(all_of_them=True) if self.wrong else ():
            material = self.material(suspect)
            text = self.draft.source.segment(self.draft.source.span_of(suspect.node))
            texts = omissions(text, material, unread) if material is not None else ()
            if any(is_norm(v.slip) for v in texts) and self._is_number(suspect):
                texts = [v for v in texts if not is_norm(v.slip)]  # by its own sum it were one
            found += [(v, suspect) for v in texts if v.slip.start < output_end(suspect.node)]
        # Nothing else can make the output depend on what it does not read.
        found = [(v, s) for v, s in found if not unread or mentions(v.slip.new, unread)]
        return sorted(found, key=lambda item: item[0].slip.cost)

    def _is_number(self, suspect: Suspect) -> bool:
        """Does a statement make a single number?"""
        scope, text = self.scope(suspect), ast.unparse(suspect.node.value)  # type: ignore[attr-defined]
        made = Bench([scope.first], [], scope.shared).value(text, 0)
        return is_numeric(made) and shape_of(made) == ()

    def unread(self) -> list[str]:
        """What the output does not depend on, though gradients say so: inputs, and values made of them.

        An input is not read where its gradient is written and no line that leads to the output reads it.
        """
        needed, idle = self._needed()
        names = [_root(c.of) for c in self._vain(needed)]
        return list(dict.fromkeys([*names, *idle])) if names else []

    def _vain(self, needed: set[str]) -> list[Claim]:
        """Gradients of inputs that no line which is needed reads."""
        zero = [c for c in self.wrong if c.role == "final" and all(map(_is_nothing, c.truth))]
        return [c for c in zero if _root(c.of) not in needed]

    def _needed(self) -> tuple[set[str], list[str]]:
        """Names of which values are read on the way to the output, and names that are made for nothing."""
        lines: list[tuple[set[str], set[str]]] = []
        for suspect in statements(self.draft.tree):
            value, returned = getattr(suspect.node, "value", None), isinstance(suspect.node, ast.Return)
            if returned and isinstance(value, ast.Tuple) and value.elts:
                value = value.elts[0]
            # `self.x = x` keeps a value and computes nothing.
            elif _keeps(value) and not returned:
                continue
            if self.is_early(suspect) and value is not None:
                names = {name.rpartition(".")[2] for name in reads(ast.Expr(without_sizes(value)))}
                plain = isinstance(suspect.node, ast.Assign) and not suspect.in_loop
                made = {t.rpartition(".")[2] for t in targets(suspect.node)} - {"self"} if plain else set()
                lines.append((made, names))
        idle: list[str] = []
        while True:
            needed = {self.evidence.output.split("[")[0]}.union(*(names for _, names in lines))
            vain = [line for line in lines if line[0] and not line[0] & needed]
            if not vain:
                return needed, idle
            idle += [name for made, _ in vain for name in sorted(made)]
            lines = [line for line in lines if line not in vain]

    def scope(self, suspect: Suspect) -> Scope:
        if id(suspect.node) not in self.scopes:
            program = self.evidence.program.with_text(self.draft.text)
            self.scopes[id(suspect.node)] = scope_of(program, suspect.node, self.points[:1])
        return self.scopes[id(suspect.node)]

    def material(self, suspect: Suspect) -> Material | None:
        """What a forward statement may be made of; None where it did not run."""
        scope = self.scope(suspect)
        if not scope.first:
            return None
        values = scope.quantities()
        library = "np" if any(isinstance(v, np.ndarray) for v in scope.first.values()) else "math"
        return Material.of(dict(numeric_leaves(values)) if library == "math" else values, library=library)

    def explained(self, draft: Draft) -> tuple[str, ...]:
        """Wrong gradients that are right for the edited forward pass; none where a right one breaks."""
        first = [c for c in self.wrong if self.agrees(draft, c, self.points[0])]
        if not first or not all(self.agrees(draft, c, self.points[0]) for c in self.right):
            return ()
        for point in self.points[1:]:
            first = [c for c in first if self.agrees(draft, c, point)]
            if not first or not all(self.agrees(draft, c, point) for c in self.right):
                return ()
        return tuple(c.name for c in first)

    def gate(self, draft: Draft, suspect: Suspect) -> str:
        """The gate that a statement computes after the edit but not before."""
        names = [root_name(ast.parse(t, mode="eval").body) for t in targets(suspect.node)]
        found = []
        for text in (draft.text, self.draft.text):
            namespace = self.evidence.program.run(self.points[0], text)
            if isinstance(namespace, Failure) or suspect.function:
                return ""
            found.append(next((g for n in names if (g := gate_of(namespace.get(n), namespace))), ""))
        return found[0] if found[0] != found[1] else ""

    def best(self) -> list[ForwardFix]:
        """Those that explain most first; one that makes a known gate before others."""
        found = list(self.candidates())
        return sorted(found, key=lambda f: (not f.gate, -len(f.explained), f.solution.cost))


def _is_kept(node: ast.stmt) -> bool:
    """Is it a `return` of nothing that is computed there?"""
    if not isinstance(node, ast.Return):
        return False
    value = node.value.elts[0] if isinstance(node.value, ast.Tuple) and node.value.elts else node.value
    return isinstance(value, ast.Constant | ast.Tuple | ast.List)


def output_end(node: ast.stmt) -> int:
    """Where in the text of a statement its output ends: `return out, cache` keeps the rest."""
    value = node.value if isinstance(node, ast.Return) else None
    if not isinstance(value, ast.Tuple) or len(value.elts) < 2 or value.elts[1].lineno != node.lineno:
        return 1 << 30
    return value.elts[1].col_offset - node.col_offset


def _root(of: str) -> str:
    """The variable, or the attribute, that a gradient is of: `W` of `self.W[0]`."""
    return of.split("[")[0].rpartition(".")[2]


def _is_nothing(value: Value) -> bool:
    """Are all numbers of a value zero, or is none known?"""
    numbers = vector(value)
    return numbers is None or not numbers.any()


def _keeps(value: ast.expr | None) -> bool:
    """Is a value, or each of several, one that is at hand already?"""
    parts = value.elts if isinstance(value, ast.Tuple) else [value]
    return all(isinstance(part, ast.Name | ast.Tuple) for part in parts)


def prefers(forward: ForwardFix, fixes: Sequence[tuple[Claim, Fix | None]], evidence: Evidence) -> bool:
    """Is one edit of the forward pass likelier than those of the backward pass?

    It beats several of them, one that is far-fetched, and none at all where it explains everything.
    """
    slip = forward.solution.slips[0]
    if slip.kind == "reduction":
        return True
    wrong = {c.name for c in evidence.finals if c.verdict in ("wrong", "inherited")}
    whole = wrong <= set(forward.explained)
    none = any(fix is None for _, fix in fixes)
    if slip.kind == "name" and not (whole and none and len(wrong) > 1):
        return False
    explained = [fix for claim, fix in fixes if whole or claim.name in forward.explained]
    if not explained or (_flattens(slip) and len(wrong) < 2 and not none):
        return False
    # Nobody types a minus that is not meant, while signs of what follows are easily got wrong.
    if slip.kind == "sign" and not slip.new and not none:
        return False
    if any(fix is None for fix in explained):
        # What several gradients inherit from, put right by the forward pass, puts most of them right.
        if not whole and 2 * len(wrong & set(forward.explained)) < len(wrong):
            return False
        # One gradient alone can be made right by many a change of what is differentiated.
        alike = all(_ratio(c) for c in evidence.finals if c.name in wrong)
        likely = slip.kind in LIKELY and not (alike and _rescales(slip))
        return (whole or len(explained) == len(fixes)) and (
            len(evidence.finals) > 1 or likely or is_norm(slip)
        )
    cost = sum(fix.cost for fix in explained if fix is not None)
    much = FAR_FETCHED if whole and slip.kind in PLAIN else 1.0
    return len(explained) >= 2 or cost > forward.solution.cost + much


def _ratio(claim: Claim) -> float:
    """By how much all entries of a gradient are too large; 0 where they differ in that."""
    return float((claim.mismatch and claim.mismatch.facts.get("constant_ratio")) or 0.0)


def _rescales(slip: Slip) -> bool:
    """Does an edit change no more than a factor?"""
    return {slip.old.rpartition(".")[2], slip.new.rpartition(".")[2]} in ({"sum", "mean"}, {"*", "/"})


def _removes(slip: Slip) -> bool:
    """Does an edit take a part of the function away, as nobody forgets to?"""
    if slip.kind == "index" and slip.old.startswith(slip.new + "[") and ":" in slip.old:
        return True  # the sum of all of `w` for that of `w[1:]`
    if slip.kind == "constant" and not any(c.isdigit() for c in slip.old):
        return True  # a count for another: `l * m` for `l`
    return slip.new in ("0", "0.0") or (slip.old, slip.new) in (("/", "-"), ("*", "+"))


def _flattens(slip: Slip) -> bool:
    """Does an edit leave out what makes a function curved? Likelier its slope is missing behind it."""
    return slip.kind == "unwrap" or slip.new.rpartition(".")[2] in ("expm1", "log1p")
