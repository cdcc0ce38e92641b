"""What was computed beside what is true: digits, shapes, counts, and at which numbers."""

from __future__ import annotations

import pytest

from whygrad.rendering.numbers import alike, measured
from whygrad.report import Words


def shown(**evidence):
    lines = measured({"variable": "dw", "evidence": evidence})
    return ["".join(w.text if isinstance(w, Words) else w for w in line) for line in lines]


@pytest.mark.parametrize(
    ("got", "want", "texts"),
    [
        (0.5, 1.0, ("0.5", "1")),
        (1.000001, 1.000002, ("1.000001", "1.000002")),
        (-0.0, 0.25, ("0", "0.25")),
        ("nan", 1.0, ("nan", "1")),
        ([1.0, [2.123456, -0.0]], None, ("[1, [2.123, 0]]", "None")),
        (1.0, 1.0, ("1", "1")),
    ],
)
def test_two_values_differ_in_their_digits_where_they_differ(got, want, texts):
    assert alike(got, want) == texts


def test_entries_beyond_the_first_are_counted():
    entries = [{"entry": f"[{k}]", "got": 1.0, "want": 2.0} for k in range(6)]
    assert shown(entries=entries)[-1] == "and 2 more entries differ"
    assert shown(entries=entries, wrong_entries=20)[-1] == "and 16 more entries differ"
    assert shown(entries=entries, wrong_entries=5)[-1] == "and 2 more entries differ"
    assert shown(entries=entries[:4], wrong_entries=5)[-1] == "and 1 more entry differs"
    assert len(shown(entries=entries[:4], wrong_entries=4)) == 4


def test_numbers_of_another_point_are_said_to_be_of_another_point():
    entry = {"entry": "[1]", "got": 1.0, "want": 2.0}
    assert shown(entries=[entry], point="near 1") == ["at other numbers: dw[1] computed 1, true 2"]
    assert shown(entries=[entry], point="given") == ["dw[1] computed 1, true 2"]


def test_many_numbers_of_different_shapes_are_told_by_their_shapes():
    many = {"entry": "", "got": [[1.0] * 6] * 2, "want": [1.0, 2.0]}
    told = shown(entries=[many], got_shape=[2, 6], want_shape=[2])
    assert told == ["dw computed shape (2, 6), true shape (2,)"]
    few = {"entry": "", "got": [1.0], "want": [1.0, 2.0]}
    assert shown(entries=[few], got_shape=[1], want_shape=[2]) == ["dw computed [1], true [1, 2]"]
    odd = shown(entries=[many], got_shape=[["a", []]], want_shape=[2])
    assert odd[0].startswith("dw computed [[1, 1"), "what has no plain shape is told by its numbers"


def test_numbers_of_another_variable_bear_its_name():
    entry = {"entry": "[1]", "got": 1.0, "want": 2.0}
    assert shown(entries=[entry], of='grads["W1"]') == ['grads["W1"][1] computed 1, true 2']


def test_nothing_measured_is_nothing_said():
    assert shown() == [] and list(measured({"evidence": None})) == []
