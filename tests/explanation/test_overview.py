"""The account of a large graph: parts as lines, inputs by edges and paths with exact counts."""

import numpy as np

import whygrad as wg


def step(x, w):
    return np.tanh(w * x) + x


def long_loop(x, w):
    for _ in range(200):
        x = step(x, w)
    return x


def test_a_long_loop_is_told_by_its_parts():
    text = str(wg.explain(long_loop, 0.5, 0.1))
    assert "200 x step" not in text or "197 x step (from 2): 3 rows" in text
    assert "197 x step (from 2): 3 rows" in text
    assert "600 operations" in text


def test_paths_are_counted_exactly_however_many():
    text = "".join(str(wg.explain(long_loop, 0.5, 0.1)).split())
    assert str(2**200) in text  # each step has two ways back
