"""Habits of naming gradients, and ordinary names that look like them."""

import pytest

from whygrad.checking.naming import UPSTREAM_WORDS, best, is_gradient_name, similarity, stems

VARIABLES = [
    "x",
    "X",
    "w",
    "W1",
    "w2",
    "Vo",
    "bias",
    "next_h",
    "c",
    "z",
    "pos",
    "coef",
    "log_var",
    "h1",
    "y_hat",
]


@pytest.mark.parametrize(
    ("name", "of"),
    [
        ("grad_x", "x"),
        ("dx", "x"),
        ("change_w2", "w2"),
        ("W1_adjustment", "W1"),
        ("d_x", "x"),
        ("dW1", "W1"),
        ("dL_dz", "z"),
        ("dLdX", "X"),
        ("dloss_dw", "w"),
        ("dE_dpos", "pos"),
        ("x_grad", "x"),
        ("w2_grad", "w2"),
        ("coef_der", "coef"),
        ("gradient_y", "y_hat"),
        ("delta_w2", "w2"),
        ("g_w", "w"),
        ("dV", "Vo"),
        ("db", "bias"),
        ("grad_input", "x"),
        ("d_h1", "h1"),
        ("d_log_var", "log_var"),
        ("grad_W1", "W1"),
        ("gradX", "X"),
        ("W1Grad", "W1"),
        ("dc", "c"),
    ],
)
def test_the_likeliest_variable(name, of):
    assert best(name, VARIABLES)[0][1] == of


@pytest.mark.parametrize(
    "name", ["data", "d01", "dist", "dim", "y_prime", "index", "loss", "deg", "group", "gain"]
)
def test_ordinary_names_are_no_gradients(name):
    assert not is_gradient_name(name, {"x", "w", "n", name})


@pytest.mark.parametrize("name", ["grad", "gradient", "delta", "grads"])
def test_a_bare_word_names_no_variable_but_is_a_gradient(name):
    assert is_gradient_name(name, set())
    assert ("", False) in stems(name)


def test_exact_beats_alike():
    assert similarity("b", "b") > similarity("b", "B") > similarity("b", "bias") > similarity("b", "w")


@pytest.mark.parametrize(
    "name", ["dout", "grad", "d_y", "dLdy", "grad_out", "delta", "upstream", "dnext_h", "g", "dy"]
)
def test_upstream_parameters(name):
    assert UPSTREAM_WORDS.match(name)


@pytest.mark.parametrize("name", ["cache", "x", "w", "mask", "params"])
def test_other_parameters(name):
    assert not UPSTREAM_WORDS.match(name)


def test_words_within_a_name_are_compared_however_they_are_joined():
    assert similarity("OutsideVecs", "outsideVectors") >= 0.4
    assert stems("grads") == [("", False)]
