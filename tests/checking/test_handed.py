"""Example inputs that a function of the file makes: whose they are, and which is meant."""

from whygrad.batch import check_whole
from whygrad.checking.evidence import Hints
from whygrad.checking.handed import left_over
from whygrad.checking.measurement import measure
from whygrad.source import Source

LAYERS = """
import numpy as np


def make_inputs():
    rng = np.random.RandomState(0)
    return dict({name}=rng.randn(4, 3), w=rng.randn(3, 2), b=rng.randn(2), dout=rng.randn(4, 2))


def fc_forward(x, w, b):
    return x @ w + b, (x, w)


def fc_backward(dout, cache):
    x, w = cache
    return dout @ w.T, x.T @ dout, dout.sum(axis=0)
"""
WINDOWS = """

def windows_forward(x, w, b):
    n, c, length = x.shape
    out = np.stack([x[:, :, i] @ w for i in range(length)], axis=2) + b[:, None]
    return out, (x, w)


def windows_backward(dout, cache):
    x, w = cache
    dx, dw = np.zeros_like(x), np.zeros_like(w)
    for i in range(dout.shape[2]):
        dx[:, :, i] = dout[:, :, i] @ w.T
        dw += x[:, :, i].T @ dout[:, :, i]
    return dx, dw, {db}
"""
FLATTENED = """
import numpy as np


def make_inputs():
    rng = np.random.RandomState(0)
    return dict(x=rng.randn(2, 3, 5), g=rng.randn(3), dout=rng.randn(2, 3, 5))


def scale_forward(x, g):
    return x * g, (x, g)


def scale_backward(dout, cache):
    x, g = cache
    return dout * g, np.sum(dout * x, axis=0)


def images_scale_forward(x, g):
    n, c, l = x.shape
    out, cache = scale_forward(x.transpose(0, 2, 1).reshape(-1, c), g)
    return out.reshape(n, l, c).transpose(0, 2, 1), cache


def images_scale_backward(dout, cache):
    n, c, l = dout.shape
    dx, dg = scale_backward(dout.transpose(0, 2, 1).reshape(-1, c), cache)
    return dx.reshape(n, l, c).transpose(0, 2, 1), dg
"""


def whole(text: str) -> dict:
    return check_whole(Source("user.py", text), Hints(), 60, lambda said: None)


def test_inputs_with_which_a_layer_does_not_run_are_another_ones():
    for text in (LAYERS + WINDOWS, WINDOWS + LAYERS):
        said = whole(text.format(name="x", db="dout.sum(axis=(0, 2))"))
        assert {unit["status"] for unit in said["units"]} == {"right"} and len(said["units"]) == 2


def test_a_layer_that_gets_other_inputs_is_still_judged():
    said = whole((LAYERS + WINDOWS).format(name="x", db="2 * dout.sum(axis=(0, 2))"))
    assert {unit["unit"]: unit["status"] for unit in said["units"]}["fc_forward, fc_backward"] == "right"
    assert said["status"] == "wrong" and {f["unit"] for f in said["findings"]} == {
        "windows_forward, windows_backward"
    }


def test_inputs_of_the_function_that_calls_another_are_not_taken_for_that_one():
    said = whole(FLATTENED)
    assert said["status"] == "right" and not said["findings"]


def test_where_nothing_runs_with_the_inputs_that_is_said():
    text = LAYERS.format(name="x").replace("x @ w + b", "w @ x + b")
    evidence = measure(Source("user.py", text), Hints())
    assert evidence.failure is not None and evidence.failure.kind == "ValueError"


def test_the_one_input_without_a_value_is_the_one_value_without_a_parameter():
    evidence = measure(Source("user.py", LAYERS.format(name="batch")), Hints())
    assert evidence.verdict == "right" and {c.of for c in evidence.finals} == {"batch", "w", "b"}


def test_what_is_left_over_has_to_be_one_of_each():
    made = {"batch": 1.0, "w": 2.0, "dout": 3.0, "names": "ab"}
    assert left_over(made, {"w"}, ["x", "w"]) == {"x": "batch"}
    assert left_over(made, set(), ["x", "w"]) == left_over(made, {"w"}, ["x", "v"]) == {}
    assert left_over((1.0, 2.0), set(), ["x"]) == {}


CHAIN = """
import numpy as np


def make_inputs():
    rng = np.random.RandomState(0)
    return dict(x=rng.randn(3, 5), w=rng.randn(2), dout=rng.randn(3, 2))


def filter_forward(x, w):
    return x[:, :-1] * w[0] + x[:, 1:] * w[1], (x, w)


def filter_backward(dout, cache):
    x, w = cache
    n, dx = dout.shape[1], np.zeros_like(x)
    dx[:, :n] += dout * w[0]
    dx[:, 1:n + 1] += dout * w[1]
    return dx, np.array([np.sum(dout * x[:, :n]), np.sum(dout * x[:, 1:n + 1])])


def thin_forward(x):
    return x.reshape(len(x), -1, 2).sum(axis=2), x.shape


def thin_backward(dout, shape):
    return np.repeat(dout, 2, axis=1){slip}


def chain_forward(x, w):
    y, first = filter_forward(x, w)
    out, second = thin_forward(y)
    return out, (first, second)


def chain_backward(dout, cache):
    return filter_backward(thin_backward(dout, cache[1]), cache[0])
"""


def test_inputs_whose_arriving_gradient_fits_no_output_are_the_callers():
    """Both filter functions run with the inputs, the backward one with a gradient of another shape."""
    assert whole(CHAIN.format(slip=""))["status"] == "right"
    said = whole(CHAIN.format(slip=" / 2"))
    assert said["status"] == "wrong" and {f["line"] for f in said["findings"]} == {27}


def test_what_makes_the_inputs_is_no_unit_whatever_they_are_called():
    text = LAYERS.format(name="x").replace("dout", "grad_out")
    text = (
        text.replace("return dict(x=", 'return {"x": ').replace(", w=", ', "w": ').replace(", b=", ', "b": ')
    )
    text = text.replace(", grad_out=", ', "grad_out": ').replace(
        "(4, 2))\n\n\ndef fc_forward", "(4, 2)}\n\n\ndef fc_forward"
    )
    assert '"grad_out": rng.randn(4, 2)}' in text
    said = whole(text)
    assert said["status"] == "right" and len(said.get("units", [])) < 2


def test_what_is_left_over_is_not_taken_where_the_backward_pass_raises_with_it():
    """An array runs forward in the place of the number that is meant: `xs` of another function for `x`."""
    text = """
import numpy as np
def make_inputs():
    return dict(theta=np.array([0.4, -1.2, 0.7]), xs=np.array([0.3, 1.1, -0.6, 0.9]))
def model_forward(x, theta):
    a, b, c = theta
    return a * x**2 + b * x + c, (x, theta)
def model_backward(grad_out, cache):
    x, theta = cache
    grad_theta = np.zeros_like(theta)
    grad_theta[0] = grad_out * x**2
    grad_theta[1] = grad_out * x
    grad_theta[2] = grad_out
    return grad_out * (2 * theta[0] * x + theta[1]), grad_theta
"""
    evidence = measure(Source("fit.py", text), Hints())
    assert evidence.verdict == "right" and evidence.failure is None
