"""Findings that no search makes: a missing import, a gradient without a repair, another forward pass."""

from __future__ import annotations

import ast

import numpy as np

from whygrad.checking.comparison import compare
from whygrad.checking.evidence import Claim, Evidence
from whygrad.checking.values import shape_of
from whygrad.diagnosis.alignment import derived_texts
from whygrad.diagnosis.causes import CAUSES, Case, cause_of
from whygrad.diagnosis.findings import Edit, Finding, Repair
from whygrad.diagnosis.scopes import scope_of
from whygrad.diagnosis.search import Bench
from whygrad.diagnosis.slips import Slip
from whygrad.diagnosis.suspects import statements
from whygrad.diagnosis.wording import evidence_of
from whygrad.source import Source

TRIED = 3
"""Points at which a derivative that is shown must be true."""


def import_line(source: Source) -> int:
    """The line before which an import goes: the first that is no comment, docstring or future import."""
    try:
        body = ast.parse(source.text).body
    except SyntaxError:
        return 1
    for node in body:
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            continue
        if isinstance(node, ast.ImportFrom) and node.module == "__future__":
            continue
        return node.lineno
    return 1


def missing_import(source: Source, name: str, text: str, edits: tuple[Edit, ...]) -> Finding:
    """The finding of an import that was supplied; it stands where the module is first used."""
    case = Case(Slip("import", name, text), name, name, "script", "", text)
    cause = cause_of(case)
    number = next((n for n, row in enumerate(source.lines, 1) if f"{name}." in row), 1)
    column = source.line(number).find(f"{name}.") + 1
    return Finding(
        cause.code, cause.name, cause.title(case), cause.why(case), "script", name, name,
        number, column, number, column + len(name), repair=Repair(edits, 1),
    )  # fmt: skip


def unsolved(claim: Claim, evidence: Evidence) -> Finding:
    """A gradient that is wrong and that no edit was found for: the evidence, and the derivative if it can
    be written."""
    case = Case(Slip("unexplained", pattern(claim), derived(claim, evidence)), claim.name, claim.of,
                "backward", "", "")  # fmt: skip
    cause = cause_of(case)
    row = evidence.program.source.line(claim.line)
    start = len(row) - len(row.lstrip()) + 1
    return Finding(
        cause.code, cause.name, cause.title(case), cause.why(case), "backward", claim.name, claim.of,
        claim.line, start, claim.line, len(row.rstrip()) + 1, certainty="evidence-only",
        evidence=evidence_of(claim, evidence),
    )  # fmt: skip


def derived(claim: Claim, evidence: Evidence) -> str:
    """`dW = x.T @ dz` for a wrong `dW`, in names in scope there and true at each point tried."""
    truth = claim.truth
    at = [p for p in range(min(len(truth), len(evidence.points))) if truth[p] is not None][:TRIED]
    node = _statement(evidence, claim.line)
    if not at or node is None:
        return ""
    try:
        scope = scope_of(evidence.program, node, [evidence.points[p] for p in at])
    except Exception:  # the user's program, at a point of ours
        return ""
    if any(len(kept) != 1 for kept in scope.environments):
        return ""
    bench = Bench([kept[0] for kept in scope.environments], [truth[p] for p in at], scope.shared)
    texts = derived_texts(evidence, claim, scope, at[0], truth[at[0]])
    return next((f"{claim.name} = {text}" for text in texts if bench.judge(text).right), "")


def _statement(evidence: Evidence, line: int) -> ast.stmt | None:
    """The statement at a line, if it is one that runs once."""
    try:
        every = list(statements(ast.parse(evidence.program.source.text)))
    except SyntaxError:
        return None
    here = [s.node for s in every if s.node.lineno <= line <= (s.node.end_lineno or 0) and not s.in_loop]
    return here[0] if here else None


def pattern(claim: Claim) -> str:
    """What the wrong values have in common, the same at every point; "" where nothing simple is seen."""
    ratio = claim.mismatch.facts.get("constant_ratio") if claim.mismatch else None
    if ratio is not None:
        return f"every entry is {ratio:.4g} times the true one"
    pairs = [
        (a, b) for a, b in zip(claim.values, claim.truth, strict=False) if a is not None and b is not None
    ]
    found = [(compare(got, want), shape_of(want)) for got, want in pairs]
    wrong = [(f.wrong, shape) for f, shape in found if f.same_shape and not f.agrees]
    if any(not isinstance(length, int) for _, shape in wrong for length in shape):
        return ""  # a list of arrays
    masks = [np.reshape(entries, shape) for entries, shape in wrong]
    if not masks or any(mask.ndim < 2 or mask.shape[-1] < 2 for mask in masks):
        return ""
    if all(np.all(mask.sum(axis=-1) == 1) for mask in masks):
        return "one entry of each row is wrong, and the others are right"
    rows = all(np.all(mask.all(axis=-1) == mask.any(axis=-1)) and not mask.all() for mask in masks)
    return "some rows are wrong throughout, and the others are right" if rows else ""


def not_as_meant(evidence: Evidence, formula: str) -> Finding:
    """The forward pass is not the formula that was given, and no single edit makes it so."""
    cause = next(c for c in CAUSES if c.name == "forward-slip")
    row = evidence.program.source.line(evidence.output_line)
    start = len(row) - len(row.lstrip()) + 1
    got, want = evidence.outputs[0], evidence.intended[0]
    return Finding(
        cause.code, cause.name, f"`{evidence.output}` is not what the formula says",
        f"`{formula}` gives {want:.6g} at the inputs of the file, the forward pass {got:.6g}", "forward",
        evidence.output, evidence.output, evidence.output_line, start, evidence.output_line,
        len(row.rstrip()) + 1, certainty="evidence-only",
        evidence={"entries": [{"entry": "", "got": got, "want": want}]},
    )  # fmt: skip
