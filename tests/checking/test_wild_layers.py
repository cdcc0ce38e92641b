"""Layers of real files that once were accused though they are right, each with a twin that is wrong."""

import textwrap

import pytest
from tests.checking.test_wild import evidence

from whygrad.batch import check_whole
from whygrad.checking.evidence import Hints
from whygrad.checking.measurement import measure
from whygrad.source import Source

CASES = {
    "means over a batch as long as the window of the layer": """
        import numpy as np
        class Slide:
            def __init__(self, filters, size=3):
                self.filters, self.size, self.W = filters, size, None
            def build(self, shape):
                self.W = np.random.randn(self.size, shape[-1], self.filters) * 0.1
                self.b = np.zeros(self.filters)
            def forward(self, x):
                if self.W is None:
                    self.build(x.shape)
                k = self.size
                self.seen = np.stack([x[:, i : i + k, :] for i in range(x.shape[1] - k + 1)], axis=1)
                self.shape = x.shape
                return np.einsum("boki,kif->bof", self.seen, self.W) + self.b
            def backward(self, grad):
                n = grad.shape[0]
                self.dW = <<2 * ||>>np.einsum("boki,bof->kif", self.seen, grad) / n
                self.db = grad.sum(axis=(0, 1)) / n
                dx = np.zeros(self.shape)
                back = np.einsum("bof,kif->boki", grad, self.W)
                for i in range(back.shape[1]):
                    dx[:, i : i + self.size, :] += back[:, i]
                return dx
    """,
    "a bias that a softmax cancels, whose gradient is rounding alone": """
        import numpy as np
        class Attend:
            def __init__(self, d):
                self.Wq, self.Wk = np.random.randn(d, d), np.random.randn(d, d)
                self.bq, self.bk = np.random.randn(d), np.random.randn(d)
            def forward(self, x):
                self.x = x
                self.q, self.k = x @ self.Wq + self.bq, x @ self.Wk + self.bk
                scores = self.q @ self.k.T
                e = np.exp(scores - scores.max(axis=1, keepdims=True))
                self.p = e / e.sum(axis=1, keepdims=True)
                return self.p
            def backward(self, grad):
                ds = self.p * (grad - (grad * self.p).sum(axis=1, keepdims=True))
                dq, dk = ds @ self.k, ds.T @ self.q
                self.dWq, self.dWk = self.x.T @ dq, self.x.T @ <<dq||dk>>
                self.dbq, self.dbk = dq.sum(axis=0), dk.sum(axis=0)
                return dq @ self.Wq.T + dk @ self.Wk.T
    """,
    "names of what is returned that belong to the class inherited from": """
        import numpy as np
        class Two:
            def forward(self, x1, x2):
                raise NotImplementedError
            def backward(self, dout):
                dx1, dx2 = self.slopes(dout)
                return dx1, dx2
        class Less(Two):
            def forward(self, x0, x1):
                return x0 - 2 * x1
            def slopes(self, dout):
                return dout, <<||-2 * >>dout
    """,
    "a loss of the last of several results, and gradients named by who calls": """
        import numpy as np
        def forward(X, W1, b1, W2, b2):
            Z1 = X @ W1 + b1
            A1 = np.tanh(Z1)
            Z2 = A1 @ W2 + b2
            e = np.exp(Z2 - Z2.max(axis=1, keepdims=True))
            A2 = e / e.sum(axis=1, keepdims=True)
            return Z1, A1, Z2, A2
        def loss_function(Y, Y_pred):
            return -np.mean(np.sum(Y * np.log(Y_pred), axis=1))
        def backpropagation(X, Y, A1, A2, W2):
            dZ2 = (A2 - Y) / len(X)
            dZ1 = dZ2 @ W2.T * (1 <<+||->> A1 ** 2)
            return X.T @ dZ1, dZ1.sum(axis=0), A1.T @ dZ2, dZ2.sum(axis=0)
        def train(X, Y, W1, b1, W2, b2, rounds):
            for _ in range(rounds):
                Z1, A1, Z2, A2 = forward(X, W1, b1, W2, b2)
                print(loss_function(Y, A2))
                dW1, db1, dW2, db2 = backpropagation(X, Y, A1, A2, W2)
                W1, b1, W2, b2 = W1 - dW1, b1 - db1, W2 - dW2, b2 - db2
    """,
    "one-hot labels whose places are an index": """
        import numpy as np
        class Entropy:
            def __init__(self, weights=None):
                self.weights = weights
            def loss(self, logits, labels):
                top = logits.max(axis=1, keepdims=True)
                self.log = logits - top - np.log(np.exp(logits - top).sum(axis=1, keepdims=True))
                each = -(self.log * labels).sum(axis=1)
                if self.weights is not None:
                    each = each * self.weights[np.argmax(labels, axis=1)]
                return np.sum(each) / labels.shape[0]
            def grad(self, logits, labels):
                grads = np.exp(self.log) <<+||->> labels
                return grads / labels.shape[0]
    """,
}


