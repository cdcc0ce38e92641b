"""Backward passes whose loss stands nowhere: usual losses are tried, and no more is guessed."""

import textwrap

import numpy as np
import pytest

from whygrad.checking.measurement import measure
from whygrad.checking.refusals import ForeignLossError
from whygrad.checking.supposing import LABELS, MANY_WAYS, SQUARES, TWO_WAYS, target_for
from whygrad.source import Source

NETWORK = """
import numpy as np
class Network:
    def __init__(self, n_in, n_hidden, n_out):
        self.W1, self.b1 = np.random.randn(n_in, n_hidden), np.zeros((1, n_hidden))
        self.W2, self.b2 = np.random.randn(n_hidden, n_out), np.zeros((1, n_out))
    def forward(self, X):
        self.a1 = np.tanh(X @ self.W1 + self.b1)
        z2 = self.a1 @ self.W2 + self.b2
        self.a2 = OUTPUT
        return self.a2
    def backward(self, X, y, lr=0.1):
        m = X.shape[0]
        DELTA
        dW2 = self.a1.T @ dz2 / m
        db2 = np.sum(dz2, axis=0, keepdims=True) / m
        dz1 = (dz2 @ self.W2.T) * (1 - self.a1 ** 2)
        dW1 = X.T @ dz1 / m
        db1 = np.sum(dz1, axis=0, keepdims=True) / m
        self.W1, self.b1 = self.W1 - lr * dW1, self.b1 - lr * db1
        self.W2, self.b2 = self.W2 - lr * dW2, self.b2 - lr * db2
"""
SOFTMAX = "np.exp(z2) / np.sum(np.exp(z2), axis=1, keepdims=True)"
CASES = {
    "squares of a linear output": ("z2", "dz2 = 2 * (self.a2 - y)", SQUARES),
    "squares of a sigmoid": (
        "1 / (1 + np.exp(-z2))",
        "dz2 = (self.a2 - y) * self.a2 * (1 - self.a2)",
        SQUARES,
    ),
    "cross-entropy of a sigmoid": ("1 / (1 + np.exp(-z2))", "dz2 = self.a2 - y", TWO_WAYS),
    "cross-entropy of a softmax": (SOFTMAX, "dz2 = self.a2 - y", MANY_WAYS),
    "cross-entropy of a softmax, for labels": (
        SOFTMAX,
        "dz2 = self.a2.copy(); dz2[np.arange(m), y] -= 1",
        LABELS,
    ),
}


def network(name):
    output, delta, _ = CASES[name]
    return NETWORK.replace("OUTPUT", output).replace("DELTA", delta)


def evidence(text):
    return measure(Source("network.py", textwrap.dedent(text)))


@pytest.mark.parametrize("name", CASES)
def test_a_loss_that_makes_all_right_is_meant(name):
    found = evidence(network(name))
    assert found.verdict == "right"
    assert {c.of for c in found.finals} == {"W1", "b1", "W2", "b2"}
    assert any(CASES[name][2] in note for note in found.notes)


@pytest.mark.parametrize("name", CASES)
def test_what_it_leaves_wrong_is_wrong(name):
    found = evidence(network(name).replace("1 - self.a1 ** 2", "1 + self.a1 ** 2"))
    assert {c.of for c in found.finals if c.verdict == "wrong"} == {"W1", "b1"}


def test_a_single_bias_that_sums_where_the_others_take_the_mean_is_wrong():
    found = evidence(
        network("squares of a linear output").replace(
            "keepdims=True) / m\n        dz1", "keepdims=True)\n        dz1"
        )
    )
    assert {c.of for c in found.finals if c.verdict == "wrong"} == {"b2"}


@pytest.mark.parametrize(
    "delta",
    [
        "dz2 = (self.a2 - y) ** 3",  # of a loss that is none of the usual ones
        "dz2 = self.a2 + y",
    ],
)
def test_what_no_usual_loss_explains_is_refused(delta):
    text = NETWORK.replace("OUTPUT", "z2").replace("DELTA", delta)
    with pytest.raises(ForeignLossError, match="of the usual ones"):
        evidence(text)


def test_a_penalty_that_no_loss_shows_is_not_accused():
    text = network("squares of a linear output").replace(
        "/ m\n        db2", "/ m + reg * self.W2\n        db2"
    )
    with pytest.raises(ForeignLossError):
        evidence(text.replace("lr=0.1", "lr=0.1, reg=0.5"))


