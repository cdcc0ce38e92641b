"""Numbers for people."""

import numpy as np
import pytest

from whygrad.explanation.numbers import about, number_text, texts, value_text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.7310585786300049, "0.7311"), (-0.0, "0"), (0, "0"), (2, "2"), (-3.0, "-3"), (np.float64(1.0), "1"),
        (1234567.0, "1234567"), (1e300, "1e+300"), (1.23e-8, "1.23e-08"), (float("nan"), "nan"),
        (float("-inf"), "-inf"), (True, "True"), (np.bool_(False), "False"), (1 + 2j, "1+2j"),
        (12345.6, "12346"), (123456789.5, "1.235e+08"),
    ],
)  # fmt: skip
def test_number_text(value, text):
    assert number_text(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (np.float64(-0.0), "0"),
        ([1.0, -0.0], "[1, 0]"),
        (np.array([[1.5, 2.0]]), "[[1.5, 2]]"),
        (np.zeros((0, 3)), "array (0, 3)"),
        (np.arange(100.0), "array (100,), 0 to 99"),
        (np.ones((20, 3)), "array (20, 3), all 1"),
    ],
)
def test_value_text(value, text):
    assert value_text(value) == text


def test_texts_have_enough_digits_to_tell_numbers_apart():
    assert texts([0.5, 0.50001]) == ["0.5", "0.50001"]
    assert texts([0.5, 0.5]) == ["0.5", "0.5"]
    assert texts([1.0, float("nan")]) == ["1", "nan"]


def test_very_large_counts_are_short_and_never_overflow():
    assert about(2**200) == "1.606e+60"
    assert about(7 * 10**400) == "7.000e+400"
