"""A class with a forward method gets a backward method, in its own habits, that agrees with differences."""

from __future__ import annotations

import copy
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from whygrad.derivation import derive_requested
from whygrad.errors import EmissionError, UsageError

LAYERS = Path(__file__).parent / "golden" / "layers"

AFFINE = """\
import numpy as np


def make_inputs():
    return dict(n_in=3, n_out=5, x=np.random.default_rng(0).normal(size=(4, 3)))


class Affine:
    def __init__(self, n_in, n_out):
        self.W = np.random.default_rng(1).normal(size=(n_in, n_out))
        self.b = np.zeros(n_out)

    def forward(self, x):
        # the affine map
        z = x @ self.W + self.b
        return np.tanh(z)
"""

RNN = """\
import numpy as np


class RNN:
    def __init__(self, n, h):
        draw = np.random.default_rng(0).normal
        self.Wx, self.Wh, self.b = draw(size=(n, h)), draw(size=(h, h)), draw(size=h)
        self.grads = {}

    def forward(self, x):
        h = np.zeros((x.shape[0], self.b.shape[0]))
        for t in range(x.shape[1]):
            h = np.tanh(x[:, t] @ self.Wx + h @ self.Wh + self.b)
        return h

    def backward(self, upstream): ...


rnn = RNN(3, 4)
x = np.random.default_rng(1).normal(size=(2, 5, 3))
"""

BATCH_NORM = """\
import numpy as np


class BatchNorm:
    def __init__(self, D, eps=1e-5, momentum=0.9):
        self.gamma = np.ones(D) + 0.1
        self.beta = np.zeros(D)
        self.eps, self.momentum = eps, momentum
        self.mean = np.zeros(D)
        self.training = True

    def forward(self, x):
        if self.training:
            mu = x.mean(axis=0)
            var = x.var(axis=0)
            self.mean = self.momentum * self.mean + (1 - self.momentum) * mu
            xhat = (x - mu) / np.sqrt(var + self.eps)
        else:
            xhat = x - self.mean
        return self.gamma * xhat + self.beta


x = np.random.default_rng(1).normal(size=(4, 3))
layer = BatchNorm(3)
"""


def derived(tmp_path: Any, text: str, **more: Any) -> str:
    path = tmp_path / "layer.py"
    path.write_text(text)
    request = {
        "path": str(path), "formula": "", "to": "", "function": "", "output": "", "wrt": [], "inputs": "",
        "input": {}, "at": "", "check": True, "forward": False, "order": 1, "into": False, "teach": 0,
    }  # fmt: skip
    return derive_requested(request | more)


def assert_right(text: str, before: str, name: str, make: Any, x: Any, stored: Any) -> None:
    """All gradients along random directions, against central differences of the user's own forward."""
    user: dict[str, Any] = {}
    exec(before, user)
    layer, plain = make({**user, **run(before, text)}[name]), make(user[name])
    draw = np.random.default_rng(3)
    upstream = draw.normal(size=np.shape(layer.forward(x)))
    dx = layer.backward(upstream)
    for place, gradient in {"": dx, **stored(layer)}.items():
        direction = draw.normal(size=gradient.shape)
        ends = []
        for side in (1e-6, -1e-6):
            moved = copy.deepcopy(plain)
            if place:
                setattr(moved, place, getattr(moved, place) + side * direction)
            ends.append(np.sum(upstream * moved.forward(x if place else x + side * direction)))
        assert np.sum(gradient * direction) == pytest.approx((ends[0] - ends[1]) / 2e-6, rel=1e-5)


def run(before: str, text: str) -> dict[str, Any]:
    namespace: dict[str, Any] = {}
    exec(before, namespace)
    exec(text, namespace)
    return namespace


def test_gradients_of_attributes_are_stored_and_those_of_arguments_returned(tmp_path: Any) -> None:
    text = derived(tmp_path, AFFINE)
    assert "        # the affine map\n" in text
    assert "        self.dW = x.T @ dz\n" in text
    assert text.rstrip().endswith("return dx")
    x = np.random.default_rng(5).normal(size=(7, 2))
    assert_right(text, AFFINE, "Affine", lambda c: c(2, 6), x, lambda a: {"W": a.dW, "b": a.db})


