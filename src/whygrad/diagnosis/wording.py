"""From confirmed edits to findings: one finding for each slip, named by a cause, with its evidence."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np

from whygrad.checking.comparison import compare
from whygrad.checking.evidence import Claim, Evidence
from whygrad.checking.values import shape_of, vector
from whygrad.diagnosis.causes import Case, cause_of
from whygrad.diagnosis.drafts import Draft
from whygrad.diagnosis.findings import Alternative, Finding, Repair
from whygrad.diagnosis.fragments import OPERATORS, Fragment
from whygrad.diagnosis.slips import Slip, Solution

MOST_ENTRIES = 6


@dataclass(frozen=True, eq=False)
class Step:
    """One statement that was edited on the way to a right program."""

    where: Literal["script", "forward", "backward"]
    before: Draft
    after: Draft
    line: int
    """Of the statement, in the draft before."""
    column: int
    text: str
    solution: Solution
    variable: str
    of: str
    claim: Claim | None = None
    evidence: Evidence | None = None
    values: Mapping[str, Any] = field(default_factory=dict)
    gate: str = ""
    exception: str = ""
    points: int = 0
    rivals: tuple[Rival, ...] = ()
    certainty: Literal["verified", "likely"] = "verified"
    shown: Mapping[str, Any] = field(default_factory=dict)
    """Evidence that is not that of the claim: the two values of a forward line."""

    @property
    def is_written_anew(self) -> bool:
        """Was the line written anew from the derivative, for want of a slip that explains it?"""
        return all(slip.kind == "derived" for slip in self.solution.slips)


@dataclass(frozen=True, eq=False)
class Rival:
    """Another edit that explains the numbers as well."""

    why: str
    draft: Draft
    points: int = 0


def findings_of(step: Step, final: Draft) -> list[Finding]:
    """The findings of a step: one for each slip, sharing the edits of their lines."""
    lines = step.before.changed(step.after)
    repair = Repair(final.edits(lines), step.points)
    found = []
    for slip in step.solution.slips:
        case = _case(step, slip)
        cause = cause_of(case)
        line, column, end = _place(step, slip)
        found.append(
            Finding(
                cause.code,
                cause.name,
                cause.title(case),
                cause.why(case),
                step.where,
                step.variable,
                step.of,
                line,
                column,
                line,
                end,
                case.right_parts,
                step.certainty,
                repair,
                evidence=step.shown or evidence_of(step.claim, step.evidence),
            )
        )
    if found and step.rivals:
        found[0] = replace(found[0], alternatives=tuple(_alternative(r) for r in step.rivals))
    return found


def _alternative(rival: Rival) -> Alternative:
    return Alternative(rival.why, Repair(rival.draft.edits(), rival.points))


def _case(step: Step, slip: Slip) -> Case:
    gradients = frozenset(c.name for c in step.evidence.claims) if step.evidence else frozenset()
    parts = right_parts(step.text, slip, step.solution.slips)
    claim = step.claim
    return Case(
        slip, step.variable, step.of, step.where, step.text, step.solution.text, gradients, dict(step.values),
        dict(claim.mismatch.facts) if claim and claim.mismatch else {}, step.gate, step.exception,
        bool(claim and claim.right_at_given_inputs), parts,
    )  # fmt: skip


def _place(step: Step, slip: Slip) -> tuple[int, int, int]:
    """Line and columns of a slip in the user's file; of its statement where it has no text of its own."""
    head = step.text[: slip.start]
    line = step.line + head.count("\n")
    number = step.before.original_line(line)
    original = step.before.original.line(number)
    column = len(head) - (head.rfind("\n") + 1) + 1 + (step.column - 1 if "\n" not in head else 0)
    old = slip.old.split("\n")[0]
    if old and original[column - 1 : column - 1 + len(old)] == old:
        return number, column, column + len(old)
    at = original.find(old) if old else -1
    if at >= 0 and len(old) > 1:
        return number, at + 1, at + 1 + len(old)
    start = len(original) - len(original.lstrip()) + 1
    return number, start, len(original.rstrip()) + 1


def right_parts(text: str, slip: Slip, slips: Sequence[Slip]) -> tuple[str, ...]:
    """What of a line stays: the factors that stand beside the operands that a slip replaced."""
    if slip.kind not in ("name", "index"):
        return ()
    try:
        fragment = Fragment(text)
    except SyntaxError:
        return ()
    touched = {s.old for s in slips}
    found: list[str] = []
    for node in fragment.expressions():
        if not isinstance(node, ast.BinOp) or not isinstance(node.op, ast.Mult | ast.MatMult | ast.Div):
            continue
        symbol = OPERATORS[type(node.op)]
        for wrong, kept, after in ((node.right, node.left, True), (node.left, node.right, False)):
            if fragment.segment(wrong) != slip.old or _touched(fragment, kept, touched):
                continue
            shown = fragment.segment(kept)
            found.append(f"{shown} {symbol}" if after else f"{symbol} {shown}")
    return tuple(dict.fromkeys(found))


def _touched(fragment: Fragment, node: ast.expr, touched: set[str]) -> bool:
    """Does another slip stand within an operand?"""
    return bool({fragment.segment(n) for n in ast.walk(node) if isinstance(n, ast.expr)} & touched)


def evidence_of(claim: Claim | None, evidence: Evidence | None) -> dict[str, Any]:
    """What was computed beside what is true, at the given point or at the first where they differ."""
    if claim is None or evidence is None:
        return {}
    chosen = [p for p in range(len(claim.truth)) if claim.truth[p] is not None and p < len(claim.values)]
    wrong = [p for p in chosen if claim.values[p] is None
             or not compare(claim.values[p], claim.truth[p]).agrees]  # fmt: skip
    if not wrong:
        return {}
    p = wrong[0]
    got, want = claim.values[p], claim.truth[p]
    result: dict[str, Any] = {
        "of": claim.name, "entries": entries(got, want), "point": evidence.points[p].label,
        "points": len(chosen), "wrong_points": len(wrong),
        "got_shape": list(shape_of(got)) if got is not None else None,
        "want_shape": list(shape_of(want)), "wrong_entries": int(np.sum(compare(got, want).wrong)),
    }  # fmt: skip
    if claim.mismatch:
        result["facts"] = {k: v for k, v in claim.mismatch.facts.items() if k != "ratio_entries"}
    return result


def entries(got: Any, want: Any) -> list[dict[str, Any]]:
    """The wrong entries, or both whole values where their shapes differ."""
    mine, true = vector(got), vector(want)
    if mine is None or true is None or shape_of(got) != shape_of(want):
        return [{"entry": "", "got": _short(got, mine), "want": _short(want, true)}]
    shape = shape_of(want)
    wrong = np.flatnonzero(compare(got, want).wrong)
    found = []
    for k in wrong[:MOST_ENTRIES]:
        plain = all(isinstance(n, int) for n in shape)
        index = [int(i) for i in np.unravel_index(int(k), shape)] if shape and plain else []
        label = f"[{', '.join(map(str, index))}]" if index else ""
        found.append({"entry": label, "got": float(mine[k]), "want": float(true[k])})
    return found


def _short(value: Any, numbers: Any) -> Any:
    """The numbers where they are few; of nested containers (whose shape is nested too) just in a row."""
    if numbers is not None and numbers.size <= 12:
        shape = shape_of(value)
        regular = all(isinstance(n, int) for n in shape)
        return (np.reshape(numbers, shape) if regular else np.ravel(numbers)).tolist()
    return f"shape {shape_of(value)}" if value is not None else "nothing"
