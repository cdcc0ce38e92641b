"""How much is told: nothing of the repair, or of the cause, stands anywhere in what is left."""

from __future__ import annotations

import json

import pytest
from tests.rendering.results import TEXT, finding, result

from whygrad.rendering.concise import concise
from whygrad.rendering.findings import report_of
from whygrad.rendering.github import workflow_commands
from whygrad.rendering.revealing import revealed
from whygrad.rendering.text import render_text

BOTH = result(finding(), finding(code="WG203", cause="wrong-operand", title="and `x` is not `y`"))
FORMS = [json.dumps, concise, workflow_commands, lambda said: render_text(report_of(said, TEXT))]
REPAIR, CAUSE = ["2 * x", "or so"], ["WG205", "WG203", "wrong-constant", "factor", "power", "a note"]


@pytest.mark.parametrize("form", FORMS)
def test_the_cause_is_told_without_the_repair(form):
    told = form(revealed(BOTH, "cause"))
    assert [word for word in REPAIR if word in told] == []
    assert "WG205" in told and "WG203" in told and "no edit was found" not in told


@pytest.mark.parametrize("form", FORMS)
def test_the_line_is_told_without_the_cause(form):
    told = form(revealed(BOTH, "line"))
    assert [word for word in REPAIR + CAUSE if word in told] == []
    assert "grad_x" in told and "3" in told


def test_one_finding_for_a_line():
    (one,) = revealed(BOTH, "line")["findings"]
    assert (one["line"], one["variable"], one["repair"]) == (3, "grad_x", None)
    assert set(one) == set(finding())


def test_the_whole_line_is_underlined():
    text = render_text(report_of(revealed(result(finding()), "line"), TEXT.replace("grad", "    grad")))
    assert "  │     ^^^^^^^^^^" in text


def test_everything_is_told_by_default():
    assert revealed(BOTH, "repair") == {**BOTH, "revealed": "repair"}


def test_a_missing_import_is_said_as_it_is():
    said = revealed(result(finding(cause="missing-import", title="`np` is not imported")), "line")
    assert said["findings"][0]["title"] == "`np` is not imported"
