"""A graph as a circuit: the rows that matter, with the values and gradients of the run."""

from __future__ import annotations

import numpy as np
import pytest

from whygrad.differentiation import differentiate
from whygrad.errors import UsageError
from whygrad.execution.interpreter import execute
from whygrad.explanation.circuit import MAX_BOXES, circuit_of, short_text
from whygrad.explanation.subjects import subject_of
from whygrad.gates import Block, Cut, blocks_of
from whygrad.graph import INPUT, Abstract, GraphBuilder
from whygrad.ops import OPS
from whygrad.report import Circuit
from whygrad.tracing.formulas import parse_formula

POINT = {"w0": 2, "w1": -3, "w2": -3, "x0": -1, "x1": -2}
NEURON = "sigmoid(w0*x0 + w1*x1 + w2)"


def drawn(text: str, point=None, grouped: bool = False, caption: str = "") -> Circuit:
    point = POINT if point is None else point
    formula = parse_formula(text)
    derivative = differentiate(formula.graph)
    run = execute(derivative.graph, formula.arguments(point), keep=True)
    cut = blocks_of(formula.graph).visible() if grouped else None
    return circuit_of(formula.graph, run, derivative, cut, caption)


def labels(circuit: Circuit) -> list[str]:
    return [box.label for box in circuit.boxes]


def test_the_neuron_expanded_has_the_gates_of_the_notes_and_the_gradients_of_the_truth():
    circuit = drawn(NEURON)
    gates = [box.label for box in circuit.boxes if box.kind != "input"]
    assert gates == ["*", "*", "+", "+", "*-1", "exp", "+1", "1/x", "out"]
    gradients = {box.label: box.gradient for box in circuit.boxes if box.kind == "input"}
    # The numbers of the notes: [x0, x1, 1] and [w0, w1] times 0.19661193324148185.
    assert gradients == {"w0": "-0.1966", "x0": "0.3932", "w1": "-0.3932", "x1": "-0.5898", "w2": "0.1966"}
    assert {w.gradient for w in circuit.wires if w.target == circuit.boxes[-1].key} == {"1"}


def test_the_sigmoid_as_one_gate():
    circuit = drawn(NEURON, grouped=True, caption=NEURON)
    assert labels(circuit)[-3:] == ["+", "sigmoid", "out"]
    gate = circuit.boxes[-2]
    assert (gate.kind, gate.value, gate.gradient) == ("gate", "0.7311", "1")
    (wire,) = [w for w in circuit.wires if w.target == gate.key]
    assert (wire.value, wire.gradient) == ("1", "0.1966")
    assert circuit.caption == NEURON


def test_a_gate_that_reads_an_input_twice_has_one_wire_with_both_contributions():
    formula = parse_formula("x*x")
    derivative = differentiate(formula.graph)
    run = execute(derivative.graph, [3.0], keep=True)

    row = len(formula.graph) - 1
    tree = blocks_of(formula.graph, ())
    square = Block("square", "block", "square", 1, row, row)
    circuit = circuit_of(formula.graph, run, derivative, Cut(tree, (square,)))
    assert [(w.order, w.gradient) for w in circuit.wires] == [(0, "6"), (0, "1")]
    plain = circuit_of(formula.graph, run, derivative)
    assert [(w.order, w.gradient) for w in plain.wires] == [(0, "3"), (1, "3"), (0, "1")]


@pytest.mark.parametrize(
    ("text", "label"),
    [("x + 1", "+1"), ("1 + x", "+1"), ("x*2", "*2"), ("2*x", "*2"), ("1/x", "1/x"), ("x/2", "/2"),
     ("x - 1", "-1"), ("1 - x", "1-x"), ("x**2", "**2"), ("2**x", "2**x"), ("-x", "*-1"),
     ("maximum(x, 0)", "maximum(x, 0)"), ("exp(x)", "exp")],
)  # fmt: skip
def test_plain_numbers_stand_in_the_label(text, label):
    assert labels(drawn(text, {"x": 3.0})) == ["x", label, "out"]


def test_a_branch_shows_its_contributions_and_their_sum():
    circuit = drawn("x*y + x", {"x": 2.0, "y": 5.0})
    x = circuit.boxes[0]
    shares = [w.gradient for w in circuit.wires if w.source == x.key]
    assert (x.gradient, shares) == ("6", ["5", "1"])


def test_rows_that_the_output_does_not_need_are_left_out():
    builder = GraphBuilder()
    number = Abstract((), float)
    x, y = (builder.add(INPUT, (), number) for _ in range(2))
    builder.name_row(x, "x")
    builder.add(OPS["exp"], (y,), number)
    kept = builder.add(OPS["exp"], (x,), number)
    builder.name_row(kept, "e")
    graph = builder.freeze((x, y), (kept,))
    derivative = differentiate(graph)
    circuit = circuit_of(graph, execute(derivative.graph, [0.0, 0.0], keep=True), derivative)
    assert labels(circuit) == ["x", "exp", "e"]


