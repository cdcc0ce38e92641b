"""Reductions along the wrong axis, several of a line together, with `keepdims` or without."""

from __future__ import annotations

import ast

import numpy as np
import pytest

from whygrad.diagnosis.axes import axes, several_axes
from whygrad.diagnosis.fragments import Fragment
from whygrad.diagnosis.mutation import Material


def texts(text: str) -> list[str]:
    found = [variant.text for variant in axes(Fragment(text), Material.of({"x": np.ones((3, 2))}))]
    for candidate in found:
        ast.parse(candidate)
    return found


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("e / e.sum(axis=0)", "e / e.sum(axis=1, keepdims=True)"),
        ("e / np.sum(e, axis=0)", "e / np.sum(e, axis=1, keepdims=True)"),
        ("e / e.sum(0)", "e / e.sum(1, keepdims=True)"),
        ("d - d.mean(axis=0) - x * (d * x).mean(axis=0)",
         "d - d.mean(axis=1, keepdims=True) - x * (d * x).mean(axis=1, keepdims=True)"),
        ("a.sum(axis=0) * b.sum(axis=0)", "a.sum(axis=1) * b.sum(axis=1)"),
        ("a.sum(axis=0, keepdims=True) * b.sum(axis=0, keepdims=True)",
         "a.sum(axis=1, keepdims=True) * b.sum(axis=1, keepdims=True)"),
    ],
)  # fmt: skip
def test_all_reductions_of_a_line_change_their_axis_together(wrong: str, right: str) -> None:
    assert right in texts(wrong)


def test_axes_of_tuples_and_of_other_calls_are_left_alone() -> None:
    assert not texts("x.sum(axis=(0, 1)) + np.concatenate([x, x], axis=0)")


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("np.sum(g * x, axis=(0, 1))", "np.sum(g * x, axis=(0, 2))"),
        ("g.sum((1, 2))", "g.sum((0, 2))"),
        ("g.sum(axis=0)", "g.sum(axis=(0, 2))"),
        ("g.sum(axis=(0, 1, 2))", "g.sum(axis=(0, 1))"),
    ],
)
def test_a_reduction_of_more_axes_goes_along_others(wrong: str, right: str) -> None:
    material = Material.of({"g": np.ones((3, 2, 4)), "x": np.ones((3, 2, 4))})
    found = [variant.text for variant in several_axes(Fragment(wrong), material)]
    assert right in found and wrong not in found
    assert not [*several_axes(Fragment(wrong), Material.of({"g": np.ones((3, 2))}))]


def test_axes_of_groups_of_channels_are_five_and_may_be_counted_from_the_end() -> None:
    material = Material.of({"g": np.ones((2, 2, 3, 4, 5)), "x": np.ones((2, 2, 3, 4, 5))})
    found = [v.text for v in several_axes(Fragment("m = (g * x).mean(axis=(3, 4), keepdims=True)"), material)]
    assert "m = (g * x).mean(axis=(2, 3, 4), keepdims=True)" in found
    found = [v.text for v in several_axes(Fragment("m = (g * x).mean(axis=(-2, -1))"), material)]
    assert "m = (g * x).mean(axis=(-3, -2, -1))" in found and not any("(0" in text for text in found)


def test_axes_that_a_name_stands_for_may_be_others() -> None:
    material = Material.of({"x": np.ones((2, 3, 4))})
    found = [v.text for v in several_axes(Fragment("ax = (0, 1, 2)"), material)]
    assert {"ax = (1, 2)", "ax = (0, 2)"} <= set(found)
    assert not list(several_axes(Fragment("q = x[0, 1]"), material))