@pytest.mark.parametrize("name", CASES)
def test_right_code_is_right(name):
    assert evidence(CASES[name], wrong=False).verdict == "right"


@pytest.mark.parametrize("name", CASES)
def test_its_wrong_twin_is_wrong(name):
    assert evidence(CASES[name], wrong=True).verdict == "wrong"


def test_a_tiny_constant_below_a_softmax_over_one_entry():
    """What it leaves of a gradient that is zero without it is no mistake."""
    text = """
import numpy as np
class Weigh:
    def forward(self, x):
        e = np.exp(x - np.max(x, axis=-1, keepdims=True))
        self.p = e / (e.sum(axis=-1, keepdims=True) + 1e-9)
        return self.p
    def backward(self, grad):
        return self.p * (grad - (grad * self.p).sum(axis=-1, keepdims=True))
"""
    alone = Hints(input={"x": "randn(3, 1)"})
    found = measure(Source("weigh.py", text), alone)
    assert found.verdict == "right"
    assert "tiny constants" in found.finals[0].note
    assert measure(Source("weigh.py", text.replace("(grad -", "(grad +")), alone).verdict == "wrong"


def test_what_lies_below_the_bound_of_a_logarithm_is_not_judged():
    text = """
import numpy as np
class Log:
    def forward(self, x):
        self.kept = np.clip(x, 1e-6, None)
        return np.log(self.kept)
    def backward(self, grad):
        return grad / self.kept
"""
    assert measure(Source("log.py", text)).verdict == "right"
    assert measure(Source("log.py", text.replace("grad / self", "grad * self"))).verdict == "wrong"
    bend = text.replace("1e-6", "0.0").replace("np.log(self.kept)", "self.kept * 2")
    assert measure(Source("bend.py", bend.replace("grad / self.kept", "2 * grad"))).verdict == "wrong"


def test_a_softmax_derivative_of_one_is_left_open():
    text = """
import numpy as np
def softmax(v):
    e = np.exp(v - v.max(axis=0, keepdims=True))
    return e / e.sum(axis=0, keepdims=True)
def softmax_derivative(v):
    return 1
"""
    found = measure(Source("softmax.py", text))
    assert found.verdict == "undecided"
    assert "p - y" in found.finals[0].reason
    assert measure(Source("softmax.py", text.replace("return 1", "return 2"))).verdict == "wrong"


def test_single_precision_on_the_way_is_not_accused():
    text = """
import numpy as np
class Bend:
    def __init__(self):
        self.f = lambda x: x / (1 + np.exp(-x, dtype=np.float32))
        self.slope = lambda x: (1 + np.exp(-x) * (1 + x)) / (1 + np.exp(-x)) ** 2
    def forward(self, x):
        self.x = x
        return self.f(x)
    def backward(self, grad):
        return grad * self.slope(self.x)
"""
    assert measure(Source("bend.py", text)).verdict == "right"
    assert measure(Source("bend.py", text.replace("(1 + x)", "(1 - x)"))).verdict == "wrong"


def test_nothing_is_called_wrong_where_each_run_draws_other_numbers():
    text = """
import numpy as np
class Layer:
    def forward(self, x):
        self.W = np.random.Generator(np.random.PCG64()).normal(size=(x.shape[1], 2))
        return x @ self.W
    def backward(self, grad):
        return grad @ self.W.T
"""
    found = measure(Source("layer.py", text))
    assert found.verdict != "wrong"
    assert any("something random" in note for note in found.notes)


def test_a_mean_in_the_one_parameter_of_a_layer_is_left_open():
    text = """
import numpy as np
class Lookup:
    def __init__(self, words, width):
        self.W = np.random.randn(words, width)
    def forward(self, x):
        self.x = x.astype(int)
        return self.W[self.x]
    def backward(self, grad):
        self.dW = np.zeros_like(self.W)
        np.add.at(self.dW, self.x, grad)
        self.dW /= grad.shape[0]
"""
    found = measure(Source("lookup.py", text))
    assert found.verdict == "undecided"
    assert "times too small" in found.finals[0].reason
    assert measure(Source("lookup.py", text.replace("/= grad.shape[0]", "*= 2"))).verdict == "wrong"
    assert measure(Source("lookup.py", text.replace("/= grad.shape[0]", "*= 1"))).verdict == "right"


PRIVATE = """
import numpy as np
class Net:
    def __init__(self, n):
        self.W = np.random.randn(n, n)
    def __forward(self, x):
        self.x = x
        return x @ self.W
    def __backward(self, grad):
        self.dW = self.x.T @ grad
        loss = 0.0
        return loss, grad @ self.W.T
"""


