"""Findings without a search."""

import pytest

from whygrad.checking.evidence import Evidence
from whygrad.diagnosis.findings import Edit
from whygrad.diagnosis.remarks import import_line, missing_import, unsolved
from whygrad.source import Source


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("x = 1", 1),
        ("# a\n\nx = 1", 3),
        ('"""Doc."""\nfrom __future__ import annotations\nx = 1', 3),
        ("(", 1),
    ],
)
def test_an_import_goes_before_the_first_statement(text: str, line: int) -> None:
    assert import_line(Source("a.py", text)) == line


def test_a_missing_import_stands_where_it_is_used() -> None:
    edit = Edit(1, "x = 1", "import math\nx = 1")
    found = missing_import(Source("a.py", "x = 1\ny = math.exp(x)"), "math", "import math", (edit,))
    assert (found.line, found.column, found.code) == (2, 5, "WG403")
    assert found.repair is not None
    assert found.repair.edits == (edit,)


def test_what_is_not_understood_shows_its_evidence(evidence: Evidence) -> None:
    claim = evidence.claim("dW")
    assert claim is not None
    found = unsolved(claim, evidence)
    assert (found.line, found.certainty, found.repair) == (10, "evidence-only", None)
    assert found.evidence["entries"]
