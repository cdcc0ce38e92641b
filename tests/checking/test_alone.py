"""Code for one example at a time is right; the same code for batches lacks its sums."""

import textwrap

import pytest

from whygrad.checking.evidence import Hints
from whygrad.checking.examples.alone import batch_size, is_called_alone
from whygrad.checking.measurement import measure
from whygrad.source import Source

NET = """
    import numpy as np

    def squash(z):
        return 1.0 / (1.0 + np.exp(-z))

    class Net:
        def __init__(self, layers):
            self.offsets = [np.random.randn(n, 1) for n in layers[1:]]
            self.matrices = [np.random.randn(n, m) for m, n in zip(layers[:-1], layers[1:])]

        def feedforward(self, a):
            for offset, matrix in zip(self.offsets, self.matrices):
                a = squash(matrix @ a + offset)
            return a

        def cost(self, output, y):
            return 0.5 * np.sum((output - y) ** 2)

        def backprop(self, x, y):
            grad_o = [np.zeros(o.shape) for o in self.offsets]
            grad_m = [np.zeros(m.shape) for m in self.matrices]
            values = [x]
            for offset, matrix in zip(self.offsets, self.matrices):
                values.append(squash(matrix @ values[-1] + offset))
            delta = (values[-1] - y) * values[-1] * (1 - values[-1])
            for k in range(1, len(values)):
                grad_o[-k] = ONE
                grad_m[-k] = delta @ values[-k - 1].T
                if k < len(values) - 1:
                    delta = self.matrices[-k].T @ delta * values[-k - 1] * (1 - values[-k - 1])
            return grad_o, grad_m
"""
EXAMPLES = """
        def descend(self, pairs, eta):
            for x, y in pairs:
                grad_o, grad_m = self.backprop(x, y)
                self.offsets = [o - eta * g for o, g in zip(self.offsets, grad_o)]
                self.matrices = [m - eta * g for m, g in zip(self.matrices, grad_m)]
"""
HINTS = Hints(forward="Net.feedforward", backward="Net.backprop")


def text(one: str, further: str = "") -> Source:
    return Source("net.py", textwrap.dedent(NET.replace("ONE", one) + further))


@pytest.mark.parametrize("further", ["", EXAMPLES])
def test_columns_of_one_example_need_no_sum(further):
    evidence = measure(text("delta", further), HINTS)
    assert evidence.verdict == "right"
    assert evidence.program.assumed["a"].endswith(", 1)")


def test_a_slip_is_found_at_one_example():
    source = Source("net.py", text("delta", EXAMPLES).text.replace("@ delta *", "@ (2 * delta) *"))
    assert measure(source, HINTS).verdict == "wrong"


def test_sums_are_taken_over_several_examples():
    evidence = measure(text("delta.sum(axis=1, keepdims=True)", EXAMPLES), HINTS)
    assert evidence.verdict == "right"
    assert not evidence.program.assumed["a"].endswith(", 1)")


def test_a_sum_that_is_missing_in_one_place_is_missed():
    """Another gradient sums: a batch is meant."""
    summed = "delta if k > 1 else delta.sum(axis=1, keepdims=True)"
    assert measure(text(summed), HINTS).verdict == "wrong"


def test_data_and_targets_without_a_loss_are_no_upstream_gradient():
    """`backprop(x, y)` runs the forward pass by itself, so a loss is supposed, of which `y` is the target."""
    source = Source(
        "net.py", text("delta").text.replace("def cost(self, output, y)", "def fitness(self, output, y)")
    )
    evidence = measure(source, HINTS)
    assert evidence.verdict == "right"
    assert any("has no loss" in note and "0.5 * np.sum((out - y) ** 2)" in note for note in evidence.notes)


@pytest.mark.parametrize(
    ("loop", "alone"),
    [
        ("for x, y in data:\n    backprop(x, y)", True),
        ("for x, y in mini_batch:\n    net.backprop(x, y)", True),
        ("for i in range(len(X)):\n    backprop(X[i], Y[i])", True),
        ("for i in range(m):\n    backprop(X[:, i:i+1], Y[:, [i]])", True),
        ("def step(x, y):\n    backprop(x, y)\nfor x, y in zip(X, Y):\n    step(x, y)", True),
        ("for x, y in batches:\n    backprop(x, y)", False),
        ("for x_batch, y_batch in data:\n    backprop(x_batch, y_batch)", False),
        ("for i in range(0, m, size):\n    backprop(X[i:i+size], Y[i:i+size])", False),
        ("for i in range(m // size):\n    backprop(X[i*size:(i+1)*size], Y)", False),
        ("for epoch in range(100):\n    backprop(X, y)", False),
        ("backprop(X, y)", False),
    ],
)
def test_a_loop_over_examples_tells(loop, alone):
    assert is_called_alone(loop, frozenset({"backprop"})) is alone


def test_the_batch_is_what_gradients_have_too_much():
    assert batch_size({"b": ((2, ((4, 1), (3, 1))), (2, ((4, 5), (3, 5))))}) == (5, 2)
    assert batch_size({"b": ((4, 1), (4, 5)), "c": ((3, 1), (3, 5))}) == (5, 2)
    assert batch_size({"b": ((4, 1), (4, 5)), "W": ((4, 3), (3, 4))}) == (0, 0)
    assert batch_size({"b": ((4,), (4, 5))}) == (0, 0)
    assert batch_size({}) == (0, 0)
