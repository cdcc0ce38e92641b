"""Arguments that the example leaves out: both ways are derived, and equal to differences of the function."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import whygrad as wg
from whygrad.emission.omitted import left_out


def biased(x, W, b=None):  # type: ignore[no-untyped-def]
    y = x @ W
    if b is not None:
        y = y + b
    return np.sum(np.tanh(y))


def masked(scores, mask=None):  # type: ignore[no-untyped-def]
    if mask is not None:
        scores = np.where(mask == 0, -1e9, scores)
    e = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return np.sum((e / e.sum(axis=-1, keepdims=True)) ** 3)


def slope(f: Any, at: Any, along: Any) -> Any:
    return (f(at + 1e-6 * along) - f(at - 1e-6 * along)) / 2e-6


@pytest.mark.parametrize("kept", [None, np.tri(4)])
def test_a_mask_that_the_example_leaves_out_is_derived_both_ways(kept: Any) -> None:
    draw = np.random.default_rng(0).normal
    text = wg.derive(masked, draw(size=(3, 3)))
    assert "not checked" not in text
    names: dict[str, Any] = {"np": np}
    exec(text, names)
    scores, along = draw(size=(4, 4)), draw(size=(4, 4))
    found = np.sum(names["grad_masked"](scores, kept) * along)
    assert found == pytest.approx(slope(lambda s: masked(s, kept), scores, along), rel=1e-6)


def test_what_may_be_none_gets_a_gradient_where_the_example_gives_it() -> None:
    draw = np.random.default_rng(1).normal
    names: dict[str, Any] = {"np": np}
    exec(wg.derive(biased, draw(size=(3, 4)), draw(size=(4, 2)), draw(size=2)), names)
    x, W, b, along = draw(size=(5, 4)), draw(size=(4, 3)), draw(size=3), draw(size=3)
    found = names["grad_biased"](x, W, b)
    assert np.sum(found[2] * along) == pytest.approx(slope(lambda v: biased(x, W, v), b, along), rel=1e-6)
    assert names["grad_biased"](x, W)[2] is None


def test_nothing_is_made_up_where_no_array_is_met() -> None:
    assert left_out(lambda x, seed: x if seed is None else seed, [1.0, None], 1, "seed") == []
