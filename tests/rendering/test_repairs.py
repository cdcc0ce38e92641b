"""The edits of a result: all that were verified, nothing that shares a line with what was not."""

from __future__ import annotations

from tests.rendering.results import finding, result

from whygrad.rendering.repairs import edits_of

OTHER = {"edits": [{"line": 2, "before": "y = x * x", "after": "y = x ** 2"}], "verified_points": 8}
SURE = {3: ("grad_x = x", "grad_x = 2 * x")}


def test_only_verified_edits_are_made():
    assert edits_of(result(finding())) == SURE
    assert edits_of(result(finding(certainty="likely"))) == {}
    assert edits_of(result(finding(certainty="likely")), verified_only=False) == SURE
    assert edits_of(result(finding(repair=None))) == {}
    assert edits_of(result(finding(), finding(repair=OTHER, certainty="likely"))) == SURE


def test_an_edit_that_shares_its_line_with_an_unsure_one_is_left_out():
    assert edits_of(result(finding(), finding(certainty="likely"))) == {}
