"""The gradients that the layers of a network keep are judged with the network."""

import pytest

from whygrad.checking.evidence import Hints
from whygrad.checking.measurement import measure
from whygrad.source import Source

LAYER = """
import numpy as np
class Layer:
    def __init__(self, n_in, n_out):
        rng = np.random.RandomState(n_in)
        {made}
    def forward(self, x):
        self.x = x
        return np.tanh(x @ {W})
    def backward(self, out, grad):
        grad = grad * (1 - out ** 2)
        {kept} = self.x.T @ grad
        return grad @ {W}.T
class Network:
    def __init__(self):
        {parts}
    def forward(self, x):
        self.h = {first}.forward(x)
        self.out = {second}.forward(self.h)
        return self.out
    def backward(self, grad):
        grad = {second}.backward(self.out, grad)
        return {first}.backward(self.h, grad)
"""
PLAIN = {"made": "self.W = rng.randn(n_in, n_out)", "W": "self.W", "kept": "self.dW"}
HELD = {
    "made": "self.params, self.grads = {'W': rng.randn(n_in, n_out)}, {'W': np.zeros((n_in, n_out))}",
    "W": "self.params['W']", "kept": "self.grads['W']",
}  # fmt: skip
LISTED = {
    "parts": "self.layers = [Layer(4, 5), Layer(5, 3)]",
    "first": "self.layers[0]",
    "second": "self.layers[1]",
}
NAMED = {"parts": "self.one, self.two = Layer(4, 5), Layer(5, 3)", "first": "self.one", "second": "self.two"}
KEYED = {
    "parts": "self.net = {'a': Layer(4, 5), 'b': Layer(5, 3)}",
    "first": "self.net['a']",
    "second": "self.net['b']",
}


def judged(text: str) -> dict[str, str]:
    evidence = measure(Source("net.py", text), Hints(forward="Network.forward", backward="Network.backward"))
    return {claim.name: claim.verdict for claim in evidence.claims if "." in claim.name}


@pytest.mark.parametrize("layers", [LISTED, NAMED, KEYED], ids=["list", "attributes", "dictionary"])
@pytest.mark.parametrize("layer", [PLAIN, HELD], ids=["attributes", "dictionaries"])
def test_gradients_of_all_layers_are_judged(layers, layer):
    text = LAYER.format(**layers, **layer)
    names = {f"{layers[place]}.{layer['kept'][5:]}".replace("grads['W']", 'grads["W"]') for place in
             ("first", "second")}  # fmt: skip
    assert judged(text) == dict.fromkeys(names, "right")
    wrong = judged(text.replace("self.x.T @ grad", "2 * self.x.T @ grad"))
    assert set(wrong) == names and "right" not in wrong.values()


def test_a_gradient_of_another_shape_is_judged_too():
    text = LAYER.format(**LISTED, **PLAIN).replace("self.x.T @ grad", "(self.x.T @ grad).T")
    assert set(judged(text)) == {"self.layers[0].dW", "self.layers[1].dW"}
    assert "right" not in judged(text).values()


SHARED = """
import numpy as np
from collections import OrderedDict
class Affine:
    def __init__(self, W, b):
        {kept}
    def forward(self, x):
        self.x = x
        W, b = {read}
        return np.dot(x, W) + b
    def backward(self, dout):
        W, b = {read}
        self.dW, self.db = np.dot(self.x.T, dout), np.sum(dout, axis=0)
        return np.dot(dout, W.T)
class Network:
    def __init__(self, n_in, n_hidden, n_out):
        self.params = {{
            "W1": np.random.randn(n_in, n_hidden), "b1": np.zeros(n_hidden),
            "W2": np.random.randn(n_hidden, n_out), "b2": np.zeros(n_out),
        }}
        self.layers = OrderedDict()
        self.layers["first"] = Affine(self.params["W1"], self.params["b1"])
        self.layers["second"] = Affine(self.params["W2"], self.params["b2"])
    def forward(self, x):
        for layer in self.layers.values():
            x = np.tanh(layer.forward(x)) if layer is self.layers["first"] else layer.forward(x)
            self.h = x if layer is self.layers["first"] else self.h
        return x
    def backward(self, dout):
        first, second = self.layers["first"], self.layers["second"]
        dx = first.backward(second.backward(dout) * (1 - self.h ** 2))
        self.grads = {{"W1": first.dW, "b1": first.db, "W2": second.dW, "b2": second.db}}
        return dx
"""
ATTRIBUTES = {"kept": "self.W, self.b = W, b", "read": "self.W, self.b"}
LISTS = {"kept": "self.params = [W, b]", "read": "self.params"}


@pytest.mark.parametrize("kept", [ATTRIBUTES, LISTS], ids=["attributes", "lists"])
def test_parameters_that_a_network_shares_with_its_layers_move_in_both(kept):
    """With arrays of its own in the dictionary, what the layers compute would not depend on them."""
    text = SHARED.format(**kept)
    hints = Hints(forward="Network.forward", backward="Network.backward")
    claims = {c.name: c for c in measure(Source("net.py", text), hints).finals}
    assert {c.verdict for c in claims.values()} == {"right"}
    assert {claims[f'self.grads["{name}"]'].of for name in ("W1", "b2")} == {'params["W1"]', 'params["b2"]'}
    wrong = measure(Source("net.py", text.replace("np.sum(dout, axis=0)", "2 * np.sum(dout, axis=0)")), hints)
    assert {c.name for c in wrong.finals if c.verdict == "right"} >= {'self.grads["W1"]', 'self.grads["W2"]'}
    assert wrong.verdict == "wrong"
