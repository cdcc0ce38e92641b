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
