"""Example inputs of other shapes: equal lengths are told apart, and what is derived holds for any."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from tests.emission.test_golden import GOLDEN, assert_right, function_of, module_of

import whygrad as wg
from whygrad.emission.examples import told_apart

draw = np.random.default_rng(3).normal
OTHER = {
    "convolution_windows": lambda: (draw(size=(5, 3, 7, 6)), draw(size=(4, 3, 2, 3)), draw(size=4)),
    "convolution_loops": lambda: (draw(size=(5, 3, 7, 6)), draw(size=(4, 3, 2, 3)), draw(size=4)),
    "lstm": lambda: (
        draw(size=(3, 5, 2)), draw(size=(3, 4)), draw(size=(3, 4)), draw(size=(2, 16)), draw(size=(4, 16)),
        draw(size=16),
    ),
    "max_pooling": lambda: (draw(size=(3, 6, 10)),),
    "group_norm": lambda: (draw(size=(3, 6, 2, 5)), draw(size=(1, 6, 1, 1)), draw(size=(1, 6, 1, 1))),
    "attention": lambda: (draw(size=(7, 4)), *(draw(size=(4, 4)) for _ in range(4))),
    "layer_norm": lambda: (draw(size=(6, 5)), draw(size=5), draw(size=5)),
}  # fmt: skip
"""Inputs of shapes that nothing was derived at."""


@pytest.mark.parametrize("name", OTHER)
def test_what_is_derived_holds_at_other_shapes(name: str) -> None:
    module = module_of(GOLDEN / f"{name}.py")
    function = function_of(module)
    text = (GOLDEN / f"{name}_derived.py").read_text(encoding="utf-8")
    assert_right(text, module, function, dict(zip(module.make_inputs(), OTHER[name](), strict=True)))


def square(x: Any, w: Any) -> Any:
    return np.sum(np.tanh(x @ w) ** 2)


def test_axes_that_happen_to_be_equal_are_told_apart_and_those_that_belong_together_are_not() -> None:
    x, w = told_apart(square, (draw(size=(3, 3)), draw(size=(3, 3))))
    assert x.shape[1] == w.shape[0]
    assert len({x.shape[0], x.shape[1], w.shape[1]}) == 3


def pairs(a: list[float], b: list[float]) -> float:
    return sum(p * q for p, q in zip(a, b, strict=False))


def test_where_lengths_have_to_stay_equal_the_loop_is_written_all_the_same() -> None:
    a, b = draw(size=4), draw(size=4)
    text = wg.derive(pairs, a, b)
    names: dict[str, Any] = {"np": np}
    exec(text, names)
    for found, wanted in zip(names["grad_pairs"](a, b), (b, a), strict=True):
        np.testing.assert_allclose(found, wanted)