def test_a_loop_over_time_keeps_its_states_and_gradients_go_where_the_class_has_them(tmp_path: Any) -> None:
    text = derived(tmp_path, RNN)
    assert "def backward(self, upstream):" in text
    x = np.random.default_rng(5).normal(size=(3, 4, 3))
    assert_right(text, RNN, "RNN", lambda c: c(3, 4), x, lambda a: a.grads)


@pytest.mark.parametrize("training", [True, False])
def test_both_branches_of_a_setting_are_derived_and_its_state_gets_no_gradient(
    tmp_path: Any, training: bool
) -> None:
    text = derived(tmp_path, BATCH_NORM)
    assert "self.dmean" not in text
    assert "self.mean = self.momentum * self.mean + (1 - self.momentum) * mu" in text

    def made(c: Any) -> Any:
        layer = c(4)
        layer.training = training
        return layer

    x = np.random.default_rng(5).normal(size=(6, 4))
    assert_right(text, BATCH_NORM, "BatchNorm", made, x, lambda a: {"gamma": a.dgamma, "beta": a.dbeta})


def test_a_method_may_be_named_and_the_file_be_filled_in(tmp_path: Any) -> None:
    whole = derived(tmp_path, AFFINE, function="Affine.forward", into=True)
    assert whole.startswith(AFFINE.split("        return")[0])
    with pytest.raises(UsageError, match=r"no forward method `Affine.step`"):
        derived(tmp_path, AFFINE, function="Affine.step")


def test_a_layer_within_a_layer_is_refused_by_line(tmp_path: Any) -> None:
    text = AFFINE.replace("self.b = np.zeros(n_out)", "self.inner = make_inputs").replace(
        "+ self.b", "+ self.inner(x)"
    )
    with pytest.raises(EmissionError, match=r"`self.inner` in line 15"):
        derived(tmp_path, text)


@pytest.mark.parametrize("name", ["recurrent", "lstm_cell"])
def test_what_is_derived_of_a_class_stays(name: str, tmp_path: Any) -> None:
    text = derived(tmp_path, (LAYERS / f"{name}.py").read_text())
    kept = LAYERS / f"{name}_derived.py"
    if os.environ.get("WHYGRAD_UPDATE_GOLDEN"):
        kept.write_text(text, encoding="utf-8")
    assert text == kept.read_text(encoding="utf-8")


WITH_METHODS = """\
import numpy as np


def make_inputs():
    return dict(n_in=3, n_out=5, x=np.random.default_rng(0).normal(size=(4, 3)))


class Layer:
    def __init__(self, n_in, n_out):
        self.W = np.random.default_rng(1).normal(size=(n_in, n_out))
        self.V = np.random.default_rng(2).normal(size=(n_out, n_out))
        self.scale = 0.5

    @staticmethod
    def relu(v):
        return np.maximum(0, v)

    def softmax(self, z):
        e = np.exp(z - z.max(axis=1, keepdims=True))
        return e / e.sum(axis=1, keepdims=True)

    def scaled(self, z):
        return self.scale * z

    def forward(self, x):
        h = self.relu(x @ self.W)
        return self.softmax(h @ self.V)
"""


def test_methods_that_use_nothing_but_their_arguments_are_derived(tmp_path: Any) -> None:
    text = derived(tmp_path, WITH_METHODS)
    assert "self.relu(x @ self.W)" in text and "self.softmax" in text
    x = np.random.default_rng(5).normal(size=(6, 3))
    assert_right(text, WITH_METHODS, "Layer", lambda t: t(3, 5), x, lambda a: {"W": a.dW, "V": a.dV})


def test_methods_that_read_their_instance_are_derived(tmp_path: Any) -> None:
    text = WITH_METHODS.replace("x @ self.W)", "self.mixed(x))") + MIXED
    made = derived(tmp_path, text)
    assert "self.relu(self.mixed(x))" in made
    x = np.random.default_rng(5).normal(size=(6, 3))
    assert_right(made, text, "Layer", lambda t: t(3, 5), x, lambda a: {"W": a.dW, "V": a.dV})


def test_a_method_that_sets_its_instance_is_refused_by_line(tmp_path: Any) -> None:
    text = WITH_METHODS.replace("x @ self.W)", "self.mixed(x))") + MIXED.replace("z =", "self.z = z =")
    with pytest.raises(EmissionError, match=r"the method `self.mixed` in line"):
        derived(tmp_path, text)


