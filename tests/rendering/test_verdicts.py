"""Verdicts in words."""

from __future__ import annotations

from tests.rendering.results import TEXT, failed, finding, result, variable

from whygrad.rendering.findings import report_of
from whygrad.rendering.text import render_text
from whygrad.rendering.verdicts import summary, summary_of_all, verdict_of


def test_a_file_in_a_sentence():
    assert summary(result()) == "the gradient of `y` is right"
    two = [variable("right"), variable("right")]
    assert summary(result(variables=two, output="")) == "both gradients are right"
    assert summary(result(finding())) == "1 of 1 gradient of `y` wrong, 1 finding"
    assert summary(result(finding(), variables=[])) == "something is wrong, 1 finding"
    assert summary(result(status="undecided")) == "not every gradient of `y` could be decided"


def test_an_engine_is_named_and_not_the_script_that_nobody_wrote():
    engine = result(finding(), variables=[variable(line=0), variable("right", line=0)], functions=["Value"])
    assert summary(engine) == "`Value` makes 1 of 2 gradients wrong, 1 finding"
    right = {**engine, "status": "right"}
    assert summary(right) == "both gradients that `Value` makes are right"
    text = render_text(report_of(engine, TEXT), 200, False, True)
    assert "every operation of `Value`" in text and "gradient of" not in text


def test_several_files_in_a_sentence():
    assert summary_of_all([result(), result(finding()), failed()]) == (
        "3 files checked: 1 right, 1 wrong, 1 not checked"
    )


def test_a_reason_is_given_where_there_is_one():
    assert verdict_of(variable("undecided", reason="random")).text == "? undecided: random"
    assert verdict_of(variable("wrong", right_at_given_inputs=True)).text == (
        "✗ right at your numbers, wrong in general"
    )
