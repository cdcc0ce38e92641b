"""Habits of real files: what once was accused though it is right, or could not be read."""

import pytest

import whygrad as wg
from whygrad.checking.measurement import measure
from whygrad.checking.units import Outline, units_in
from whygrad.errors import NoGradientError
from whygrad.source import Source, tree_of

SCALE = """
import numpy as np
class Scale:
    def __init__(self, n):
        self.gamma, self.beta = np.ones((1, n)), np.zeros((1, n))
        self.weights = self.gamma
        self.biases = self.beta
        self.dtype = np.float64
    def forward(self, X):
        self.X = X
        return self.gamma * X + self.beta
    def backward(self, dY):
        dgamma = np.sum({dgamma}, axis=0, keepdims=True)
        self.grads = {{"dW": dgamma, "db": np.sum(dY, axis=0, keepdims=True)}}
        return dY * self.gamma
"""


def test_a_second_name_of_a_parameter_for_an_optimizer_is_no_parameter():
    evidence = measure(Source("scale.py", SCALE.format(dgamma="dY * self.X")))
    assert {claim.name: claim.verdict for claim in evidence.finals} == {
        "dX": "right", 'self.grads["dW"]': "right", 'self.grads["db"]': "right",
    }  # fmt: skip


def test_a_slip_in_the_gradient_of_an_aliased_parameter_is_seen():
    evidence = measure(Source("scale.py", SCALE.format(dgamma="dY * self.gamma")))
    assert {c.name for c in evidence.claims if c.verdict == "wrong"} & {'self.grads["dW"]', "dgamma"}


STATE = """
import numpy as np
class Cell:
    def __init__(self, n):
        self.W = np.random.randn(n, n)
        self.h = self.c = np.ones((1, n))
    def forward(self, x):
        self.x = x
        return x @ self.W + self.h * 2 + self.c * 3
    def backward(self, dout):
        self.dW = self.x.T @ dout
        self.dh = 2 * dout.sum(axis=0, keepdims=True)
        self.dc = 3 * dout.sum(axis=0, keepdims=True)
        return dout @ self.W.T
"""


def test_states_that_begin_as_one_array_stay_two():
    assert measure(Source("cell.py", STATE)).verdict == "right"


QUANTIZE = """
import numpy as np
def quantize(x, bits=8):
    gamma = np.max(np.abs(x))
    {name} = np.clip(np.round(x * 2 ** (bits - 1) / gamma), -127, 127)
    return {name}, gamma
"""


@pytest.mark.parametrize("name", ["x_quant", "data", "grid", "depth"])
def test_what_only_begins_like_a_gradient_makes_no_unit(name):
    text = QUANTIZE.format(name=name)
    assert not units_in(Outline.of(tree_of(text)))
    with pytest.raises(NoGradientError):
        measure(Source("quantize.py", text))


def test_a_gradient_of_something_that_is_known_makes_a_unit():
    text = """
import numpy as np
def fit(theta, X, y):
    error = X @ theta - y
    return np.sum(error ** 2), {}
"""
    given = text.format("dtheta").replace("    return", "    dtheta = 2 * X.T @ error\n    return")
    assert len(units_in(Outline.of(tree_of(given)))) == 1


RENAMED = """
import numpy as np
class Cell:
    def __init__(self, n_in, n):
        self.W, self.U = np.random.randn(n, n_in), np.random.randn(n, n)
        self.dW, self.dU = np.zeros((n, n_in)), np.zeros((n, n))
    def {forth}(self, x, h_prev):
        return np.tanh(x @ self.W.T + h_prev @ self.U.T)
    def {back}(self, delta, h_t, below, h_prev):
        dz = delta * (1 - h_t ** 2)
        self.dW += dz.T @ {below}
        self.dU += dz.T @ h_prev
        return dz @ self.W, dz @ self.U
"""


@pytest.mark.parametrize(
    ("forth", "back"), [("forward", "backward"), ("forward_vectorized", "backward_vectorized")]
)
def test_an_input_that_the_backward_pass_calls_otherwise_is_that_input(forth, back):
    text = RENAMED.format(forth=forth, back=back, below="below")
    assert {c.name: c.verdict for c in measure(Source("cell.py", text)).finals} == {
        "dx": "right", "dh_prev": "right", "self.dW": "right", "self.dU": "right",
    }  # fmt: skip


