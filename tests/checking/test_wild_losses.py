"""Losses and activations of real files that once were refused, or accused though they are right."""

import ast
import textwrap

import numpy as np
import pytest

from whygrad.checking.counting import counted
from whygrad.checking.functions import Function
from whygrad.checking.measurement import measure
from whygrad.checking.units import Outline, units_in
from whygrad.source import Source

CASES = {
    "a derivative named after the target, of the predictions": """
        import numpy as np
        class Squares:
            def __call__(self, y, y_pred):
                self.y, self.y_pred = y, y_pred
                return np.sum((y - y_pred) ** 2, axis=0) / y.shape[0]
            def gradient(self):
                self.dL_dy = -2 * (self.y <<+||->> self.y_pred) / self.y.shape[0]
                return self.dL_dy
    """,
    "probabilities kept within bounds, and a loss for each example": """
        import numpy as np
        class CategoricalCrossEntropy:
            def forward(self, y_pred, y_true):
                kept = np.clip(y_pred, 1e-7, 1 - 1e-7)
                return -np.sum(y_true * np.log(kept), axis=1)
            def backward(self, dvalues, y_true):
                kept = np.clip(dvalues, 1e-7, 1 - 1e-7)
                self.dinputs = <<||->>y_true / kept / len(dvalues)
                return self.dinputs
    """,
    "a size that the forward pass counts for itself": """
        import numpy as np
        class MeanSquaredError:
            @staticmethod
            def forward(y_hat, y):
                m = y_hat.size
                return np.sum((1 / m) * np.sum((y_hat - y) ** 2, axis=1))
            @staticmethod
            def backward(y_hat, y, m):
                return (<<1||2>> / m) * (y_hat - y)
    """,
    "a loss of vectors, which one number runs with as well": """
        import numpy as np
        def dot(x, y):
            return np.dot(np.squeeze(x), np.squeeze(y))
        def logistic_loss(z, t):
            return dot(t, np.logaddexp(0, -z))
        def logistic_loss_gradient(z, t):
            return t / (1 + np.exp(-z)) <<+||->> t
    """,
    "an activation whose data are no gradient": """
        import numpy as np
        class Sigmoid:
            def forward(self, data):
                return 1 / (1 + np.exp(-data))
            def backward(self, data):
                return data * (1 <<+||->> data)
    """,
    "a vector of its name, and one index that makes one loss": """
        import numpy as np
        def softmax_loss(inputVec, wordIdx, outputs):
            z = outputs @ inputVec
            p = np.exp(z - np.max(z)) / np.sum(np.exp(z - np.max(z)))
            loss = -np.log(p[wordIdx])
            p[wordIdx] -= 1
            gradInput = outputs.T @ p
            gradOutputs = <<2 * ||>>np.dot(p[:, np.newaxis], inputVec[np.newaxis, :])
            return loss, gradInput, gradOutputs
    """,
    "a column of losses, and the gradient that arrives at each": """
        import numpy as np
        class SquaredError:
            def forward(self, y_true, y):
                self.delta = y - y_true
                return np.sum(self.delta ** 2, axis=1, keepdims=True)
            def backward(self, dE):
                return <<self.delta||2 * self.delta>> * dE
    """,
    "a gradient that arrives as gy": """
        class Neg:
            def forward(self, x):
                return -x
            def backward(self, gy):
                return <<2 * ||-1 * >>gy
    """,
}


def evidence(text, wrong):
    while "<<" in text:
        before, rest = text.split("<<", 1)
        sides, after = rest.split(">>", 1)
        text = before + sides.split("||")[not wrong] + after
    return measure(Source("losses.py", textwrap.dedent(text)))


@pytest.mark.parametrize("name", CASES)
def test_right_code_is_right(name):
    assert evidence(CASES[name], wrong=False).verdict == "right"


@pytest.mark.parametrize("name", CASES)
def test_its_wrong_twin_is_wrong(name):
    assert evidence(CASES[name], wrong=True).verdict == "wrong"


SOFTMAX = """
import numpy as np
class Softmax:
    def forward(self, x):
        e = np.exp(x - np.max(x, axis=1, keepdims=True))
        self.out = e / e.sum(axis=1, keepdims=True)
        return self.out
    def backward(self, dout):
        return RESULT
"""


def test_what_a_softmax_hands_on_is_fused_with_a_loss():
    assert evidence(SOFTMAX.replace("RESULT", "dout"), wrong=False).verdict == "undecided"
    assert evidence(SOFTMAX.replace("RESULT", "2 * dout"), wrong=False).verdict == "wrong"
    right = "self.out * (dout - (dout * self.out).sum(axis=1, keepdims=True))"
    assert evidence(SOFTMAX.replace("RESULT", right), wrong=False).verdict == "right"


