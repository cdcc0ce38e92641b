"""Mutations: each undoes a slip that people make, and every text is Python."""

import ast

import numpy as np
import pytest

from whygrad.diagnosis.fragments import Fragment
from whygrad.diagnosis.mutation import Material, names, variants

SCALARS = {"w": [2, -3, -3], "x": [-1, -2], "activation": 0.7, "grad_product": 0.2, "product": 1}
MATRIX = np.ones((3, 2))
ARRAYS = {"A": MATRIX, "B": MATRIX, "dout": MATRIX, "b": np.ones(2), "k": 1, "N": 3}

UNDONE = [
    ("g = [w[0] * a + w[2] * a]", "g = [w[0] * a, w[2] * a]"),
    ("g = [w[0] - w[2]]", "g = [w[0], -w[2]]"),
    ("y = 1 / 1 + product", "y = 1 / (1 + product)"),
    ("g = w[2] * activation", "g = w[1] * activation"),
    ("g = w[2] * activation", "g = w[2] * grad_product"),
    ("g = activation * (1 - activation) * x", "g = grad_product * (1 - grad_product) * x"),
    ("g = -product * activation", "g = product * activation"),
    ("g = product * activation", "g = -product * activation"),
    ("g = product - activation", "g = product + activation"),
    ("g = 0.5 * product", "g = 1.0 * product"),
    ("g = product", "g = 2 * product"),
    ("g += product", "g = product"),
    ("g = product", "g += product"),
    ("p = [product * 2]", "p = product * 2"),
    ("g = activation * activation * product", "g = (1 - activation * activation) * product"),
    ("g = 1 - activation + product", "g = (1 - activation) * product"),
]
UNDONE_ARRAYS = [
    ("g = A * B", "g = A @ B"),
    ("g = A @ B", "g = A.T @ B"),
    ("g = A @ B", "g = B @ A"),
    ("g = np.dot(A, B)", "g = np.dot(A.T, B)"),
    ("g = A[-k]", "g = A[-k - 1]"),
    ("g = b[-1]", "g = b[-2]"),
    ("g = dout", "g = np.sum(dout, axis=0)"),
    ("g = np.sum(dout)", "g = np.sum(dout, axis=0)"),
    ("g = np.sum(dout, axis=1)", "g = np.sum(dout, axis=0)"),
    ("g = dout.sum(axis=1)", "g = dout.sum(axis=1, keepdims=True)"),
    ("g = dout @ A", "g = dout @ A / N"),
    ("g = dout", "g = dout * A"),
    ("g[k] += dout", "np.add.at(g, k, dout)"),
    ("g = np.array([0, 0, 0])", "g = np.array([0.0, 0.0, 0.0])"),
    ("g = np.zeros_like(A)", "g = np.zeros_like(A, dtype=float)"),
    ("g = dout * (A > 0)", "g = dout * (A >= 0)"),
    ("g = dout * np.tanh(A)", "g = dout * A"),
    ("g = A[k:-k]", "g = A[k:k + N]"),
    ("g = np.mean(dout, axis=0)", "g = np.sum(dout, axis=0)"),
]


@pytest.mark.parametrize(("text", "wanted"), UNDONE)
def test_a_slip_of_scalars_is_undone(text: str, wanted: str) -> None:
    assert wanted in {v.text for v in variants(text, Material.of(SCALARS, library="math"))}


@pytest.mark.parametrize(("text", "wanted"), UNDONE_ARRAYS)
def test_a_slip_of_arrays_is_undone(text: str, wanted: str) -> None:
    assert wanted in {v.text for v in variants(text, Material.of(ARRAYS))}


@pytest.mark.parametrize(
    "text", [pair[0] for pair in UNDONE_ARRAYS] + ["return A @ B, dout", "g = (A *\n     B)"]
)
def test_every_variant_is_python_and_comes_once(text: str) -> None:
    found = [v.text for v in variants(text, Material.of(ARRAYS))]
    assert len(found) == len(set(found))
    assert text not in found
    for other in found:
        ast.parse(other)


def test_a_slip_says_where_it_stands() -> None:
    text = "g = w[2] * activation"
    for variant in variants(text, Material.of(SCALARS, library="math")):
        slip = variant.slip
        if slip.kind in ("name", "index"):
            assert text[slip.start : slip.start + len(slip.old)] == slip.old


def test_no_python_has_no_variants() -> None:
    assert list(variants("g = (", Material.of(SCALARS))) == []


def test_of_all_names_that_fit_those_that_go_on_come_first() -> None:
    material = Material(
        dict.fromkeys(("g", "r", "z", "h", "dh", "h_prev")),
        shapes=dict.fromkeys(["g", "r", "z", "h", "dh", "h_prev"], (3,)),
    )
    found = [v.text for v in names(Fragment("d = g * h * (1 - r)"), material) if v.slip.old == "h"]
    assert found.index("d = g * h_prev * (1 - r)") == 0


def test_indices_are_whole_numbers_and_what_is_indexed_has_the_axes() -> None:
    space = {**ARRAYS, "i": 1, "half": 0.5, "mask": np.ones(3, dtype=bool), "places": np.array([0, 2])}
    found = {v.text for v in names(Fragment("g = A[i, k] * b[i:N]"), Material.of(space))}
    assert {"g = B[i, k] * b[i:N]", "g = A[k, k] * b[i:N]", "g = A[places, k] * b[i:N]"} <= found
    assert "g = A[mask, k] * b[i:N]" in found and "g = A[i, k] * b[i:k]" in found
    for never in ("g = b[i, k] * b[i:N]", "g = k[i, k] * b[i:N]", "g = A[half, k] * b[i:N]"):
        assert never not in found
    assert "g = A[i, k] * b[half:N]" not in found and "g = A[i, k] * b[A:N]" not in found


def test_what_the_line_binds_stands_where_nothing_is_handed_over() -> None:
    arrays = {"carried": np.ones(2), "other": np.ones(3)}
    material = Material.of(arrays, takes={"step": (3, 3)})
    found = [v.text for v in variants("dx, carried = step(g, 0, kept)", material)]
    assert found.index("dx, carried = step(g, carried, kept)") < found.index(
        "dx, carried = step(g, other, kept)"
    )
    assert "dx, carried = other(g, carried, kept)" not in found


def test_no_quantity_is_subtracted_from_or_divided_by_itself():
    found = [v.text for v in variants("d = (a - b) * w", Material.of({"a": np.ones(3), "b": np.ones(3)}))]
    assert "d = (b - a) * w" in found or "d = (a + b) * w" in found
    assert not {"d = (a - a) * w", "d = (b - b) * w", "d = (a / a) * w"} & set(found)
    kept = [v.text for v in variants("d = a * b - b", Material.of({"a": np.ones(3), "b": np.ones(3)}))]
    assert "d = a * a - b" in kept
