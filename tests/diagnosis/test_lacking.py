"""Statements that are missing behind a gradient are found by what it lacks."""

import ast

import numpy as np

from whygrad.diagnosis.lacking import lacking
from whygrad.diagnosis.mutation import Material
from whygrad.diagnosis.search import Bench

G = np.array([[0.3, -1.2, 0.7], [2.0, 0.4, -0.9]])
SPACE = {
    "g": G,
    "weight": np.array([1.7, 0.6]),
    "y": np.array([2, 0]),
    "count": 5,
    "hits": np.array([1.3, 2.2]),
}
SHARED = {"np": np, "range": range}


def found(want: np.ndarray, program: str = "") -> list[str]:
    bench = Bench([SPACE], [want], SHARED)
    return [line for line, _ in lacking("g", ast.parse(program), bench, Material.of(SPACE))]


def test_a_change_of_some_entries() -> None:
    want = G.copy()
    want[np.arange(2), SPACE["y"]] -= SPACE["hits"]
    assert "g[np.arange(2), y] -= hits" in found(want, "a = s[np.arange(2), y]")
    assert not found(want, "a = s[0]")


def test_nothing_where_all_is_right_or_nothing_can_be_said() -> None:
    assert not any("[" in line for line in found(G.copy(), "a = s[np.arange(2), y]"))
    assert found(np.random.RandomState(1).randn(2, 3)) == []
    assert found(np.zeros((3, 3))) == []
