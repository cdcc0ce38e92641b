"""Slips of place: swapped indices, another entry, a part on both sides, a stack transposed, sizes."""

import numpy as np
import pytest

from whygrad.diagnosis.mutation import Material, variants

FOUR = {"d": np.ones((2, 3, 3, 4)), "W": np.ones((3, 3)), "N": 2, "H": 3, "K": 4}


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("g[i] += w[c] * d[i, j, h, c]", "g[i] += w[c] * d[i, h, j, c]"),
        ("q = x.transpose(0, 2, 1) @ d", "q = x @ d"),
        ("q = d @ W", "q = d.swapaxes(-1, -2) @ W"),
        ("m = N", "m = N * H * K"),
        ("g = d / N", "g = d / (N * H)"),
    ],
)
def test_each_place(wrong: str, right: str) -> None:
    assert right in {v.text for v in variants(wrong, Material.of(FOUR))}


def test_an_index_of_a_loop_is_no_size() -> None:
    found = {v.text for v in variants("g = d / N", Material.of(FOUR, in_loop=("K",)))}
    assert not any("(N * K)" in text for text in found)


def test_another_entry_of_the_same_shape() -> None:
    values = {"p[u]": np.ones(3), "q[i]": np.zeros(3), "b[u]": 1.0}
    found = {v.text for v in variants("dq[i] += e * p[u]", Material.of(values))}
    assert "dq[i] += e * q[i]" in found and "dq[i] += e * b[u]" not in found


def test_a_penalty_of_a_part() -> None:
    material = Material.of({"T": np.ones((2, 3)), "g": np.ones((2, 3))}, phrases=("np.sum(T[:, 1:] ** 2)",))
    assert "g[:, 1:] += c * T[:, 1:]" in {v.text for v in variants("g += c * T", material)}


def test_the_slope_of_a_power_in_place_of_a_mask() -> None:
    material = Material.of({"margin": np.ones(3)}, phrases=("np.sum(margin ** 2)",))
    found = {v.text for v in variants("k = (margin > 0).astype(float)", material)}
    assert "k = 2 * margin" in found


def test_a_shape_of_another_size_is_unlikely() -> None:
    costs = {v.text: v.slip.cost for v in variants("x = x.reshape(-1, 1)", Material.of({"x": np.ones(3)}))}
    assert costs["x = x.reshape(-1, 3)"] > 1.3


def test_a_penalty_without_the_intercept_has_a_zero_there() -> None:
    vector = Material.of({"w": np.ones(3)}, phrases=("np.sum(w[1:] ** 2)",))
    assert "g = a + c * np.r_[0, w[1:]]" in {v.text for v in variants("g = a + c * w", vector)}
    matrix = Material.of({"w": np.ones((2, 3))}, phrases=("np.sum(w[:, 1:] ** 2)",))
    padded = "g = a + c * np.c_[np.zeros(len(w)), w[:, 1:]]"
    assert padded in {v.text for v in variants("g = a + c * w", matrix)}


def test_an_operand_of_a_product_may_lack_the_slope_of_what_it_passes() -> None:
    shapes = {"X": (5, 3), "g": (5, 2), "B": (4, 2), "h": (5, 4)}
    material = Material.of({name: np.ones(shape) for name, shape in shapes.items()})
    found = {v.text for v in variants("dA = X.T @ (g @ B.T)", material)}
    assert "dA = X.T @ (g @ B.T * (1 - h ** 2))" in found


def test_an_index_of_a_portion_has_the_size_that_the_text_divides_out() -> None:
    material = Material.of({"c": 2, "C": 6, "G": 2, "L": 3}, in_loop=("c",), phrases=("C // G * L",))
    costs = {v.text: v.slip.cost for v in variants("g = c % G", material)}
    assert costs["g = c // (C // G)"] < costs["g = c // L"] < costs["g = c // (C // L)"]
    assert "g = c % L" in costs and "g = c // c" not in costs