ENTROPY = """
import numpy as np
class CrossEntropy:
    def forward(self, actual, prediction):
        return -np.sum(actual * np.log(prediction)) / len(actual)
    def backward(self, actual, prediction):
        return RESULT / len(actual)
"""


def test_predictions_less_targets_are_fused_with_a_softmax():
    assert evidence(ENTROPY.replace("RESULT", "(prediction - actual)"), wrong=False).verdict == "undecided"
    assert evidence(ENTROPY.replace("RESULT", "(actual - prediction)"), wrong=False).verdict == "wrong"
    assert evidence(ENTROPY.replace("RESULT", "-actual / prediction"), wrong=False).verdict == "right"


def names(text):
    return [f.qualname for _, f, _ in units_in(Outline.of(ast.parse(textwrap.dedent(text))))]


def test_what_hands_gradients_on_or_gives_second_derivatives_is_no_loss():
    assert not names("""
        def subsample(X, y, grad, hess):
            return X, y, grad, hess
        def compute_gradients(y, pred):
            grad, hess = pred - y, 1.0
            return grad, hess
    """)


def test_a_gradient_belongs_to_the_loss_that_is_written_the_same():
    text = """
        def likelihood_loss(y, t): return y @ t
        def likelihood_loss_gradient(y, t): return t
        def Likelihood_loss(Y, T): return (Y * T).sum()
        def Likelihood_loss_gradient(Y, T): return T
    """
    found = units_in(Outline.of(ast.parse(textwrap.dedent(text))))
    assert all(backward.name.startswith(forward.name) for _, forward, backward in found)
    assert len(found) == 2


def test_sizes_that_a_forward_pass_counts():
    text = """
def forward(X, y):
    n, d = X.shape
    m = len(y)
    k = y.shape[1]
    total = X.sum()
"""
    node = ast.parse(text).body[0]
    found = counted(Function("forward", node), {"X": "X_", "y": "y"})
    assert found == {"n": "X_.shape[0]", "d": "X_.shape[1]", "m": "len(y)", "k": "y.shape[1]"}
    assert counted(Function("forward", node), {"y": "y"}).keys() == {"m", "k"}
    assert eval(found["d"], {"X_": np.zeros((4, 3))}) == 3


MODEL = """
import numpy as np
def forward(X, parameters):
    Z1 = parameters["W1"].dot(X) + parameters["b1"]
    A1 = np.tanh(Z1)
    Z2 = parameters["W2"].dot(A1) + parameters["b2"]
    A2 = 1 / (1 + np.exp(-Z2))
    return A2, (A1, A2)
def compute_cost(A2, Y):
    m = Y.shape[1]
    cost = (1. / m) * (-np.dot(Y, np.log(A2).T) - np.dot(1 - Y, np.log(1 - A2).T))
    return np.squeeze(cost)
def backward(X, Y, cache, parameters):
    A1, A2 = cache
    m = X.shape[1]
    dZ2 = A2 - Y
    dW2, db2 = dZ2.dot(A1.T) / m, dZ2.sum(axis=1, keepdims=True) / m
    dZ1 = parameters["W2"].T.dot(dZ2) * (1 - A1 ** 2)
    dW1, db1 = dZ1.dot(X.T) / m, dZ1.sum(axis=1, keepdims=True) / m
    return {"dW1": dW1, "db1": db1, "dW2": dW2, "db2": db2}
"""


def test_a_table_of_products_is_no_loss():
    """With several rows `np.dot(Y, np.log(A2).T)` is a matrix; one row is what its author had in mind."""
    evidence = measure(Source("model.py", MODEL))
    assert evidence.verdict == "right" and len(evidence.finals) == 4
    assert evidence.program.assumed["Y"].endswith("(1, 3)")


LABELS = """
import numpy as np
def softmax(x):
    if x.ndim == 2:
        x = x.T - np.max(x.T, axis=0)
        return (np.exp(x) / np.sum(np.exp(x), axis=0)).T
    x = x - np.max(x)
    return np.exp(x) / np.sum(np.exp(x))
class SoftmaxWithLoss:
    def forward(self, x, t):
        self.t, self.y = t, softmax(x)
        if self.t.size == self.y.size:
            self.t = self.t.argmax(axis=1)
        rows = np.arange(self.y.shape[0])
        return -np.sum(np.log(self.y[rows, self.t] + 1e-7)) / len(rows)
    def backward(self, dout=1):
        dx = self.y.copy()
        dx[np.arange(self.t.shape[0]), self.t] -= 1
        return dx / self.t.shape[0]
"""


def test_labels_that_a_method_keeps_are_turned_where_its_backward_pass_raises():
    """Labels with two axes run forward; it is they, not the scores, that are to be of another kind."""
    evidence = measure(Source("loss.py", LABELS))
    assert evidence.verdict == "right" and evidence.program.assumed["x"].count(",") == 1
