"""Edits that say the same in other words are one edit."""

import pytest

from whygrad.diagnosis import check_program
from whygrad.diagnosis.sameness import plain_form
from whygrad.source import Source


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("dz = da * a * (1 + -a)", "dz = da * a * (1 - a)"),
        ("dz = 1 * da", "dz = da"),
        ("dx = g * (h * h)", "dx = g * h ** 2"),
        ("dx = a - -b", "dx = a + b"),
        ("dx = -(-g) / 1", "dx = g"),
    ],
)
def test_idle_operations_make_no_difference(text, same):
    assert plain_form(text) == plain_form(same)
    values = {"da": 0.3, "a": 0.7, "g": -1.3, "h": 0.9, "b": 2.5}
    ours, theirs = dict(values), dict(values)
    exec(plain_form(text), ours)
    exec(text, theirs)
    assert ours[text.split()[0]] == pytest.approx(theirs[text.split()[0]], rel=1e-15)


@pytest.mark.parametrize("pair", [("a - b", "b - a"), ("2 * a", "a"), ("a ** 2", "a ** 3"), ("1 / a", "a")])
def test_other_texts_stay_apart(pair):
    assert plain_form(pair[0]) != plain_form(pair[1])


def test_no_python_stays_as_it_is():
    assert plain_form("for k in") == "for k in"


def test_a_rival_that_says_the_same_is_not_shown():
    text = (
        "import math\nz = 0.4\na = 1 / (1 + math.exp(-z))\nloss = a ** 2\nda = 2 * a\ndz = da * a * (1 + a)\n"
    )
    (finding,) = check_program(Source("user.py", text)).findings
    shown = [finding.repair, *(rival.repair for rival in finding.alternatives)]
    forms = [plain_form(edit.after) for repair in shown for edit in repair.edits]
    assert len(set(forms)) == len(forms)
    assert "(1 - a)" in shown[0].edits[0].after
