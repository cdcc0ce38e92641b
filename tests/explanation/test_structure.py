"""A graph without a run: its structure as a picture, shapes in place of values."""

import numpy as np

import whygrad as wg
from whygrad.explanation.structure import structure_of


def test_graphs_and_derivatives_show_their_structure():
    graph = wg.trace(lambda x: x * x + 1)(2.0)
    bundle = graph._repr_mimebundle_()
    assert bundle["text/plain"] == str(graph)
    assert "<svg" in bundle["image/svg+xml"] and "<script" not in bundle["image/svg+xml"]


def test_shapes_stand_in_place_of_values_and_nothing_in_place_of_gradients():
    graph = wg.trace(lambda x, W: np.tanh(x @ W))(np.ones((2, 3)), np.ones((3, 4)))
    circuit = structure_of(graph)
    found = {box.label: box.value for box in circuit.boxes}
    assert (found["x"], found["W"], found["@"], found["tanh"]) == ("2x3", "3x4", "2x4", "2x4")
    assert not any(box.gradient for box in circuit.boxes)


def test_a_long_graph_is_drawn_by_its_repetitions():
    def long(x):
        for _ in range(500):
            x = np.sin(x)
        return x

    circuit = structure_of(wg.trace(long)(0.5))
    assert any(box.note.startswith("497 x") for box in circuit.boxes)
