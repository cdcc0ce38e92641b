"""A line for each finding, in the form that editors make a link of."""

from __future__ import annotations

from tests.rendering.results import failed, finding, result

from whygrad.rendering.concise import concise


def test_a_line_for_each_finding_and_one_for_the_file():
    assert concise(result(finding(), finding(line=2, column=5))).splitlines() == [
        "square.py:3:10: WG205 a factor `2` is missing",
        "square.py:2:5: WG205 a factor `2` is missing",
        "square.py: 1 of 1 gradient of `y` wrong, 2 findings",
    ]
    assert concise(result()) == "square.py: the gradient of `y` is right"


def test_an_error_has_its_place_where_it_has_one():
    assert concise(failed(message="bad")) == "square.py:2:1: WG601 bad"
    assert concise(failed(message="bad", line=None)) == "square.py: WG601 bad"


def test_nothing_breaks_the_line():
    assert concise(result(finding(title="a\nb\x1b[31m"))).count("\n") == 1
    assert "\x1b" not in concise(result(finding(title="a\nb\x1b[31m")))