def test_a_slip_beside_an_input_under_another_name_is_seen():
    text = RENAMED.format(forth="forward", back="backward", below="(2 * below)")
    evidence = measure(Source("cell.py", text))
    assert {c.name for c in evidence.finals if c.verdict == "wrong"} == {"self.dW"}


def test_what_compares_gradients_is_no_forward_pass():
    text = """
import numpy as np
def broadcast_backward(grad, shape):
    return grad.sum(axis=0).reshape(shape)
def gradclose(a, b, rtol=1e-4, atol=1e-6):
    return np.allclose(a, b, rtol=rtol, atol=atol)
"""
    with pytest.raises(NoGradientError):
        measure(Source("utils.py", text))


ABSENT = """
import numpy as np
from absent_package.{module} import {name}
class Layer:
    def __init__(self):
        self.initializer = {value}
        self.bias = np.zeros(3)
    def forward(self, x):
        self.out = {called}(x)
        return self.out
    def backward(self, dout):
        return dout * self.out
"""


@pytest.mark.parametrize(
    "parts",
    [
        {"module": "init", "name": "Constant", "value": "Constant()", "called": "self.initializer"},
        {"module": "functions", "name": "*", "value": "None", "called": "softmax"},
    ],
    ids=["kept", "starred"],
)
def test_what_is_not_installed_is_said_and_no_failure_of_ours(parts, tmp_path):
    path = tmp_path / "layer.py"
    path.write_text(ABSENT.format(**parts))
    try:
        error = wg.check(str(path)).error
    except wg.WhygradError as raised:
        error = raised
    assert error is None or error.code != "WG698"


SLICED = """
import numpy as np
def cell_forward(xt, a_prev, c_prev, parameters):
    Wf, Wi, bf, bi = parameters["Wf"], parameters["Wi"], parameters["bf"], parameters["bi"]
    Wy, by = parameters["Wy"], parameters["by"]
    n_x, m = xt.shape
    n_y, n_a = Wy.shape
    concat = np.zeros((n_a + n_x, m))
    concat[:n_a, :] = a_prev
    concat[n_a:, :] = xt
    ft, it = np.tanh(Wf @ concat + bf), np.tanh(Wi @ concat + bi)
    a_next = ft * c_prev + it
    y = Wy @ a_next + by
    return a_next, y, (a_prev, c_prev, xt, ft, it, parameters)
def cell_backward(da_next, cache):
    a_prev, c_prev, xt, ft, it, parameters = cache
    n_a = a_prev.shape[0]
    dft, dit = da_next * c_prev * (1 - ft ** 2), da_next * (1 - it ** 2)
    concat = np.concatenate((a_prev, xt), axis=0)
    dconcat = parameters["Wf"].T @ dft + parameters["Wi"].T @ dit
    return {"dxt": dconcat[n_a:], "da_prev": dconcat[:n_a], "dc_prev": da_next * {dc},
            "dWf": dft @ concat.T, "dWi": dit @ concat.T,
            "dbf": dft.sum(axis=1, keepdims=True), "dbi": dit.sum(axis=1, keepdims=True)}
"""


def test_a_slice_that_goes_past_the_end_says_which_lengths_agree():
    found = measure(Source("cell.py", SLICED.replace("{dc}", "ft"))).finals
    assert len(found) == 7
    assert {c.verdict for c in found} == {"right"}
    wrong = measure(Source("cell.py", SLICED.replace("{dc}", "it"))).finals
    assert [c.of for c in wrong if c.verdict == "wrong"] == ["c_prev"]


LEARNER = """
import numpy as np
class Learner:
    def __init__(self, lr=0.01, epochs=1000):
        self.lr = lr
        self.epochs = epochs
    def sigmoid(self, z):
        return 1 / (1 + np.exp(-z))
    def fit(self, X, y):
        self.weights = np.zeros(X.shape[1])
        self.bias = 0.0
        for _ in range(self.epochs):
            p = self.sigmoid(np.dot(X, self.weights) + self.bias)
            dw = (1 / len(y)) * np.dot(X.T, {error})
            db = (1 / len(y)) * np.sum(p - y)
            self.weights -= self.lr * dw
            self.bias -= self.lr * db
    def predict(self, X):
        return self.sigmoid(np.dot(X, self.weights) + self.bias)
"""


def test_a_learner_needs_no_empty_lines_for_what_stands_before_its_fit(tmp_path):
    path = tmp_path / "learner.py"
    path.write_text(LEARNER.replace("{error}", "(p - y)"))
    result = wg.check(str(path))
    assert (result.status, set(result.verdicts)) == ("right", {"dw", "db"})
