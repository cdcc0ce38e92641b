"""The sentences about NaN and infinity: who made it, where, from what, whether it was needed."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import whygrad as wg
from whygrad.explanation.nonfinite import nonfinite
from whygrad.explanation.subjects import subject_of
from whygrad.rendering.text import render_text
from whygrad.report import Report

HERE = __file__


def told(function: Any, *args: Any) -> str:
    with np.errstate(all="ignore"):
        blocks = tuple(nonfinite(subject_of(function, args).ledger()))
    return " ".join(render_text(Report("", blocks), width=10_000, color=False).split())


def softplus(x: Any) -> Any:
    return np.log(1 + np.exp(x))


def guarded(x: Any) -> Any:
    return np.sum(np.where(x > 0, np.log(x), 0.0))


def test_an_overflow_is_told_with_its_line_and_its_numbers() -> None:
    line = softplus.__code__.co_firstlineno + 1
    head, _, made = told(softplus, 1000.0).partition(": ")
    assert head == "The output and the gradient of x are not finite"
    assert made == f"np.exp(x) ({HERE}:{line}) computes exp(1000) = inf."


def test_what_was_not_needed_is_told_as_such() -> None:
    text = told(guarded, np.array([1.0, -1.0]))
    assert text == (
        f"np.log(x) ({HERE}:{guarded.__code__.co_firstlineno + 1}) is nan at [1], and nothing needed it: "
        "with a 1 in its place the output and every gradient are the same."
    )


@pytest.mark.parametrize(
    ("formula", "at", "said"),
    [
        ("x / y", "x=1, y=0", "x / y (<formula>:1) computes 1 / 0 = inf"),
        ("sqrt(x)", "x=0", "going back through sqrt(x) (<formula>:1), 0.5 / 0 = inf"),
        ("sqrt(x) + 1 / x", "x=0", "the contributions to x add up to"),
        ("sqrt(x * x)", "x=0", "0.5 / 0 = inf; then going back through x * x (<formula>:1), inf * 0 = nan"),
        ("x * y", "x=1, y=2", ""),
    ],
)
def test_formulas(formula: str, at: str, said: str) -> None:
    with np.errstate(all="ignore"):
        text = render_text(wg.explain(formula, at=at), width=10_000, color=False)
    assert said in text
    assert ("not finite" in text) == bool(said)
