"""Inputs that nobody gave are found: right code is right with them, and its wrong twin is not."""

import re
import textwrap

import numpy as np
import pytest

from whygrad.checking.measurement import measure
from whygrad.checking.miniature import parse_input
from whygrad.source import Source

CASES = {
    "an affine layer, flattened": """
        def affine_forward(x, w, b):
            return x.reshape(x.shape[0], -1).dot(w) + b, (x, w, b)
        def affine_backward(dout, cache):
            x, w, b = cache
            rows = x.reshape(x.shape[0], -1)
            return dout.dot(w.T).reshape(x.shape), rows.T.dot(dout), dout.<<mean||sum>>(axis=0)
    """,
    "columns, with the bias one wide": """
        import numpy as np
        def linear_forward(A, W, b):
            Z = np.dot(W, A) + b
            return Z, (A, W, b)
        def linear_backward(dZ, cache):
            A, W, b = cache
            dA, dW = np.dot(W.T, dZ), np.dot(dZ, A.T)
            db = <<2||1>> * np.sum(dZ, axis=1, keepdims=True)
            return dA, dW, db
    """,
    "columns in a dictionary, asserted to end in one row, with asserted shapes of gradients": """
        import numpy as np
        def model_forward(X, parameters):
            hidden, caches = X, []
            depth = len(parameters) // 2
            for l in range(1, depth + 1):
                Z = parameters["W" + str(l)] @ hidden + parameters["b" + str(l)]
                caches.append((hidden, parameters["W" + str(l)], parameters["b" + str(l)], Z))
                hidden = 1 / (1 + np.exp(-Z))
            assert hidden.shape == (1, X.shape[1])
            return hidden, caches
        def compute_cost(AL, Y):
            m = Y.shape[1]
            return np.squeeze(-(Y @ np.log(AL).T + (1 - Y) @ np.log(1 - AL).T) / m)
        def model_backward(AL, Y, caches):
            grads, m = {}, AL.shape[1]
            dA = <<||->>(Y / AL - (1 - Y) / (1 - AL))
            for l in reversed(range(len(caches))):
                hidden, W, b, Z = caches[l]
                s = 1 / (1 + np.exp(-Z))
                dZ = dA * s * (1 - s)
                grads["dW" + str(l + 1)] = dZ @ hidden.T / m
                grads["db" + str(l + 1)] = np.sum(dZ, axis=1, keepdims=True) / m
                assert grads["db" + str(l + 1)].shape == b.shape
                dA = W.T @ dZ
            return grads
    """,
    "a penalty beside margins, which one class and one feature would hide": """
        import numpy as np
        def hinge_loss(W, X, y, reg):
            \"\"\"W: weights of shape (D, C); X: data of shape (N, D); y: labels of shape (N,)\"\"\"
            loss, dW = 0.0, np.zeros(W.shape)
            for i in range(X.shape[0]):
                scores = X[i].dot(W)
                for j in range(W.shape[1]):
                    margin = scores[j] - scores[y[i]] + 1
                    if j != y[i] and margin > 0:
                        loss += margin
                        dW[:, j] += X[i]
                        dW[:, y[i]] <<+=||-=>> X[i]
            loss = loss / X.shape[0] + reg * np.sum(W * W)
            dW = dW / X.shape[0] + 2 * reg * W
            return loss, dW
    """,
    "time steps, flattened for one product": """
        def temporal_affine_forward(x, w, b):
            N, T, D = x.shape
            M = b.shape[0]
            return x.reshape(N * T, D).dot(w).reshape(N, T, M) + b, (x, w, b)
        def temporal_affine_backward(dout, cache):
            x, w, b = cache
            N, T, D = x.shape
            rows = dout.reshape(N * T, -1)
            dw, db = x.reshape(N * T, D).T.dot(rows), dout.sum(axis=<<0||(0, 1)>>)
            return rows.dot(w.T).reshape(N, T, D), dw, db
    """,
    "labels and a mask of every step": """
        import numpy as np
        def temporal_softmax_loss(x, y, mask):
            N, T, V = x.shape
            rows, labels, weights = x.reshape(N * T, V), y.reshape(N * T), mask.reshape(N * T)
            p = np.exp(rows) / np.exp(rows).sum(axis=1, keepdims=True)
            loss = -np.sum(weights * np.log(p[np.arange(N * T), labels])) / N
            drows = p.copy()
            drows[np.arange(N * T), labels] -= 1
            drows *= weights[:, None] / <<T||N>>
            dx = drows.reshape(N, T, V)
            return loss, dx
    """,
    "a product whose transpose is missing, which raises unless the weights are square": """
        def scale_forward(x, w):
            return x @ w, (x, w)
        def scale_backward(dout, cache):
            x, w = cache
            dx = dout @ <<w||w.T>>
            dw = x.T @ dout
            return dx, dw
    """,
    "gates side by side": """
        import numpy as np
        def sigmoid(z):
            return 1 / (1 + np.exp(-z))
        def cell_forward(x, prev_h, prev_c, Wx, Wh, b):
            H = prev_h.shape[1]
            a = x.dot(Wx) + prev_h.dot(Wh) + b
            i, f, g = sigmoid(a[:, :H]), sigmoid(a[:, H:2 * H]), np.tanh(a[:, 2 * H:])
            next_c = f * prev_c + i * g
            return next_c, (x, prev_h, prev_c, Wx, Wh, i, f, g)
        def cell_backward(dnext_c, cache):
            x, prev_h, prev_c, Wx, Wh, i, f, g = cache
            di, df, dg = dnext_c * g, dnext_c * prev_c, dnext_c * i
            da = np.hstack([di * i * (1 - i), df * f * (1 - f), dg * (1 - <<g||g ** 2>>)])
            dx, dprev_h, dprev_c = da.dot(Wx.T), da.dot(Wh.T), dnext_c * f
            dWx, dWh, db = x.T.dot(da), prev_h.T.dot(da), da.sum(axis=0)
            return dx, dprev_h, dprev_c, dWx, dWh, db
    """,
    "labels, a penalty and what the module cannot compute": """
        import numpy as np
        data = open("not there.txt").read()
        classes = len(set(data))
        W = np.random.randn(5, classes)
        def softmax_loss(W, X, y, reg):
            scores = X.dot(W)
            p = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
            N = X.shape[0]
            loss = -np.log(p[range(N), y]).mean() + reg * np.sum(W * W)
            p[range(N), y] -= 1
            dW = X.T.dot(p) / N + <<reg||2 * reg>> * W
            return loss, dW
        while True:
            W -= softmax_loss(W, data, data, 0)[1]
    """,
    "a network that makes its own weights": """
        import numpy as np
        class Net(object):
            def __init__(self, input_dim=3 * 32 * 32, hidden_dim=100, num_classes=10, reg=0.0):
                self.params = {"W1": 0.1 * np.random.randn(input_dim, hidden_dim),
                               "b1": np.zeros(hidden_dim),
                               "W2": 0.1 * np.random.randn(hidden_dim, num_classes)}
                self.reg = reg
            def loss(self, X, y=None):
                W1, b1, W2 = self.params["W1"], self.params["b1"], self.params["W2"]
                h = np.maximum(0, X.reshape(X.shape[0], -1).dot(W1) + b1)
                scores = h.dot(W2)
                if y is None:
                    return scores
                p = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
                loss = -np.log(p[np.arange(len(y)), y]).mean() + 0.5 * self.reg * np.sum(W2 * W2)
                p[np.arange(len(y)), y] -= 1
                p /= len(y)
                grads = {"W2": h.T.dot(p) + <<0||self.reg>> * W2}
                dh = p.dot(W2.T) * (h > 0)
                grads["W1"], grads["b1"] = X.reshape(X.shape[0], -1).T.dot(dh), dh.sum(axis=0)
                return loss, grads
    """,
    "gradients that are only used up": """
        import numpy as np
        class Dense:
            def __init__(self, input_size, output_size):
                self.weights = np.random.randn(output_size, input_size)
            def forward(self, input):
                self.input = input
                return np.dot(self.weights, self.input)
            def backward(self, output_gradient, learning_rate):
                weights_gradient = <<2||1>> * np.dot(output_gradient, self.input.T)
                input_gradient = np.dot(self.weights.T, output_gradient)
                self.weights -= learning_rate * weights_gradient
                return input_gradient
    """,
    "an output and gradients that are stored": """
        import numpy as np
        class Layer_Dense:
            def __init__(self, n_inputs, n_neurons):
                self.weights = 0.01 * np.random.randn(n_inputs, n_neurons)
                self.biases = np.zeros((1, n_neurons))
            def forward(self, inputs):
                self.inputs = inputs
                self.output = np.dot(inputs, self.weights) + self.biases
            def backward(self, dvalues):
                self.dweights = np.dot(self.inputs.T, dvalues)
                self.dbiases = np.<<mean||sum>>(dvalues, axis=0, keepdims=True)
                self.dinputs = np.dot(dvalues, self.weights.T)
    """,
    "a variable of the module that steps downhill": """
        import numpy as np
        def f(x): return x[0] ** 2 + 3 * x[0] * x[1] + np.sin(x[1])
        def grad_f(x): return np.array([2 * x[0] + 3 * x[1], 3 * x[0] <<-||+>> np.cos(x[1])])
        x = np.array([1.0, 2.0])
        for i in range(20):
            x = x - 0.01 * grad_f(x)
    """,
    "a loss that is a method with a target alone": """
        import numpy as np
        class Network:
            def __init__(self, n_in, n_out):
                self.W = 0.1 * np.random.randn(n_in, n_out)
            def forward(self, X):
                self.X = X
                e = np.exp(X @ self.W)
                self.probs = e / e.sum(axis=1, keepdims=True)
                return self.probs
            def loss(self, Y):
                return -np.sum(Y * np.log(self.probs + 1e-9)) / Y.shape[0]
            def backward(self, Y):
                dz = (self.probs - Y) / <<1||Y.shape[0]>>
                self.dW = self.X.T @ dz
    """,
    "a loss that stands beside the pass": """
        import numpy as np
        def forward_propagation(X, parameters):
            A1 = np.tanh(np.dot(parameters["W1"], X) + parameters["b1"])
            A2 = 1 / (1 + np.exp(-np.dot(parameters["W2"], A1) - parameters["b2"]))
            assert A2.shape == (1, X.shape[1])
            return A2, {"A1": A1, "A2": A2}
        def compute_cost(A2, Y):
            m = Y.shape[1]
            return -np.sum(np.multiply(Y, np.log(A2)) + np.multiply(1 - Y, np.log(1 - A2))) / m
        def backward_propagation(parameters, cache, X, Y):
            m = X.shape[1]
            dZ2 = cache["A2"] - Y
            dZ1 = np.dot(parameters["W2"].T, dZ2) * (1 - np.power(cache["A1"], <<1||2>>))
            return {"dW2": np.dot(dZ2, cache["A1"].T) / m, "db2": np.sum(dZ2, axis=1, keepdims=True) / m,
                    "dW1": np.dot(dZ1, X.T) / m, "db1": np.sum(dZ1, axis=1, keepdims=True) / m}
    """,
    "predictions given to the backward pass of a loss": """
        import numpy as np
        class CrossEntropyLoss:
            def forward(self, y_pred, y_true):
                return -np.log(np.clip(y_pred, 1e-7, 1 - 1e-7)[range(len(y_pred)), y_true])
            def backward(self, dvalues, y_true):
                onehot = np.eye(dvalues.shape[1])[y_true]
                self.dinputs = -<<onehot * dvalues||onehot / dvalues>> / len(dvalues)
    """,
    "two states, each with a gradient of its own, and rows of both inputs one above the other": """
        import numpy as np
        def sigmoid(z):
            return 1 / (1 + np.exp(-z))
        def cell_forward(xt, a_prev, c_prev, parameters):
            Wf, bf = parameters["Wf"], parameters["bf"]
            Wc, bc = parameters["Wc"], parameters["bc"]
            concat = np.concatenate((a_prev, xt), axis=0)
            f = sigmoid(np.dot(Wf, concat) + bf)
            g = np.tanh(np.dot(Wc, concat) + bc)
            c_next = f * c_prev + (1 - f) * g
            a_next = np.tanh(c_next)
            return a_next, c_next, (a_next, c_prev, f, g, concat, parameters)
        def cell_backward(da_next, dc_next, cache):
            a_next, c_prev, f, g, concat, parameters = cache
            dc = dc_next + da_next * (1 - a_next ** 2)
            df = dc * (c_prev - g) * f * (1 - f)
            dg = dc * (1 - f) * (1 - g<<|| ** 2>>)
            return {"dc_prev": dc * f, "dWf": df.dot(concat.T), "dWc": dg.dot(concat.T),
                    "dbf": df.sum(axis=1, keepdims=True), "dbc": dg.sum(axis=1, keepdims=True)}
    """,
    "heads that must divide the width": """
        import numpy as np
        class Heads:
            def __init__(self, width, n_heads):
                assert width % n_heads == 0
                self.n_heads, self.w = n_heads, np.random.randn(width, width)
            def split(self, x):
                b, t, d = x.shape
                return x.reshape(b, t, self.n_heads, d // self.n_heads).transpose(0, 2, 1, 3)
            def forward(self, x):
                self.x = x
                self.q = self.split(x @ self.w)
                return self.q @ self.q.transpose(0, 1, 3, 2)
            def backward(self, dout):
                dq = (dout + dout.transpose(0, 1, 3, 2)) @ self.q
                b, h, t, k = dq.shape
                dy = dq.transpose(0, 2, 1, 3).reshape(b, t, h * k)
                self.dw = np.einsum("bti,btj->ij", self.x, dy)
                return dy @ self.w<<||.T>>
    """,
    "parameters unrolled into one vector": """
        import numpy as np
        def network_cost(theta, inner, outer, data, penalty):
            W = theta[:inner * outer].reshape(inner, outer)
            b = theta[inner * outer:inner * outer + inner]
            c = theta[inner * outer + inner:]
            m = data.shape[1]
            h = np.tanh(W.dot(data) + np.tile(b, (m, 1)).T)
            out = W.T.dot(h) + np.tile(c, (m, 1)).T
            cost = np.sum((out - data) ** 2) / (2 * m) + penalty / 2 * np.sum(W ** 2)
            d = (out - data) / m
            dh = W.dot(d) * (1 - h ** 2)
            dW = h.dot(d.T) + dh.dot(data.T) + penalty * W
            grad = np.concatenate([dW.ravel(), dh.sum(axis=1), d.<<mean||sum>>(axis=1)])
            return cost, grad
    """,
    "a column of ones on both sides": """
        import numpy as np
        def cost(params, n_in, n_out, X, Y):
            theta = np.reshape(params[:n_out * (n_in + 1)], (n_out, n_in + 1))
            a = np.insert(X, 0, values=np.ones(X.shape[0]), axis=1)
            J = np.sum((a.dot(theta.T) - Y) ** 2) / 2
            grad = np.ravel(<<2 * ||>>(a.dot(theta.T) - Y).T.dot(a))
            return J, grad
    """,
    "steps that are columns": """
        import numpy as np
        class Recurrent:
            def __init__(self, size, hidden):
                self.W = np.random.randn(hidden, size)
                self.U = np.random.randn(hidden, hidden)
                self.b = np.zeros((hidden, 1))
            def forward(self, xs):
                self.xs, self.h = xs, {-1: np.zeros_like(self.b)}
                for t in range(len(xs)):
                    self.h[t] = np.tanh(self.W @ xs[t] + self.U @ self.h[t - 1] + self.b)
                return np.array([self.h[t] for t in range(len(xs))])
            def backward(self, dhs):
                self.dW, self.dU = np.zeros_like(self.W), np.zeros_like(self.U)
                self.db = np.zeros_like(self.b)
                carry = np.zeros_like(self.b)
                for t in reversed(range(len(dhs))):
                    da = (dhs[t] + carry) * (1 - self.h[t] ** 2)
                    self.dW += da @ self.xs[t].T
                    self.dU += da @ self.h[<<t||t - 1>>].T
                    self.db += da
                    carry = self.U.T @ da
    """,
}


