"""Inputs that the file's own calls give: in its `__main__` block, and in doctests."""

import ast
import textwrap

import pytest

from whygrad.checking.evidence import Hints
from whygrad.checking.examples.calls import recorded
from whygrad.checking.measurement import measure
from whygrad.checking.plain import run_text
from whygrad.checking.units import Outline, units_in
from whygrad.source import Source

NETWORK = """
    import numpy as np
    class Base:
        def forward(self, x):
            raise NotImplementedError
        def backward(self, error, rate):
            raise NotImplementedError
    class Dense(Base):
        def __init__(self, before, after):
            self.weights = np.random.rand(before, after) - 0.5
        def {forward}(self, data):
            self.data = data
            self.result = np.dot(data, self.weights)
            return self.result
        def {backward}(self, error, rate):
            back = np.dot(error, <<2 *||>> self.weights.T)
            self.weights -= rate * np.dot(self.data.T, error)
            return back
    class Bend(Base):
        def __init__(self, bend, slope):
            self.bend, self.slope = bend, slope
        def {forward}(self, data):
            self.data = data
            return self.bend(data)
        def {backward}(self, error, rate):
            return self.slope(<<self.bend(self.data)||self.data>>) * error
    def soft(x):
        return np.log(1 + np.exp(x))
    def slope_of_soft(x):
        return 1 / (1 + np.exp(-x))
    if __name__ == "__main__":
        layers = [Dense(2, 3), Bend(soft, slope_of_soft)]
        while True:
            out = np.array([[0.3, -1.2]])
            for layer in layers:
                out = layer.{forward}(out)
            for layer in reversed(layers):
                out = layer.{backward}(out, 0.1)
"""
PASSES = [
    ("forward_propagation", "backward_propagation"),
    ("forward_pass", "backward_pass"),
    ("fprop", "bprop"),
    ("feedforward", "backprop"),
    ("feed_forward", "back_prop"),
    ("propagate_forward", "propagate_backward"),
    ("forwardProp", "backProp"),
]


def written(text: str, wrong: bool) -> Source:
    """The right text, or its twin with `<<wrong||right>>` taken the other way."""
    parts = textwrap.dedent(text).replace(">>", "<<").split("<<")
    chosen = (p.split("||")[not wrong] if k % 2 else p for k, p in enumerate(parts))
    return Source("layers.py", "".join(chosen))


@pytest.mark.parametrize("passes", PASSES, ids=lambda p: p[0])
def test_passes_by_other_names_are_units(passes):
    text = NETWORK.replace("{forward}", passes[0]).replace("{backward}", passes[1])
    found = units_in(Outline.of(ast.parse(written(text, False).text)))
    names = [(f.qualname, b.qualname) for form, f, b in found if form == "class"]
    assert names == [(f"{c}.{passes[0]}", f"{c}.{passes[1]}") for c in ("Dense", "Bend")]


@pytest.mark.parametrize("wrong", [False, True])
@pytest.mark.parametrize("layer", ["Dense", "Bend"])
def test_a_layer_is_built_as_the_script_builds_it(layer, wrong):
    text = NETWORK.replace("{forward}", "go_forward").replace("{backward}", "go_back")
    hints = Hints(forward=f"{layer}.go_forward", backward=f"{layer}.go_back")
    evidence = measure(written(text, wrong), hints)
    assert evidence.verdict == ("wrong" if wrong else "right")
    assert all("first call" in said for name, said in evidence.program.assumed.items() if name != "rate")


def test_a_doctest_is_a_call():
    source = Source(
        "doc.py",
        textwrap.dedent('''
            def stretch(x, by):
                """Longer.

                >>> stretch([1.0, 2.0], by=3.5)
                [3.5, 7.0]
                """
                return [by * item for item in x]
        '''),
    )
    function = Outline.of(ast.parse(source.text)).functions["stretch"]
    namespace = run_text(source.text, source.filename, frozenset(), {}, 1.0)
    assert recorded(source, function, None, namespace) == {"x": [1.0, 2.0], "by": 3.5}


def test_a_file_without_calls_is_not_run():
    source = Source("quiet.py", "raise SystemExit(3)\ndef f(x):\n    return x\n")
    assert recorded(source, Outline.of(ast.parse(source.text)).functions["f"], None, {}) == {}
