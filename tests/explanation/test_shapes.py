"""What is said of shapes: sums over stretched axes, spreading, matrix products."""

import numpy as np
import pytest

from whygrad.explanation.shapes import contribution_formula, shape_note, stretched
from whygrad.explanation.subjects import subject_of


@pytest.mark.parametrize(
    ("source", "result", "axes"),
    [((4,), (5, 4), (0,)), ((5, 1), (5, 4), (1,)), ((), (2, 3), (0, 1)), ((1, 4), (5, 4), (0,)),
     ((5, 4), (5, 4), ()), ((5, 4), (4,), None), ((3,), (5, 4), None)],
)  # fmt: skip
def test_axes_over_which_something_was_stretched(source, result, axes):
    assert stretched(source, result) == axes


def notes(function, *args):
    entries = subject_of(function, args).ledger()
    found = {}
    for edge in entries.edges:
        entry = entries.edge(*edge)
        found[entries.label(entry.source)] = shape_note(entries, entry)
    return found


def test_a_stretched_bias_is_summed_and_the_reason_is_said():
    said = notes(lambda x, b: np.sum((x + b) ** 2), np.ones((5, 4)), np.ones(4))
    assert said["b"] == (
        "What arrives has the shape (5, 4) of `t1`; it is summed over axis 0 because `b`, of shape (4,), "
        "was stretched over it."
    )
    assert said["x"] == "All have the shape (5, 4)."


def test_what_was_summed_is_spread():
    said = notes(lambda x: np.sum(x), np.ones((2, 3)))
    assert "a single number and is spread over the shape (2, 3)" in said["x"]


def test_matrix_products_show_their_formula_and_shapes():
    entries = subject_of(lambda x, W: np.sum((x @ W) ** 2), (np.ones((5, 3)), np.ones((3, 2)))).ledger()
    formulas = {
        entries.label(entries.edge(*e).source): contribution_formula(entries, entries.edge(*e))
        for e in entries.edges
        if entries.edge(*e).local is None
    }
    assert formulas == {"x": "G @ W.T", "W": "x.T @ G"}
    assert (
        "of the shape (3, 2) of `W`"
        in notes(lambda x, W: np.sum((x @ W) ** 2), np.ones((5, 3)), np.ones((3, 2)))["W"]
    )


def test_single_numbers_have_nothing_to_say():
    assert notes(lambda x, y: x * y, 2.0, 3.0) == {"x": "", "y": ""}
