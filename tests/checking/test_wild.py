"""Found inputs again: habits of real files that once were refused, or accused though they are right."""

import re
import textwrap

import pytest

from whygrad.checking.measurement import measure
from whygrad.errors import NoGradientError
from whygrad.source import Source

CASES = {
    "unrolled weights beside two sizes and labels": """
        import numpy as np
        def cost_function(packed, n_in, n_hidden, n_labels, X, y, lam):
            A = np.reshape(packed[:n_hidden * (n_in + 1)], [n_hidden, n_in + 1])
            B = np.reshape(packed[n_hidden * (n_in + 1):], [n_labels, n_hidden + 1])
            m = len(y)
            a1 = np.hstack([np.ones((m, 1)), X])
            a2 = np.hstack([np.ones((m, 1)), np.tanh(a1.dot(A.T))])
            out = a2.dot(B.T)
            labels = y.squeeze()
            Y = np.zeros([m, n_labels])
            for k in range(n_labels):
                Y[:, k] = np.where(labels == k, 1, 0)
            J = np.sum((out - Y) ** 2) / m + lam * np.sum(A[:, 1:] ** 2)
            d = 2 * (out - Y) / m
            e = (d.dot(B) * (1 - a2 ** 2))[:, 1:]
            A_grad, B_grad = e.T.dot(a1), d.T.dot(a2)
            A_grad[:, 1:] += <<lam||2 * lam>> * A[:, 1:]
            grad = np.hstack([A_grad.ravel(), B_grad.ravel()])
            return J, grad
    """,
    "gradients added to the zeros that the constructor made": """
        import numpy as np
        class Layer:
            def __init__(self, n_in, n_out):
                self.w = np.random.randn(n_in, n_out)
                self.w_grad = np.zeros_like(self.w)
            def forward(self, x):
                self.x = x
                return x @ self.w
            def backward(self, g):
                self.w_grad += <<2 * ||>>self.x.T @ g
                return g @ self.w.T
    """,
    "cross-entropy right for targets that sum to one": """
        import numpy as np
        class CrossEntropy:
            def forward(self, y_hat, y_true):
                top = np.max(y_hat, axis=1, keepdims=True)
                total = np.log(np.sum(np.exp(y_hat - top), axis=1, keepdims=True))
                return -np.sum((y_hat - top - total) * y_true) / y_true.shape[0]
            def backward(self, y_hat, y_true):
                e = np.exp(y_hat - np.max(y_hat, axis=1, keepdims=True))
                grad = (e / np.sum(e, axis=1, keepdims=True) <<+||->> y_true) / y_true.shape[0]
                return grad
    """,
    "a bias with an axis for each of the output's, of which one number is taken at a time": """
        import numpy as np
        def conv_forward(X, W, b):
            n, h, w, _ = X.shape
            k, k, _, c_out = W.shape
            Z = np.zeros((n, h - k + 1, w - k + 1, c_out))
            for i in range(h - k + 1):
                for j in range(w - k + 1):
                    for c in range(c_out):
                        piece = X[:, i:i + k, j:j + k, :] * W[:, :, :, c]
                        Z[:, i, j, c] = piece.sum(axis=(1, 2, 3)) + np.squeeze(b[:, :, :, c])
            return Z, (X, W, b)
        def conv_backward(dZ, cache):
            X, W, b = cache
            k = W.shape[0]
            dW, db = np.zeros_like(W), np.zeros_like(b)
            for i in range(dZ.shape[1]):
                for j in range(dZ.shape[2]):
                    for c in range(dZ.shape[3]):
                        piece = X[:, i:i + k, j:j + k, :]
                        dW[:, :, :, c] += (piece * dZ[:, i, j, c][:, None, None, None]).sum(axis=0)
                        db[:, :, :, c] += <<2 * ||>>dZ[:, i, j, c].sum()
            return dW, db
    """,
    "parameters that a layer builds when it first runs": """
        import numpy as np
        class Dense:
            def __init__(self, units):
                self.units = units
                self.W = self.b = None
            def build(self, width):
                self.W = np.random.randn(width, self.units) * 0.1
                self.b = np.zeros(self.units)
            def forward(self, x):
                if self.W is None:
                    self.build(x.shape[1])
                self.x = x
                return x @ self.W + self.b
            def backward(self, dout):
                self.dW = self.x.T @ dout
                self.db = dout.<<mean||sum>>(axis=0)
                return dout @ self.W.T
    """,
    "a bias of which only the last axis is read": """
        import numpy as np
        def filter_forward(A, W, b, hparameters):
            (m, h, w, c_in) = A.shape
            (f, f, c_in, c_out) = W.shape
            s = hparameters["stride"]
            H, V = (h - f) // s + 1, (w - f) // s + 1
            Z = np.zeros((m, H, V, c_out))
            for i in range(H):
                for j in range(V):
                    for c in range(c_out):
                        part = A[:, i * s:i * s + f, j * s:j * s + f, :]
                        Z[:, i, j, c] = np.sum(part * W[..., c], axis=(1, 2, 3)) + np.sum(b[..., c])
            return Z, (A, W, b, hparameters)
        def filter_backward(dZ, cache):
            (A, W, b, hparameters) = cache
            (f, f, c_in, c_out) = W.shape
            s = hparameters["stride"]
            (m, H, V, c_out) = dZ.shape
            dA, dW, db = np.zeros(A.shape), np.zeros(W.shape), np.zeros((1, 1, 1, c_out))
            for i in range(H):
                for j in range(V):
                    for c in range(c_out):
                        d = dZ[:, i, j, c][:, None, None, None]
                        rows, columns = slice(i * s, i * s + f), slice(j * <<1||s>>, j * <<1||s>> + f)
                        dA[:, rows, columns, :] += d * W[..., c]
                        dW[..., c] += np.sum(d * A[:, rows, columns, :], axis=0)
                        db[..., c] += dZ[:, i, j, c].sum()
            return dA, dW, db
    """,
    "a loss of one example, whose target is one-hot": """
        import numpy as np
        class SoftmaxLoss:
            def call(self, prediction, target):
                return -np.log(self.softmax(prediction)) @ target
            def deriv(self, prediction, target):
                delta = self.softmax(prediction)
                delta[np.where(target == 1)[0][0]] -= <<2||1>>
                return delta
            def softmax(self, x):
                e = np.exp(x - np.max(x))
                return e / np.sum(e)
    """,
    "labels or one-hot targets": """
        import numpy as np
        class CrossEntropy:
            def forward(self, y_pred, y_true):
                if len(y_true.shape) == 1:
                    chosen = np.array([y_pred[i, y_true[i]] for i in range(len(y_pred))])
                else:
                    chosen = np.sum(y_pred * y_true, axis=1)
                return -np.log(chosen)
            def backward(self, dvalues, y_true):
                if len(y_true.shape) == 1:
                    y_true = np.eye(len(dvalues[0]))[y_true]
                self.dinputs = -y_true / dvalues<<||/ len(dvalues)>>
                self.dinputs = self.dinputs<< * 3||>>
    """,
    "the mean over the examples taken by a layer, in single precision": """
        import numpy as np
        class Dense:
            def __init__(self, n_in):
                self.w = np.random.randn(n_in, 5).astype(np.float32)
                self.b = np.zeros((1, 5), dtype=np.float32)
            def forward(self, x):
                self.x = x
                self.z = np.dot(x, self.w) + self.b
                return np.tanh(self.z)
            def backward(self, error):
                m = self.x.shape[0]
                dZ = error * (1 - np.tanh(self.z) <<||** 2>>)
                self.dW = np.dot(self.x.T, dZ) / m
                self.db = np.sum(dZ, axis=0, keepdims=True) / m
                return np.dot(dZ, self.w.T)
    """,
    "rows that the code counts by itself": """
        import numpy as np
        class Softmax:
            def forward(self, x):
                self.y = np.zeros((16, 10))
                for i in range(x.shape[0]):
                    e = np.exp(x[i] - np.max(x[i]))
                    self.y[i] = e / np.sum(e)
                return self.y
            def backward(self, dY):
                out = np.zeros((16, 10))
                for i in range(dY.shape[0]):
                    s = self.y[i].reshape(-1, 1)
                    out[i] = np.dot(np.diagflat(s) <<+||->> np.dot(s, s.T), dY[i])
                return out
    """,
    "columns, and a bias whose shape the backward pass asserts": """
        import numpy as np
        def logistic(Z):
            return 1 / (1 + np.exp(-Z)), Z
        def relu(Z):
            return np.maximum(0, Z), Z
        def block_forward(A_prev, W, b, activation):
            Z = np.dot(W, A_prev) + b
            A, kept = logistic(Z) if activation == "sigmoid" else relu(Z)
            return A, ((A_prev, W, b), kept)
        def block_backward(dA, cache, activation):
            (A_prev, W, b), Z = cache
            if activation == "relu":
                dZ = dA * (Z > 0)
            elif activation == "sigmoid":
                s, _ = logistic(Z)
                dZ = dA * s * (1 <<+||->> s)
            dW = np.dot(dZ, A_prev.T)
            db = np.sum(dZ, axis=1, keepdims=True)
            assert dW.shape == W.shape
            assert db.shape == b.shape
            return np.dot(W.T, dZ), dW, db
    """,
    "a forward pass by another name": """
        import numpy as np
        class Bend:
            def propagate(self, x):
                self.x = x
                return np.sin(x)
            def backpropagate(self, delta):
                return delta * np.<<sin||cos>>(self.x)
    """,
    "static methods": """
        import numpy as np
        class Squared:
            @staticmethod
            def loss(y, y_pred):
                return 0.5 * np.linalg.norm(y_pred - y) ** 2
            @staticmethod
            def grad(y, y_pred):
                return <<2 * ||>>(y_pred - y)
    """,
}


