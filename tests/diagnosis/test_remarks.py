"""Findings without a search."""

import numpy as np
import pytest

from whygrad.checking.evidence import Claim, Evidence
from whygrad.diagnosis.findings import Edit
from whygrad.diagnosis.remarks import derived, import_line, missing_import, pattern, unsolved
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


def test_the_derivative_is_shown_in_names_that_are_in_scope(evidence: Evidence) -> None:
    claim = evidence.claim("dz")
    assert claim is not None
    name, _, text = derived(claim, evidence).partition(" = ")
    assert name == "dz"
    h = np.array([[0.3, -0.6], [0.2, 0.9]])
    assert np.allclose(eval(text, {"np": np, "h": h, "dh": 2 * h, "z": np.arctanh(h)}), 2 * h * (1 - h * h))
    found = unsolved(claim, evidence)
    assert f"`dz = {text}`" in found.why


@pytest.mark.parametrize(
    ("got", "said"),
    [
        ([[9.0, 2.0], [3.0, 9.0]], "one entry of each row"),
        ([[9.0, 9.0], [3.0, 4.0]], "some rows"),
        ([[9.0, 9.0], [9.0, 9.0]], ""),
    ],
)
def test_which_entries_are_wrong_is_said(got: list[list[float]], said: str) -> None:
    truth = np.array([[1.0, 2.0], [3.0, 4.0]])
    found = pattern(Claim("dx", "x", "final", 1, [np.array(got)], [truth]))
    assert found.startswith(said)
    assert bool(found) == bool(said)
