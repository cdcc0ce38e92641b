"""The backward pass as a circuit: ends in the gradients of all inputs, values and gradients told apart."""

import numpy as np
import pytest

import whygrad as wg

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


def test_a_long_loop_goes_back_in_blocks():
    def long(x):
        for _ in range(400):
            x = np.sin(x) * 1.01
        return x

    circuit = wg.show(long, 0.5, backward=True).circuit
    assert len(circuit.boxes) < 30
    slope = np.imag(long(0.5 + 1e-30j)) / 1e-30
    boxes = {box.key: box for box in circuit.boxes}
    (last,) = [wire for wire in circuit.wires if boxes[wire.target].kind == "output"]
    assert float(boxes[last.source].gradient) == pytest.approx(slope, rel=1e-3)


def test_every_call_goes_back_as_one_block_whatever_it_shares():
    def layer(x, w):
        return np.tanh(x * w) * np.cos(w) + x / (1 + w * w) - np.sin(x)

    def network(x, w):
        for _ in range(9):
            x = x + layer(x, w)
        return x

    circuit = wg.show(network, 0.1, 0.3, backward=True).circuit
    blocks = [box for box in circuit.boxes if box.kind == "block"]
    assert blocks and len(circuit.boxes) <= 60
    place = {box.key: k for k, box in enumerate(circuit.boxes)}
    assert all(place[wire.source] < place[wire.target] for wire in circuit.wires)
    ends = {box.label: box.key for box in circuit.boxes if box.kind == "output"}
    assert set(ends) == {"gradient of x", "gradient of w"}
    step = 1e-30j
    truth = {
        "gradient of x": np.imag(network(0.1 + step, 0.3)) / 1e-30,
        "gradient of w": np.imag(network(0.1, 0.3 + step)) / 1e-30,
    }
    arriving = {wire.target: float(wire.gradient) for wire in circuit.wires if wire.target in ends.values()}
    assert {label: arriving[key] for label, key in ends.items()} == pytest.approx(truth, rel=1e-3)


def test_many_gradients_of_one_block_are_one_wire_where_they_are_put_together():
    def total(xs):
        s = 0.0
        for t in range(40):
            s = s * 0.9 + np.sin(xs[t])
        return s

    circuit = wg.show(total, np.linspace(0, 1, 40), backward=True).circuit
    texts = [wire.gradient for wire in circuit.wires]
    assert any(text.endswith(" gradients") for text in texts)
    assert len(circuit.wires) < 40