MIXED = """
    def mixed(self, x):
        z = x @ self.W
        return self.scaled(z) + z
"""


def test_functions_that_the_class_calls_are_no_rivals_to_it(tmp_path: Any) -> None:
    helpers = "def half(v):\n    return v / 2\n\n\ndef squash(v):\n    return np.tanh(half(v))\n\n\n"
    text = AFFINE.replace("np.tanh(z)", "squash(z)").replace("class Affine", f"{helpers}class Affine")
    assert "def backward(self" in derived(tmp_path, text)
    with pytest.raises(UsageError, match="other"):
        derived(tmp_path, text + "\n\ndef other(v):\n    return v * v\n")


def test_a_class_in_latex_and_in_forward_mode_is_a_function_of_what_it_reads(tmp_path: Any) -> None:
    lecture = derived(tmp_path, WITH_METHODS, to="latex")
    assert lecture.startswith("\\documentclass") and "\\bar{W}" in lecture
    text = derived(tmp_path, WITH_METHODS, forward=True)
    user = run(WITH_METHODS, "")
    layer, draw = user["Layer"](3, 5), np.random.default_rng(4)
    x = draw.normal(size=(6, 3))
    dots = {"dot_x": draw.normal(size=x.shape)}
    dots |= {f"dot_{n}": draw.normal(size=np.shape(getattr(layer, n))) for n in ("W", "V")}
    names = run("import numpy as np", text)
    _, tangent = names["dot_forward"](x, W=layer.W, V=layer.V, **dots)
    ends = []
    for side in (1e-6, -1e-6):
        moved = copy.deepcopy(layer)
        moved.W, moved.V = layer.W + side * dots["dot_W"], layer.V + side * dots["dot_V"]
        ends.append(moved.forward(x + side * dots["dot_x"]))
    np.testing.assert_allclose(tangent, (ends[0] - ends[1]) / 2e-6, rtol=1e-5, atol=1e-8)


NEURON = """\
import numpy as np


class Neuron:
    def __init__(self, n):
        self.w = np.random.default_rng(1).normal(size=n)
        self.b = 0.3

    def forward(self, x):
        self.x = x
        self.z = x @ self.w + self.b
        self.a = np.tanh(self.z)
        return self.a


n = 3
x = np.random.default_rng(1).normal(size=(4, 3))
"""

SIGMOID = """\
import numpy as np


class Sigmoid:
    def forward(self, x):
        self.x = x
        self.out = 1 / (1 + np.exp(-x))


x = np.random.default_rng(1).normal(size=(4, 3))
"""

DROPOUT = """\
import numpy as np


class Dropout:
    def __init__(self, p=0.5):
        self.p = p
        self.training = True

    def forward(self, x):
        if self.training:
            self.mask = (np.random.default_rng(4).random(x.shape) > self.p) / (1 - self.p)
            return x * self.mask
        return x


x = np.random.default_rng(1).normal(size=(4, 3))
"""


def test_a_number_that_is_added_to_what_a_weight_gives_is_a_bias(tmp_path: Any) -> None:
    text = derived(tmp_path, NEURON)
    x = np.random.default_rng(2).normal(size=(5, 3))
    assert_right(
        text, NEURON, "Neuron", lambda made: made(3), x, lambda v: {"w": v.dw, "b": np.asarray(v.db)}
    )


def test_a_method_that_returns_nothing_gives_the_attribute_that_it_sets_last(tmp_path: Any) -> None:
    text = derived(tmp_path, SIGMOID)
    layer = run(SIGMOID, text)["Sigmoid"]()
    x, upstream = np.random.default_rng(2).normal(size=(2, 5, 3))
    assert layer.forward(x) is None
    ends = [1 / (1 + np.exp(-(x + side))) for side in (1e-6, -1e-6)]
    np.testing.assert_allclose(
        layer.backward(upstream), upstream * (ends[0] - ends[1]) / 2e-6, rtol=1e-6, atol=1e-9
    )


@pytest.mark.parametrize("training", [True, False])
def test_what_is_set_in_one_branch_is_read_in_it(training: bool, tmp_path: Any) -> None:
    text = derived(tmp_path, DROPOUT)

    def make(made: Any) -> Any:
        layer = made()
        layer.training = training
        return layer

    x = np.random.default_rng(2).normal(size=(5, 3))
    assert_right(text, DROPOUT, "Dropout", make, x, lambda v: {})
