"""Findings that no search makes: a missing import, a gradient without a repair, another forward pass."""

from __future__ import annotations

import ast

from whygrad.checking.evidence import Claim, Evidence
from whygrad.diagnosis.causes import CAUSES, Case, cause_of
from whygrad.diagnosis.findings import Edit, Finding, Repair
from whygrad.diagnosis.slips import Slip
from whygrad.diagnosis.wording import evidence_of
from whygrad.source import Source


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
    """A gradient that is wrong and that no edit was found for: the evidence alone."""
    case = Case(Slip("unexplained", "", ""), claim.name, claim.of, "backward", "", "")
    cause = cause_of(case)
    row = evidence.program.source.line(claim.line)
    start = len(row) - len(row.lstrip()) + 1
    return Finding(
        cause.code, cause.name, cause.title(case), cause.why(case), "backward", claim.name, claim.of,
        claim.line, start, claim.line, len(row.rstrip()) + 1, certainty="evidence-only",
        evidence=evidence_of(claim, evidence),
    )  # fmt: skip


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