def evidence(text: str, wrong: bool):
    """Of `<<wrong||right>>` one side."""
    text = re.sub(r"<<(.*?)\|\|(.*?)>>", lambda match: match[1 if wrong else 2], text)
    return measure(Source("user.py", textwrap.dedent(text).lstrip("\n")))


@pytest.mark.parametrize("name", CASES)
def test_right_code_is_right_with_found_inputs(name):
    found = evidence(CASES[name], wrong=False)
    assert found.verdict == "right" and found.program.assumed


@pytest.mark.parametrize("name", CASES)
def test_wrong_code_is_wrong_with_found_inputs(name):
    assert evidence(CASES[name], wrong=True).verdict == "wrong"


def test_dimensions_differ_and_repeat_as_the_code_has_them():
    assumed = evidence(CASES["gates side by side"], wrong=False).program.assumed
    shapes = {name: np.shape(parse_input(text)) for name, text in assumed.items()}
    (n, d), h = shapes["x"], shapes["prev_h"][1]
    assert shapes == {
        "x": (n, d), "prev_h": (n, h), "prev_c": (n, h), "Wx": (d, 3 * h), "Wh": (h, 3 * h), "b": (3 * h,)
    }  # fmt: skip
    assert len({n, d, h}) == 3


def test_zeros_of_a_constructor_are_made_generic():
    found = evidence(CASES["a network that makes its own weights"], wrong=False)
    assert "__whygrad_stirred(__whygrad_layer.params)" in found.program.driver


@pytest.mark.parametrize("name", ["k", "s", "a", "c", "scale"])
def test_an_input_whose_gradient_is_a_number_is_taken_for_a_number(name):
    text = f"""
import numpy as np
def double_forward(x, {name}):
    out = 2.0 * {name} * x
    return out, (x, {name})
def double_backward(dout, cache):
    x, {name} = cache
    dx = 2.0 * {name} * dout
    d{name} = np.sum(2.0 * x * dout)
    return dx, d{name}
"""
    assert measure(Source("layer.py", text)).verdict == "right"
