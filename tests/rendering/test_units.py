"""Files of many units: a table, what could not be checked and why, what was assumed, one sentence."""

from __future__ import annotations

from tests.rendering.results import TEXT, finding, result, variable

from whygrad.diagnosis import CheckResult
from whygrad.rendering.findings import report_of
from whygrad.rendering.text import render_text
from whygrad.rendering.verdicts import summary


def unit(name: str, status: str, **more):
    return {
        "unit": name, "line": 1, "status": status, "findings": 0, "variables": ["dx"], "error": None,
        "notes": [], "assumed": {}, "inherits": False, **more,
    }  # fmt: skip


UNITS = [
    unit("relu_forward, relu_backward", "right", assumed={"x": "randn(4, 3)", "n": "2"}),
    unit("square", "wrong", findings=1, variables=["a", "b", "c", "d", "e", "f"]),
    unit("lost", "error", error={"code": "WG603", "message": "no example inputs were found"}, variables=[]),
    unit("caller", "wrong", inherits=True),
]
WHOLE = result(
    finding(unit="square"), output="", notes=[], units=UNITS,
    variables=[variable("right", unit="relu_forward, relu_backward"), variable("wrong", unit="square")],
)  # fmt: skip


def test_the_whole_is_told_by_a_table_then_findings_then_what_was_assumed():
    text = render_text(report_of(WHOLE, TEXT), 100, False, True)
    rows = text.split("\n")
    assert rows[0].split() == ["checked", "line", "gradients", "verdict"]
    assert rows[2].endswith("✓ right") and rows[3].endswith("✗ wrong, 1 finding")
    assert "a, b, c, d, e, ..." in rows[3] and rows[4].endswith("? not checked")
    assert "✗ inherited from what it calls" in rows[5]
    assert "• lost: no example inputs were found" in text
    assert "• relu_forward: x = randn(4, 3), n = 2" in text
    assert text.index("WG205") < text.index("Example inputs")
    assert "gradient of" not in text, "the table of variables would be too long"


def test_why_something_is_undecided_is_told_of_many_units_as_well():
    doubted = [
        variable("undecided", unit="relu", reason="it moves with nothing"),
        variable("right", unit="relu"),
    ]
    text = render_text(report_of({**WHOLE, "variables": doubted}, TEXT), 100, False, True)
    assert "Undecided\n• relu, grad_x: it moves with nothing\n\n" in text


def test_one_sentence_counts_the_units():
    assert summary(WHOLE) == "4 units: 1 right, 2 wrong, 1 not checked, 1 finding"
    assert summary({**WHOLE, "findings": [], "units": UNITS[:1] * 3}) == "all gradients of 3 units are right"


def test_inputs_of_a_single_unit_are_flags():
    text = render_text(report_of(result(assumed={"x": "randn(3)"}), TEXT), 100, False, True)
    assert 'assumed: --input "x=randn(3)"' in text


def test_a_result_in_python_keeps_the_units():
    again = CheckResult.from_json(WHOLE, TEXT)
    assert again.to_json()["units"] == UNITS and again.findings[0].unit == "square"
    assert again.verdicts == {"relu_forward, relu_backward: grad_x": "right", "square: grad_x": "wrong"}
    assert "4 units" in str(again)