def evidence(text, wrong):
    """Of `<<wrong||right>>` one side."""
    text = re.sub(r"<<(.*?)\|\|(.*?)>>", lambda match: match[1 if wrong else 2], text)
    return measure(Source("layer.py", textwrap.dedent(text)))


@pytest.mark.parametrize("name", CASES)
def test_right_code_is_right(name):
    assert evidence(CASES[name], wrong=False).verdict == "right"


@pytest.mark.parametrize("name", CASES)
def test_its_wrong_twin_is_wrong(name):
    assert evidence(CASES[name], wrong=True).verdict == "wrong"


ONE_COLUMN = """
import numpy as np
class Loss:
    def forward(self, y_pred, y_true):
        self.y_pred, self.y_true = y_pred, y_true
        return np.mean((y_pred - y_true) ** 2)
    def backward(self):
        return 2 * (self.y_pred - self.y_true) / len(self.y_true)
"""


def test_a_mean_that_is_right_for_one_number_an_example_is_not_accused():
    """How many columns there are was assumed; that it is right for one is said."""
    found = measure(Source("loss.py", ONE_COLUMN))
    assert found.verdict == "undecided"
    assert "right where each example has one number; with 3 columns" in found.notes[-1]
    assert measure(Source("loss.py", ONE_COLUMN.replace("return 2 *", "return 4 *"))).verdict == "wrong"


