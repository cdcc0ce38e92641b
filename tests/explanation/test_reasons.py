"""Why a gradient is zero, not finite, large, small or not there: the place, the cause, and what to write."""

import numpy as np
import pytest

import whygrad as wg
from whygrad.report import Paragraph


def told(function, *args, why, level="line", at=None):
    report = wg.explain(function, *args, why=why, level=level, at=at)
    return ["".join(w.text for w in block.words) for block in report.blocks if isinstance(block, Paragraph)]


def line_of(text: str) -> int:
    return next(k for k, line in enumerate(open(__file__, encoding="utf-8"), 1) if text in line)


def dead_layer(x, w):
    h = np.maximum(0, x * w)  # where nothing passes
    return np.sum(h * 3)


def test_zero_names_the_line_where_nothing_passes():
    lines = told(dead_layer, np.array([-1.0, -2.0]), np.array([1.0, 2.0]), why="w")
    assert "Nothing passes" in lines[1]
    assert f"test_reasons.py:{line_of('# where nothing passes')}" in lines[1]
    assert "at every entry" in lines[1]


def test_zero_by_contributions_that_cancel():
    lines = told("x*y - x*y", why="x", at="x=2, y=3")
    assert "cancel" in " ".join(lines)


def test_zero_by_underflow():
    lines = told("exp(-x) * exp(-y)", why="x", at="x=400, y=400")
    assert "underflow" in " ".join(lines)


def test_no_zero_is_explained_where_there_is_none():
    assert len(told("x*y", why="x", at="x=2, y=3")) == 1


@pytest.mark.parametrize(
    ("text", "at", "made", "instead"),
    [
        ("log(1 + exp(x))", "x=1000", "exp(1000) = inf", "np.logaddexp(0, x)"),
        ("sqrt(x) * y", "x=0, y=1", "0", "np.sqrt(x + 1e-12)"),
        ("log(x)", "x=0", "1 / 0 = inf", "np.log(np.maximum(x, 1e-12))"),
        ("y / x", "x=0, y=1", "1 / 0", "denominator away from 0"),
    ],
)
def test_not_finite_names_the_operation_and_what_to_write(text, at, made, instead):
    lines = " ".join(told(text, why="x", at=at))
    assert "not finite because of this" in lines
    assert made in lines
    assert instead in lines


def cut_by_argmax(x, w):
    k = np.argmax(x * w)  # the cut
    return np.sum(w * k)


def test_disconnected_names_the_place_of_the_cut():
    lines = told(cut_by_argmax, np.array([1.0, 2.0]), np.array([1.0, 2.0]), why="x")
    assert "gradient is 0" in lines[0]
    assert f"test_reasons.py:{line_of('# the cut')}" in lines[1]
    assert "argmax" in lines[1] and "whole number" in lines[1]


def side_line(x, w):
    unused = x * 2
    other = unused + 1  # noqa: F841
    return w * 3


def test_disconnected_because_the_output_does_not_need_it():
    lines = told(side_line, 1.0, 2.0, why="unused")
    assert "does not need it" in lines[1] and "`" not in lines[1] and "other" in lines[1]
    assert told(side_line, 1.0, 2.0, why="x")[0].endswith("its gradient is 0.")


def stopped(x, w):
    return wg.stop_gradient(x * w) * w


def test_disconnected_by_stop_gradient():
    lines = told(stopped, 2.0, 3.0, why="x")
    assert "stop_gradient" in " ".join(lines)


def vanishing(x, w):
    for _ in range(30):
        x = 1 / (1 + np.exp(-w * x))
    return x


def exploding(x, w):
    for _ in range(30):
        x = w * x  # three times each
    return x


def test_small_and_large_name_the_factors_and_how_often_they_act():
    lines = told(vanishing, 1.0, 0.5, why="x")
    assert "so small" in lines[1] and "30 times over" in lines[1]
    lines = told(exploding, 1.0, 3.0, why="x")
    assert "so large" in lines[1] and "multiplies by 3 on average, 30 times over" in lines[1]
    assert f"test_reasons.py:{line_of('# three times each')}" in lines[1]
