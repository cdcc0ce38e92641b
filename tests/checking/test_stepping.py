"""Steps that a backward method makes of gradients that have no name are judged as far as they are right."""

import pytest

from whygrad.checking.measurement import measure
from whygrad.checking.refusals import ForeignLossError
from whygrad.source import Source

ATTRIBUTES = """
import numpy as np
class Network:
    def __init__(self):
        self.W1, self.W2 = np.random.randn(2, 3), np.random.randn(3, 1)
    def forward(self, X):
        self.z2 = self.sigmoid(X @ self.W1)
        return self.sigmoid(self.z2 @ self.W2)
    def sigmoid(self, s):
        return 1 / (1 + np.exp(-s))
    def slope(self, s):
        return s * (1 - s)
    def backward(self, X, y, o):
        self.o_error = y - o
        self.o_delta = self.o_error * self.slope(o)
        self.z2_error = self.o_delta.dot(self.W2.T)
        self.z2_delta = self.z2_error * self.slope(self.z2)
        self.W1 += X.T.dot(self.z2_delta)
        self.W2 += self.z2.T.dot(self.o_delta)
"""
LISTS = """
import numpy as np
def sigmoid(x):
    return 1 / (1 + np.exp(-x))
class Network:
    def __init__(self, sizes):
        self.weights = [np.random.randn(a, b) for a, b in zip(sizes[:-1], sizes[1:])]
    def forward(self, X):
        self.activations = [X]
        for W in self.weights:
            self.activations.append(sigmoid(self.activations[-1] @ W))
        return self.activations[-1]
    def backward(self, y, lr=0.1):
        deltas = [None] * len(self.weights)
        out = self.activations[-1]
        deltas[-1] = (out - y) * out * (1 - out)
        for i in range(len(self.weights) - 2, -1, -1):
            a = self.activations[i + 1]
            deltas[i] = deltas[i + 1].dot(self.weights[i + 1].T) * a * (1 - a)
        for i in range(len(self.weights)):
            self.weights[i] -= lr * self.activations[i].T.dot(deltas[i])
"""


@pytest.mark.parametrize("text", [ATTRIBUTES, LISTS])
def test_a_step_along_minus_the_gradient_is_right(text):
    assert measure(Source("network.py", text)).verdict == "right"


@pytest.mark.parametrize(
    "text",
    [
        ATTRIBUTES.replace("slope(self.z2)", "slope(self.z2 ** 2)"),
        LISTS.replace("a * (1 - a)", "(1 - a)"),
        ATTRIBUTES.replace("+=", "-="),
    ],
)
def test_a_step_that_is_not_is_refused_for_it_has_no_name(text):
    with pytest.raises(ForeignLossError):
        measure(Source("network.py", text))


LAYER = """
import numpy as np
class Layer:
    def __init__(self, n_in, n_out):
        self.weights = np.random.rand(n_in, n_out) - 0.5
    def forward(self, data):
        self.input = data
        return np.dot(data, self.weights)
    def backward(self, output_error, learning_rate):
        input_error = np.dot(output_error, self.weights.T)
        weights_error = {error}
        self.weights -= {step}
        return input_error
"""
ERROR, STEP = "np.dot(self.input.T, output_error)", "learning_rate * weights_error"


@pytest.mark.parametrize(
    ("error", "step", "verdicts"),
    [
        (ERROR, STEP, {"weights_error": "right", "dinput": "right"}),
        (f"2 * {ERROR}", STEP, {"weights_error": "wrong", "dinput": "right"}),
        # A penalty, a momentum, or a step of which the length is in the error, is no gradient by itself.
        (f"{ERROR} + 0.1 * self.weights", STEP, {"dinput": "right"}),
        (f"learning_rate * {ERROR}", "weights_error * 1.0", {"dinput": "right"}),
        (ERROR, "learning_rate * weights_error / (1 + abs(weights_error))", {"dinput": "right"}),
    ],
)
def test_what_is_multiplied_by_the_length_of_a_step_is_a_gradient_whatever_its_name(error, step, verdicts):
    evidence = measure(Source("layer.py", LAYER.format(error=error, step=step)))
    found = {claim.name.replace("ddata", "dinput"): claim.verdict for claim in evidence.claims}
    assert found == verdicts
