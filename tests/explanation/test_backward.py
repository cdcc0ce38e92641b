"""The backward pass as a circuit: ends in the gradients of all inputs, values and gradients told apart."""

import numpy as np
import pytest

import whygrad as wg
from whygrad.errors import UsageError

NEURON, POINT = "sigmoid(w0*x0 + w1*x1 + w2)", "w0=2, w1=-3, w2=-3, x0=-1, x1=-2"


def test_the_neuron_backwards_ends_in_the_gradients_of_the_notes():
    circuit = wg.show(NEURON, at=POINT, backward=True).circuit
    boxes = {box.key: box for box in circuit.boxes}
    found = {}
    for wire in circuit.wires:
        if boxes[wire.target].kind == "output":
            found[boxes[wire.target].label] = boxes[wire.source].gradient
    assert found == {
        "gradient of w0": "-0.1966", "gradient of x0": "0.3932", "gradient of w1": "-0.3932",
        "gradient of x1": "-0.5898", "gradient of w2": "0.1966",
    }  # fmt: skip


def test_values_of_the_forward_pass_and_gradients_are_told_apart():
    circuit = wg.show(
        lambda x, W: np.sum(np.tanh(x @ W)), np.ones((2, 3)), np.ones((3, 2)), backward=True
    ).circuit
    assert all(box.value and not box.gradient for box in circuit.boxes if box.kind == "input")
    products = [box for box in circuit.boxes if box.label == "@"]
    assert len(products) == 2
    assert all(box.gradient and not box.value for box in products)
    turned = [box for box in circuit.boxes if box.label == "transpose"]
    assert turned and all(box.value and not box.gradient for box in turned)


def test_a_pass_that_is_too_long_is_refused():
    def long(x):
        for _ in range(400):
            x = np.sin(x) * x
        return x

    with pytest.raises(UsageError, match="more than a drawing shows"):
        wg.show(long, 0.5, backward=True)