def test_private_methods_are_called_by_their_mangled_names():
    """And a backward pass that gives more than gradients is not taken for a loss by itself."""
    found = measure(Source("net.py", PRIVATE.replace("        loss = 0.0\n", "").replace("loss, ", "")))
    assert found.verdict == "right"
    assert found.program.functions == ("Net.__forward", "Net.__backward")
    units = check_whole(Source("net.py", PRIVATE), Hints(), 30.0, lambda _: None).get("units", [])
    assert len(units) < 2


def test_the_delta_of_a_unit_is_no_gradient_of_its_input():
    """`dz` stays within the method, and is of a sum that has no name in it."""
    text = """
import numpy as np
class Unit:
    def __init__(self, size):
        self.weights, self.bias = np.random.randn(size) * 0.1, 0.0
    def forward(self, x):
        self.seen = x
        self.total = sum(self.weights[i] * x[i] for i in range(len(x))) + self.bias
        return np.tanh(self.total)
    def backward(self, dL_dy, learning_rate):
        dz = float(np.squeeze((1 - np.tanh(self.total) ** 2) * dL_dy))
        for i in range(len(self.weights)):
            self.weights[i] -= learning_rate * dz * self.seen[i]
        self.bias -= learning_rate * dz
"""
    assert measure(Source("unit.py", text)).verdict != "wrong"


ENGINE = """
import numpy as np
class Function:
    def link(self, *nodes):
        self.nodes = nodes
        made = Node(self.forward(*(n.data for n in nodes)))
        made.maker = self
        return made
class Add(Function):
    def forward(self, a, b):
        return a + b
    def backward(self, grad):
        a, b = self.nodes
        return grad, grad
class Mul(Function):
    def forward(self, a, b):
        return a * b
    def backward(self, grad):
        a, b = self.nodes
        return grad * b.data, grad * a.data
class Node:
    def __init__(self, data, requires_grad=False):
        self.data, self.requires_grad = np.asarray(data, dtype=float), requires_grad
        self.grad, self.maker = None, None
    def __add__(self, other):
        return Add().link(self, other)
    def __mul__(self, other):
        return Mul().link(self, other)
    def backward(self, grad=None):
        grad = np.ones_like(self.data) if grad is None else grad
        self.grad = grad if self.grad is None else self.grad + grad
        if self.maker is not None:
            for node, part in zip(self.maker.nodes, self.maker.backward(grad)):
                node.backward(part)
"""


def checked(text):
    return check_whole(Source("engine.py", textwrap.dedent(text)), Hints(), 30.0, lambda _: None)


def test_operations_that_an_engine_gives_their_inputs_are_checked_through_it():
    assert [u["status"] for u in checked(ENGINE)["units"]] == ["error", "error", "right"]
    bracketed = ENGINE.replace("return grad * b.data", "return np.atleast_2d(grad) * b.data")
    assert checked(bracketed)["units"][-1]["status"] == "right"
    wrong = checked(ENGINE.replace("grad * b.data, grad * a.data", "grad * a.data, grad * b.data"))
    assert wrong["status"] == "wrong"
    assert {f["line"] for f in wrong["findings"]} == {20}


def test_a_hidden_state_beside_a_cache_is_no_hessian_beside_a_gradient():
    text = """
import numpy as np
def rnn_forward(x, h0, W, U):
    h = np.zeros((len(x), *h0.shape))
    for t in range(len(x)):
        h[t] = np.tanh(x[t] @ W + (h[t - 1] if t else h0) @ U)
    cache = (x, h0, W, U, h)
    return h, cache
def rnn_backward(dh, cache):
    x, h0, W, U, h = cache
    dx, dW, dU, dprev = np.zeros_like(x), np.zeros_like(W), np.zeros_like(U), np.zeros_like(h0)
    for t in reversed(range(len(x))):
        da = (dh[t] + dprev) * (1 - h[t] ** 2)
        dx[t], dW, dU = da @ W.T, dW + x[t].T @ da, dU + (h[t - 1] if t else h0).T @ da
        dprev = da @ U.T
    return dx, dprev, dW, dU
"""
    found = checked(text)
    assert found["status"] == "right" and {v["of"] for v in found["variables"]} >= {"x", "W", "U"}


def test_a_pooling_over_windows_of_two_is_given_even_sides():
    text = """
import numpy as np
class Pool:
    def forward(self, x):
        self.x = x
        h, w, c = x.shape
        self.windows = x.reshape(h // 2, 2, w // 2, 2, c)
        return self.windows.max(axis=(1, 3))
    def backprop(self, d_out):
        most = self.windows.max(axis=(1, 3), keepdims=True)
        return ((self.windows == most) * d_out[:, None, :, None]).reshape(self.x.shape)
"""
    assert measure(Source("pool.py", text)).verdict == "right"
    assert measure(Source("pool.py", text.replace("* d_out[:", "+ d_out[:"))).verdict == "wrong"
