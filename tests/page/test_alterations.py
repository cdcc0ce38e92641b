"""Formulas with one slip each."""

from __future__ import annotations

import numpy as np
import pytest

from whygrad.gates import KNOWN
from whygrad.page.alterations import altered


def test_terms_factors_and_signs_are_each_left_out_or_turned_once() -> None:
    found = {slip.text: (slip.kind, slip.part) for slip in altered("g * (s - y) / n")}
    assert found == {
        "g * (s - y)": ("factor", "1 / n"),
        "(s - y) / n": ("factor", "g"),
        "g / n": ("factor", "s - y"),
        "g * s / n": ("term", "- y"),
        "g * -y / n": ("term", "s"),
        "g * (s + y) / n": ("turned", "s - y"),
    }


@pytest.mark.parametrize("known", KNOWN, ids=lambda known: known.name)
def test_every_slip_of_every_gate_is_another_formula(known) -> None:
    for _, text in known.derivatives:
        texts = [slip.text for slip in altered(text)]
        assert len(set(texts)) == len(texts) and text not in texts


def test_slips_are_read_as_they_stand() -> None:
    names = {"g": 2.0, "s": 0.7, "y": 0.25, "n": 4.0}
    values = [eval(slip.text, {}, names) for slip in altered("g * (s - y) / n")]
    np.testing.assert_allclose(values, [0.9, 0.5, 0.1125, 0.35, -0.125, 0.475])