def test_names_of_the_user_stand_by_their_boxes():
    builder = GraphBuilder()
    number = Abstract((), float)
    x = builder.add(INPUT, (), number)
    inner = builder.add(OPS["tanh"], (x,), number)
    builder.name_row(inner, "hidden")
    graph = builder.freeze((x,), (builder.add(OPS["exp"], (inner,), number),))
    derivative = differentiate(graph)
    circuit = circuit_of(graph, execute(derivative.graph, [0.5], keep=True), derivative)
    assert [box.name for box in circuit.boxes if box.kind == "op"] == ["hidden", ""]


def test_too_many_boxes_are_refused():
    builder = GraphBuilder()
    row = x = builder.add(INPUT, (), Abstract((), float))
    for _ in range(MAX_BOXES + 1):
        row = builder.add(OPS["tanh"], (row,), Abstract((), float))
    graph = builder.freeze((x,), (row,))
    derivative = differentiate(graph)
    with pytest.raises(UsageError, match="2002 boxes, more than the 2000"):
        circuit_of(graph, execute(derivative.graph, [0.5], keep=True), derivative)


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.19661193, "0.1966"), (2.0, "2"), (np.array([1.0, 2.5]), "[1, 2.5]"),
     (np.full((4, 3), -0.25), "4x3 ±0.25"),
     (np.zeros(7), "7 ±0"), (np.zeros(0), "(0,)"), (True, "True"), (float("nan"), "nan")],
)  # fmt: skip
def test_values_are_short(value, text):
    assert short_text(value) == text


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def step(x, h, c):
    gate = sigmoid(x * h)
    c = c * gate + x
    return np.tanh(c), c


def recurrent(x, h, c):
    for _ in range(20):
        h, c = step(x, h, c)
    return h * c


def of_function(function, *args, gates_open=False):
    subject = subject_of(function, args)
    entries = subject.ledger()
    cut = blocks_of(subject.graph).visible()
    return circuit_of(
        subject.graph, entries.run, entries.derivative, cut.with_gates_open() if gates_open else cut
    )


def test_a_long_loop_shows_its_ends_and_says_what_it_holds():
    circuit = of_function(recurrent, 0.5, 0.1, 0.2)
    blocks = [box for box in circuit.boxes if box.kind == "block"]
    assert [box.note for box in blocks] == [
        "step: 8 rows", "step: 8 rows", "17 x step (from 2): 8 rows", "step: 8 rows",
    ]  # fmt: skip
    into_last = {w.name for w in circuit.wires if w.target == blocks[-1].key and w.name}
    assert into_last == {"h", "c"}  # two results of the step before, each named
    (frame,) = [frame for frame in circuit.frames if frame.label == "20 x step"]
    assert set(frame.members) == {box.key for box in blocks}


def test_an_opened_gate_is_a_frame_around_its_boxes():
    circuit = of_function(lambda x: sigmoid(x) * 2, 0.5, gates_open=True)
    (frame,) = circuit.frames
    inside = [box.label for box in circuit.boxes if box.key in frame.members]
    assert (frame.label, inside) == ("sigmoid", ["*-1", "exp", "+1", "1/x"])


def test_many_inputs_of_one_block_are_one_box():
    text = " + ".join(f"w{k}*x{k}" for k in range(200))
    formula = parse_formula(text)
    derivative = differentiate(formula.graph)
    run = execute(derivative.graph, [0.5] * 400, keep=True)
    circuit = circuit_of(formula.graph, run, derivative, blocks_of(formula.graph).visible())
    (many,) = [box for box in circuit.boxes if box.note.endswith("inputs")]
    assert many.note == "398 inputs"
    assert len(circuit.boxes) < 10


def test_arrays_are_painted_and_the_inputs_of_a_gate_stand_as_its_formula_names_them():
    def layer(W, b, x):
        return np.sum(x @ W + b)

    circuit = of_function(layer, np.ones((3, 2)), np.zeros(2), np.ones((4, 3)))
    gate = next(box for box in circuit.boxes if box.label == "affine")
    order = [w.source for w in sorted(circuit.wires, key=lambda w: w.order) if w.target == gate.key]
    names = {box.key: box.name for box in circuit.boxes}
    assert [names[key] for key in order] == ["x", "W", "b"]
    assert gate.value_heat is not None
    assert (gate.value_heat.shape, gate.value_heat.scale) == ((4, 2), 3.0)
    assert gate.gradient_heat is not None and gate.gradient_heat.scale == 1.0
