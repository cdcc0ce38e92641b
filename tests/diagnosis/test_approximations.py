"""What is near the gradient everywhere and no slip explains is left open; a slip that small is found."""

from whygrad.diagnosis import check_program
from whygrad.source import Source

GELU = """
import numpy as np
def gelu_forward(z):
    return 0.5 * z * (1.0 + np.tanh(np.sqrt(2.0 / np.pi) * (z + 0.044715 * z**3)))
def gelu_backward(grad, z):
    inside = np.sqrt(2.0 / np.pi) * (z + 0.044715 * z**3)
    return RESULT
"""
EXACT = """grad * (0.5 * (1 + np.tanh(inside)) + 0.5 * z * (1 - np.tanh(inside) ** 2)
        * np.sqrt(2.0 / np.pi) * (1 + 3 * 0.044715 * z**2))"""
NEAR = "grad * (0.5 * (1 + np.tanh(inside)) + z * np.exp(-0.5 * z**2) / np.sqrt(2.0 * np.pi))"
SERIES = """
def exponential(x):
    total, part = 1.0, 1.0
    for n in range(1, 10):
        part *= x / n
        total += part
    return total
def sigmoid(z):
    return 1 / (1 + exponential(-z))
def sigmoid_derivative(z):
    s = sigmoid(z)
    return s * (1 - s)
"""


def checked(text):
    return check_program(Source("near.py", text))


def test_the_derivative_of_the_exact_function_is_left_open():
    found = checked(GELU.replace("RESULT", NEAR))
    assert found.status == "undecided"
    assert not found.findings
    assert "approximation" in found.variables[0].reason


def test_a_function_of_a_few_terms_beside_the_derivative_of_what_it_stands_for():
    assert checked(SERIES).status == "undecided"
    assert checked(SERIES.replace("s * (1 - s)", "s * (1 + s)")).status == "wrong"


def test_what_is_exact_is_right_and_a_slip_as_small_is_found():
    assert checked(GELU.replace("RESULT", EXACT)).status == "right"
    slip = checked(GELU.replace("RESULT", EXACT.replace("3 * 0.044715", "3 * 0.0447")))
    assert slip.status == "wrong"
    assert slip.findings[0].repair is not None


PENALTY = """
import numpy as np
rng = np.random.RandomState(0)
X, y, w, lam = rng.randn(20, 3), rng.randn(20), rng.randn(3), 0.002
resid = y - X.dot(w)
cost = (resid ** 2).sum() / 40 + lam / 2 * (w ** 2).sum()
grad_w = -X.T.dot(resid) / 20 + TERM
"""


def test_a_slip_in_a_small_penalty_is_searched_for_before_anything_is_left_open():
    assert checked(PENALTY.replace("TERM", "lam * w")).status == "right"
    for term in ("2 * lam * w", "lam * w ** 2", "lam"):
        slip = checked(PENALTY.replace("TERM", term))
        assert slip.status == "wrong" and [f.line for f in slip.findings] == [7]
        assert slip.findings[0].repair.edits[0].after.endswith("lam * w"), term