def test_the_target_is_kept_by_the_constructor_and_the_step_goes_uphill():
    text = """
import numpy as np
def sigmoid(x):
    return 1 / (1 + np.exp(-x))
def slope(a):
    return a * (1 - a)
class Network:
    def __init__(self, x, y):
        self.input, self.y = x, y
        self.weights1 = np.random.rand(self.input.shape[1], 4)
        self.weights2 = np.random.rand(4, 1)
    def feedforward(self):
        self.layer1 = sigmoid(self.input @ self.weights1)
        self.output = sigmoid(self.layer1 @ self.weights2)
        return self.output
    def backprop(self):
        error = 2 * (self.y - self.output) * slope(self.output)
        d_weights2 = self.layer1.T @ error
        d_weights1 = self.input.T @ (error @ self.weights2.T * slope(self.layer1))
        self.weights1 += d_weights1
        self.weights2 += d_weights2
"""
    assert evidence(text).verdict == "right"
    found = evidence(text.replace("* slope(self.layer1)", "* slope(self.input @ self.weights1)"))
    assert {c.of for c in found.finals if c.verdict == "wrong"} == {"weights1"}


def test_targets_suit_the_output():
    rows = np.full((4, 3), 1 / 3)
    assert target_for(MANY_WAYS, rows) == "onehot(4, 3)"
    assert target_for(MANY_WAYS, rows.T) == "onehot_columns(3, 4)"
    assert target_for(LABELS, rows) == "randint(3, 4)"
    assert target_for(TWO_WAYS, np.full((4, 1), 0.3)) == "randint(2, 4, 1)"
    assert target_for(SQUARES, np.full((4, 1), 3.0)) == "randn(4, 1)"
    assert not target_for(TWO_WAYS, np.full((4, 1), 3.0))
    assert not target_for(MANY_WAYS, np.full((4, 1), 0.3))


COLUMNS = """
import numpy as np
def forward_propagation(X, parameters):
    A1 = np.tanh(np.dot(parameters["W1"], X) + parameters["b1"])
    A2 = 1 / (1 + np.exp(-(np.dot(parameters["W2"], A1) + parameters["b2"])))
    return A2, {"A1": A1, "A2": A2}
def backward_propagation(parameters, cache, X, Y):
    m = X.shape[1]
    A1, A2 = cache["A1"], cache["A2"]
    dZ2 = A2 - Y
    dW2 = np.dot(dZ2, A1.T) / m
    db2 = np.sum(dZ2, axis=1, keepdims=True) / m
    dZ1 = np.dot(parameters["W2"].T, dZ2) * (1 - np.power(A1, 2))
    dW1 = np.dot(dZ1, X.T) / m
    db1 = np.sum(dZ1, axis=1, keepdims=True) / m
    return {"dW1": dW1, "db1": db1, "dW2": dW2, "db2": db2}
"""
LISTS = """
import numpy as np
class Network:
    def __init__(self, sizes):
        self.sizes = sizes
        self.biases = [np.random.randn(y, 1) for y in sizes[1:]]
        self.weights = [np.random.randn(y, x) for x, y in zip(sizes[:-1], sizes[1:])]
    def feedforward(self, a):
        for b, w in zip(self.biases, self.weights):
            a = np.tanh(np.dot(w, a) + b)
        return a
    def backprop(self, x, y):
        nabla_b = [np.zeros(b.shape) for b in self.biases]
        nabla_w = [np.zeros(w.shape) for w in self.weights]
        activations = [x]
        for b, w in zip(self.biases, self.weights):
            activations.append(np.tanh(np.dot(w, activations[-1]) + b))
        delta = (activations[-1] - y) * (1 - activations[-1] ** 2)
        nabla_b[-1], nabla_w[-1] = delta, np.dot(delta, activations[-2].T)
        for l in range(2, len(self.sizes)):
            delta = np.dot(self.weights[-l + 1].T, delta) * (1 - activations[-l] ** 2)
            nabla_b[-l], nabla_w[-l] = delta, np.dot(delta, activations[-l - 1].T)
        return nabla_b, nabla_w
"""


@pytest.mark.parametrize("text", [COLUMNS, LISTS])
def test_inputs_whose_gradients_have_other_shapes_are_no_examples(text):
    """A bias of the size of the batch, and a batch for a pass of one example, both run forward."""
    assert evidence(text).verdict == "right"
