"""Sentences for screen readers: everything that the drawn form says, without a drawing."""

from __future__ import annotations

from tests.rendering.results import TEXT, failed, finding, result, variable

from whygrad.rendering.plain import plain


def test_a_finding_in_sentences():
    assert plain(result(finding(alternatives=[]), notes=[]), TEXT).split("\n") == [
        "File square.py: 1 of 1 gradient of `y` wrong, 1 finding.",
        "",
        "Finding 1 of 1, line 3, code WG205.",
        "A factor `2` is missing.",
        "The line is: grad_x = x",
        "grad_x computed 0.5, true 1.",
        "Right in this line: x",
        "Why: by the power rule.",
        "Repair: line 3 becomes: grad_x = 2 * x",
        "This was run and found right at 8 points.",
        "",
        "Line 3, grad_x, gradient of x, is wrong.",
    ]


def test_edits_of_several_lines_and_deletions():
    edits = [{"line": 1, "before": "x", "after": "x\ny"}, {"line": 2, "before": "y = x * x", "after": ""}]
    told = plain(result(finding(repair={"edits": edits, "verified_points": 0})), TEXT)
    assert "Repair: line 1 becomes 2 lines: x then y\nand: delete line 2.\nThis was not run." in told


def test_verdicts_and_errors():
    unsure = result(status="undecided", variables=[variable("undecided", reason="random", of="")], notes=[])
    assert plain(unsure, TEXT).endswith("Line 3, grad_x is undecided: random.")
    inherited = result(finding(), variables=[variable("inherited")], notes=["once"])
    assert plain(inherited, TEXT).endswith(
        "gradient of x, is wrong only because of an earlier line.\nNote: once."
    )
    assert plain(failed(message="bad"), TEXT) == (
        "File square.py, line 2 could not be checked. WG601: bad.\nHelp: try."
    )


def test_nothing_is_drawn():
    told = plain(result(finding(evidence={"entries": [{"entry": "", "got": -0.0, "want": 1.0}]})), TEXT)
    assert told.isascii() and "^" not in told and "  " not in told
