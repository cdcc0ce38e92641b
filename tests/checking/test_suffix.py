"""Edited texts run from their first change on give what a run from the start gives."""

import textwrap

import numpy as np
import pytest

from whygrad.checking.evidence import Failure, Point
from whygrad.checking.programs import GIVEN, Program
from whygrad.source import Source

TEXT = textwrap.dedent("""
    import numpy as np
    np.random.seed(3)
    x = np.random.randn(3)
    scale = 2.0
    def halve(v):
        return v / 2 * scale
    y = np.sum(np.tanh(x) * scale)
    buffer = np.zeros(3)
    dx = scale * (1 - np.tanh(x) ** 2)
    buffer += dx
    half = halve(buffer)
""")


def value(program, text, point=GIVEN, name="half"):
    found = program.trial(text, [point], [name])
    assert not isinstance(found, Failure), found
    return found[0][name]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("dx = scale", "dx = 3"),
        ("buffer += dx", "buffer += 2 * dx"),
        ("buffer = np.zeros(3)", "buffer = np.ones(3)"),
        ("v / 2 * scale", "v / 3"),
        ("np.sum(np.tanh(x) * scale)", "np.sum(np.sin(x)); scale = 5.0"),
    ],
)
@pytest.mark.parametrize("point", [GIVEN, Point("other", {"x": np.array([0.1, -0.5, 2.0])})])
def test_a_trial_is_a_full_run_and_leaves_nothing_behind(before, after, point):
    program = Program(Source("user.py", TEXT), inputs=("x",))
    edited = TEXT.replace(before, after)
    assert edited != TEXT
    for _ in range(2):
        for text in (edited, TEXT):
            fresh = Program(Source("user.py", text), inputs=("x",)).run(point)
            np.testing.assert_array_equal(value(program, text, point), fresh["half"])


def test_a_trial_that_raises_is_a_failure_with_its_line():
    program = Program(Source("user.py", TEXT), inputs=("x",))
    found = program.trial(TEXT.replace("buffer += dx", "buffer += nothing"), [GIVEN], ["half"])
    assert isinstance(found, Failure) and found.kind == "NameError" and found.line == 11
    assert not program.trial(TEXT.replace("half = ", "whole = "), [GIVEN], ["half"])
    assert (
        program.trial(TEXT.replace("half = halve", "half = (halve"), [GIVEN], ["half"]).kind == "SyntaxError"
    )


def test_an_endless_trial_is_stopped():
    program = Program(Source("user.py", TEXT), inputs=("x",), seconds=0.3)
    found = program.trial(TEXT + "\nwhile True:\n    pass\n", [GIVEN], ["half"])
    assert isinstance(found, Failure) and found.kind == "Timeout"
