"""Slips in layers that take the mean over the examples are found on their own line."""

import pytest
from tests.checking.test_averaging import LAYER

from whygrad.diagnosis import check_program
from whygrad.rendering.repairs import edits_of
from whygrad.source import Source, edited


@pytest.mark.parametrize(
    ("right", "slip"),
    [
        ("dW = 1./m", "dW = -1./m"),
        ("axis=1, keepdims=True", "axis=0, keepdims=True"),
        ("axis=1, keepdims=True", "axis=1"),
        ("np.dot(W.T, dZ)", "2 * np.dot(W.T, dZ)"),
        ("np.dot(W.T, dZ)", "1./m * np.dot(W.T, dZ)"),
        ("A_prev.shape[1]", "A_prev.shape[0]"),
    ],
)
def test_the_line_of_a_slip_is_named_and_mended(right, slip):
    text = LAYER.replace(right, slip)
    result = check_program(Source("linear.py", text))
    assert [finding.line for finding in result.findings] == [text[: text.index(slip)].count("\n") + 1]
    mended = edited(text, edits_of(result.to_json()))
    assert check_program(Source("linear.py", mended)).status == "right"


def test_a_mean_that_one_parameter_alone_takes_is_told_on_its_line():
    text = LAYER.replace("dW = 1./m * ", "dW = ")
    result = check_program(Source("linear.py", text))
    assert [finding.variable for finding in result.findings] == ["db"]
    assert check_program(Source("linear.py", edited(text, edits_of(result.to_json())))).status == "right"
