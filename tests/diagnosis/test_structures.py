"""Slips in the shape of an expression."""

import pytest

from whygrad.diagnosis.fragments import Fragment
from whygrad.diagnosis.mutation import Material
from whygrad.diagnosis.structures import product_operands, split, structure_variants

ARRAYS = Material(
    dict.fromkeys(("g", "W", "x", "a")), shapes={"g": (4, 2), "W": (3, 2), "x": (4, 3), "a": (4, 2)}
)


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("y = 1 / 1 + g", "y = 1 / (1 + g)"),
        ("y = (g + a) * a", "y = g + a * a"),
        ("d = [x * g + a * g]", "d = [x * g, a * g]"),
        ("d = [g]", "d = g"),
        ("d = g @ W", "d = g @ W.T"),
        ("d = g @ x", "d = x.T @ g"),
        ("d = g * a", "d = g * a * a"),
        ("d = np.exp(g)", "d = g"),
        ("d = np.mean(g)", "d = np.sum(g)"),
        ("d = g", "d = np.sum(g, axis=0)"),
        ("d = np.sum(g, axis=0)", "d = np.sum(g, axis=0, keepdims=True)"),
        ("d = g * a ** 2", "d = g * (1 - a ** 2)"),
        ("d = g * a", "d = g * (1 - a ** 2)"),
    ],
)
def test_the_slip_is_undone(wrong: str, right: str) -> None:
    assert right in [v.text for v in structure_variants(Fragment(wrong), ARRAYS)]


def test_a_call_without_arguments_has_no_slope() -> None:
    assert list(structure_variants(Fragment("d = g * seed()"), ARRAYS))


def test_what_a_call_unpacks_is_no_factor() -> None:
    texts = [v.text for v in structure_variants(Fragment("d = f(*a) * h(*a, g)"), ARRAYS)]
    assert texts
    for text in texts:
        compile(text, "variant", "exec")


def test_matrix_products_in_every_spelling() -> None:
    for text in ("a @ b", "np.dot(a, b)", "a.dot(b)", "np.matmul(a, b)"):
        fragment = Fragment(text)
        assert fragment.value is not None
        found = product_operands(fragment, fragment.value)
        assert found is not None
        assert [fragment.segment(n) for n in found] == ["a", "b"]
    assert product_operands(Fragment("a + b"), Fragment("a + b").tree.body[0].value) is None  # type: ignore[attr-defined]


def test_a_sum_is_split_with_its_signs() -> None:
    fragment = Fragment("a + b - c")
    assert fragment.value is not None
    assert split(fragment, fragment.terms(fragment.value)) == "a, b, -c"


def test_the_transpose_of_a_square_is_in_parentheses() -> None:
    material = Material({"x ** 2": 0, "w": 0}, shapes={"x ** 2": (3, 2), "w": (3, 2)})
    assert "w @ (x ** 2).T" in [v.text for v in structure_variants(Fragment("w @ x ** 2"), material)]


def test_a_product_of_the_forward_pass_is_the_likeliest_one():
    material = Material({"h": 2, "s": 2, "m": 2}, shapes={"h": (), "s": (), "m": ()}, phrases=("x[h * s:h]",))
    costs = {v.text: v.slip.cost for v in structure_variants(Fragment("top = h"), material)}
    assert costs["top = h * s"] < costs["top = h * m"]