def test_a_pass_that_takes_nothing_is_refused_not_accused():
    text = """
import numpy as np
class Loss:
    def __init__(self):
        self.input = self.y = None
    def forward_pass(self):
        self.loss = 0.5 * np.mean((self.input - self.y) ** 2)
    def backward_pass(self):
        self.dinput = (self.input - self.y) / self.y.size
"""
    with pytest.raises(NoGradientError, match="takes nothing that could be given"):
        measure(Source("loss.py", text))


def test_one_step_of_a_sequence_is_no_example_where_several_do_not_run():
    """The backward pass stands in the forward loop, and reads what is not there yet: one step is right."""
    text = """
import numpy as np
def loss_fun(inputs, targets, h, W, U):
    hs, ps, loss = {-1: h}, {}, 0
    for t in range(len(inputs)):
        hs[t] = np.tanh(W[:, [inputs[t]]] + hs[t - 1])
        ps[t] = np.exp(U @ hs[t]) / np.sum(np.exp(U @ hs[t]))
        loss += -np.log(ps[t][targets[t], 0])
        dU = np.zeros_like(U)
        for t in reversed(range(len(inputs))):
            dy = np.copy(ps[t])
            dy[targets[t]] -= 1
            dU += dy @ hs[t].T
    return loss, dU
"""
    with pytest.raises(NoGradientError, match="KeyError"):
        measure(Source("rnn.py", text))


def test_a_backward_pass_alone_is_told_from_a_file_without_gradients():
    text = """
import numpy as np
def dense_backward(layer, dX):
    dZ = dX * layer.slope
    return dZ @ layer.W.T
"""
    with pytest.raises(NoGradientError, match="`dense_backward` looks like a backward pass"):
        measure(Source("backward.py", text))


def test_a_dictionary_that_is_fused_with_a_loss_is_refused():
    text = """
import numpy as np
class Net:
    def __init__(self, W, V):
        self.W, self.V = W, V
    def forward(self, X):
        hidden = np.tanh(X @ self.W)
        return {"hidden": hidden, "out": hidden @ self.V}
    def backward(self, X, y, values):
        d = values["out"] - y
        return {"dV": values["hidden"].T @ d}
"""
    with pytest.raises(NoGradientError):
        measure(Source("net.py", text))
