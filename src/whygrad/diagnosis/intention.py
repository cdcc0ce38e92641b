"""The forward pass against the formula that it is meant to be: the slip after which both compute the same."""

from __future__ import annotations

from whygrad.checking.evidence import Evidence, Failure
from whygrad.diagnosis.drafts import Draft
from whygrad.diagnosis.forward import ForwardFix, ForwardSearch
from whygrad.diagnosis.mutation import variants
from whygrad.diagnosis.pieces import Pieces
from whygrad.diagnosis.search import SIMPLE
from whygrad.diagnosis.slips import Solution

RELATIVE = 1e-9


def as_meant(evidence: Evidence, draft: Draft, seconds: float = 1.5) -> list[ForwardFix]:
    """Edits of one forward statement after which the output is the formula's at every point."""
    search = ForwardSearch(evidence, draft, seconds)
    program = evidence.program.with_text(draft.text)
    pieces = Pieces(program, evidence.points)

    def same(text: str) -> bool:
        for point, want in zip(evidence.points, evidence.intended, strict=False):
            namespace = pieces.run(text, point)
            if isinstance(namespace, Failure):
                return False
            got = program.objective_of(namespace)
            if not abs(got - want) <= RELATIVE * max(abs(got), abs(want)):
                return False
        return True

    found: list[ForwardFix] = []
    for suspect in search.suspects():
        span = draft.source.span_of(suspect.node)
        text = draft.source.segment(span)
        material = search.material(suspect)
        if material is None:
            continue
        for variant in variants(text, material):
            if search.allowance.is_spent():
                break
            if variant.slip.cost > SIMPLE:
                continue
            edited = draft.replaced(span, variant.text)
            if same(edited.text):
                gate = search.gate(edited, suspect)
                solution = Solution(variant.text, (variant.slip,))
                found.append(ForwardFix(draft, edited, suspect, text, solution, (evidence.output,), gate))
    return sorted(found, key=lambda fix: (fix.solution.cost, fix.suspect.line))
