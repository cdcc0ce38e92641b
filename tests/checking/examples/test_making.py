"""What the file makes under a name says what a parameter of that name is."""

import pytest
from tests.checking.test_averaging import LAYER
from tests.test_batch import check, written

from whygrad.checking.examples.making import made_shapes
from whygrad.diagnosis import check_program
from whygrad.rendering.repairs import edits_of
from whygrad.source import Source, edited

MAKER = """
def initialize(n_x, n_h, n_y):
    b1 = np.zeros((n_h, 1))
    b2 = np.zeros((n_y, 1))
    return {"b1": b1, "b2": b2}
"""
ACTIVE = """
def relu(Z):
    return np.maximum(0, Z), Z
def relu_backward(dA, cache):
    dZ = np.array(dA, copy=True)
    dZ[cache <= 0] = 0
    return dZ
def active_forward(A, W, b):
    Z, linear = linear_forward(A, W, b)
    A, kept = relu(Z)
    return A, (linear, kept)
def active_backward(dA, cache):
    linear, kept = cache
    return linear_backward(relu_backward(dA, kept), linear)
"""
RIGHT = "np.sum(dZ, axis=1, keepdims=True)"


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("b1 = np.zeros((n, 1))\nb2 = np.zeros(shape=(m, 1))", {"b": (0, 1)}),
        ("b1 = np.zeros((n, 1))\nb2 = np.zeros(3)", {}),
        ("p['b' + str(l)] = 0.01 * np.random.randn(n[l], 1)", {"b": (0, 1)}),
        ("self.bias = np.zeros((1, units))", {"bias": (1, 0)}),
        ("W, b = rng.standard_normal((3, 4)), 0.0", {"W": (0, 0), "b": ()}),
        ("b = np.zeros(hidden_size)\nc = np.zeros(W.shape)\nd = np.zeros(shape)", {"b": (0,)}),
        ("db = np.zeros_like(b)\nb = b - 0.1 * db", {}),
    ],
)
def test_shapes_are_read_off_what_the_file_makes(text, made):
    assert made_shapes(text) == made


@pytest.mark.parametrize("slip", ["np.sum(dZ)", "np.sum(dZ, axis=0, keepdims=True)"])
@pytest.mark.parametrize("further", ["", ACTIVE])
def test_a_bias_is_what_the_file_makes_whatever_fits_a_wrong_gradient(tmp_path, slip, further):
    """A number would fit the first slip, one bias for each example the second."""
    text = LAYER + MAKER + further
    wrong = text.replace(RIGHT, slip)
    path = written(tmp_path, wrong)
    status, said = check(path)
    assert status == 1
    assert [(f["line"], f["variable"]) for f in said["findings"]] == [(11, "db")]
    assert edited(wrong, edits_of(said)) == text
    assert check(written(tmp_path, text))[1]["status"] == "right"


def test_without_a_maker_the_gradient_says_what_the_bias_is():
    text = LAYER.replace(RIGHT, "np.sum(dZ)")
    assert check_program(Source("linear.py", text)).status == "right"
