"""Slips where a function of the forward pass leaves something behind that is easily forgotten."""

import numpy as np

from whygrad.diagnosis.mutation import Material, variants


def texts(text: str, phrases: tuple[str, ...]) -> set[str]:
    values = {"A": np.eye(3), "x": np.ones((4, 3)), "n": 4}
    return {v.text for v in variants(text, Material.of(values, phrases=phrases))}


def test_an_inverse_belongs_to_a_determinant() -> None:
    assert "g = S - np.linalg.inv(A).T" in texts("g = S - A.T", ("np.log(np.linalg.det(A))",))
    assert "g = S - np.linalg.inv(A).T" not in texts("g = S - A.T", ("np.log(A)",))


def test_one_fewer_belongs_to_a_variance_of_a_sample() -> None:
    wrong, right = "g = x - x * x.mean(axis=0)", "g = x - x * (x.sum(axis=0) / (n - 1))"
    assert right in texts(wrong, ("x.std(axis=0, ddof=1)",))
    assert right not in texts(wrong, ("x.std(axis=0)",))
