"""A script that raises: the edit that gets past the exception, found by running."""

from __future__ import annotations

import ast
import builtins
import difflib
import time
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from whygrad.checking.evidence import Failure
from whygrad.checking.programs import GIVEN, Program
from whygrad.checking.values import is_numeric
from whygrad.diagnosis.drafts import Draft
from whygrad.diagnosis.fragments import Fragment
from whygrad.diagnosis.mutation import Material, variants
from whygrad.diagnosis.search import numeric_leaves
from whygrad.diagnosis.slips import Slip, Solution, Variant
from whygrad.diagnosis.suspects import Suspect, reads, statements, targets

KINDS = {
    "container", "transpose", "product", "operands", "name", "index", "slice", "axis", "sum", "unwrap",
    "function", "dtype", "target", "drop-factor", "constant",
}  # fmt: skip
MOST_CANDIDATES = 6


@dataclass(frozen=True, eq=False)
class ExceptionFix:
    """An edit that gets past an exception."""

    before: Draft
    draft: Draft
    suspect: Suspect
    text: str
    solution: Solution
    failure: Failure
    rivals: tuple[ExceptionFix, ...] = ()
    complete: bool = True
    """The script runs to its end with this edit."""


def get_past(program: Program, draft: Draft, failure: Failure, seconds: float = 1.0) -> list[ExceptionFix]:
    """Edits of the raising line, or of what made its operands, that get past a failure; likeliest first."""
    deadline = time.process_time() + seconds
    if not failure.line or failure.line > len(draft.source.lines):
        return []
    found: list[ExceptionFix] = []
    for suspect in _suspects(draft, failure):
        span = draft.source.span_of(suspect.node)
        text = draft.source.segment(span)
        for variant in _variants(text, suspect, failure):
            if time.process_time() > deadline:
                break
            edited = draft.replaced(span, variant.text)
            outcome = program.run(GIVEN, edited.text)
            if isinstance(outcome, Failure) and not _further(outcome, failure, suspect):
                continue
            complete = not isinstance(outcome, Failure)
            solution = Solution(variant.text, (variant.slip,))
            found.append(ExceptionFix(draft, edited, suspect, text, solution, failure, complete=complete))
    found.sort(key=lambda fix: (not fix.complete, fix.solution.cost))
    return found[:MOST_CANDIDATES]


def _suspects(draft: Draft, failure: Failure) -> list[Suspect]:
    everything = list(statements(draft.tree))
    raising = [s for s in everything if s.line <= failure.line <= (s.node.end_lineno or s.line)]
    if not raising:
        return []
    operands = reads(raising[-1].node)
    makers = [s for s in everything if s.line < failure.line and targets(s.node) & operands]
    return [*raising[-1:], *makers[::-1]]


def _further(outcome: Failure, failure: Failure, suspect: Suspect) -> bool:
    """Did the run get to a later line than before?"""
    return outcome.line > failure.line and outcome.kind != "Timeout" and outcome.line != suspect.line


def _variants(text: str, suspect: Suspect, failure: Failure) -> Iterator[Variant]:
    namespace = failure.namespace
    values = {n: v for n, v in namespace.items() if is_numeric(v)}
    library = "np" if any(isinstance(v, np.ndarray) for v in namespace.values()) else "math"
    if library == "math":
        values = dict(numeric_leaves(values))
    if failure.kind == "NameError":
        yield from _typos(text, namespace)
        return
    yield from _elements(text, values, failure)
    for variant in variants(text, Material.of(values, library=library)):
        if variant.slip.kind in KINDS:
            yield variant


def _typos(text: str, namespace: object) -> Iterator[Variant]:
    """Names that nothing binds, as the bound name they look like."""
    known = [*dict(namespace), *dir(builtins)]  # type: ignore[call-overload]
    fragment = Fragment(text)
    for node in fragment.expressions():
        if isinstance(node, ast.Name) and node.id not in known:
            close = difflib.get_close_matches(node.id, known, n=3, cutoff=0.5)
            for rank, other in enumerate(close):
                slip = Slip("typo", node.id, other, fragment.extent(node)[0], 0.9 + 0.1 * rank)
                yield Variant(fragment.replaced(node, other), slip)


def _elements(text: str, values: dict[str, object], failure: Failure) -> Iterator[Variant]:
    """A list of one number as that number, where it is used."""
    fragment = Fragment(text)
    for node in fragment.expressions():
        value = values.get(node.id) if isinstance(node, ast.Name) else None
        if isinstance(node, ast.Name) and isinstance(value, list | tuple) and len(value) == 1:
            new = f"{node.id}[0]"
            slip = Slip("container", node.id, new, fragment.extent(node)[0], 1.1)
            yield Variant(fragment.replaced(node, new), slip)
