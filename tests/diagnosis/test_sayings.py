"""Quantities are found by value."""

import numpy as np

from whygrad.diagnosis.mutation import Material
from whygrad.diagnosis.sayings import Table, as_array, as_factor, fingerprint, missing_factors, ratios, views
from whygrad.diagnosis.search import Bench

SPACE = {"g": np.array([[1.0, 2.0], [3.0, 5.0]]), "n": 2}


def test_a_value_is_looked_up() -> None:
    table = Table(Bench([SPACE], [0.0], {"np": np}), Material.of(SPACE))
    assert table.find(SPACE["g"])[0][0] == "g"
    assert "g.T" in [t for t, _ in table.find(SPACE["g"].T)]
    assert table.find(np.full((2, 2), 17.3)) == []
    assert table.find(np.full((2, 2), np.nan)) == []


def test_views_say_what_a_value_is_the_broadcast_of() -> None:
    column = np.array([[2.0, 2.0], [7.0, 7.0]])
    assert any(v.tolist() == [[2.0], [7.0]] for v in views(column))
    assert any(v.shape == () and v == 3.0 for v in views(np.full((2, 2), 3.0)))


def test_a_broadcast_with_equal_corners_and_one_that_is_none() -> None:
    hollow = np.array([[1.0, 4.0, 1.0], [1.0, 4.0, 1.0]])
    assert [v.tolist() for v in views(hollow)][1:] == [[[1.0, 4.0, 1.0]], [1.0, 4.0, 1.0]]
    assert len(list(views(np.array([[1.0, 4.0, 1.0], [2.0, 4.0, 1.0]])))) == 1
    assert len(list(views(np.zeros((0, 3))))) == 1


def test_what_cannot_be_compared_is_no_array() -> None:
    assert as_array("text") is None
    assert as_array([1.0, np.inf]) is None
    assert as_array([1, 2]) is not None


def test_fingerprints_tell_order() -> None:
    assert fingerprint(np.array([1.0, 2.0])) != fingerprint(np.array([2.0, 1.0]))


def test_only_what_needs_parentheses_gets_them() -> None:
    texts = ["a", "f(a, b)", "(a + b)", "a + b", "x.T", "(a) * (b)"]
    assert [as_factor(t) for t in texts] == ["a", "f(a, b)", "(a + b)", "(a + b)", "x.T", "((a) * (b))"]


def scalings(got: np.ndarray, want: np.ndarray, space: dict[str, object]) -> list[tuple[str, str]]:
    table = Table(Bench([space], [want], {"np": np}), Material.of(space))
    return [
        (text, symbol) for symbol, ratio in ratios(got, want) for text, _ in missing_factors(ratio, table)
    ]


def test_rows_and_columns_by_which_a_value_is_off() -> None:
    rng = np.random.RandomState(0)
    got, rows, columns = rng.randn(4, 3), rng.randn(4), rng.randn(3)
    space = {"rows": rows, "columns": columns, "n": 4, "other": rng.randn(4)}
    assert scalings(got, got * rows[:, None], space) == [("rows[:, None]", "*")]
    assert scalings(got, got / columns, space) == [("columns", "/"), ("columns[None, :]", "/")]
    assert ("rows[:, None] / n", "*") in scalings(got, got * rows[:, None] / 4, space)
    assert scalings(got, got + 1, space) == []


def test_where_both_are_zero_any_factor_fits() -> None:
    got, rows = np.array([[0.0, 2.0], [3.0, 5.0]]), np.array([1.7, 0.6])
    assert scalings(got, got * rows[:, None], {"rows": rows}) == [("rows[:, None]", "*")]
