"""What a group of rows sends back, with one result and with several, against differences from outside."""

import numpy as np

import whygrad as wg
from whygrad.explanation.sending import arriving, difference
from whygrad.explanation.subjects import subject_of
from whygrad.gates import blocks_of
from whygrad.report import Paragraph


def step(x, h, c):
    c = c * np.tanh(h) + x
    return np.sin(c) * h, c


def recurrent(x, h, c):
    for _ in range(3):
        h, c = step(x, h, c)
    return h * c


def told(report):
    return ["".join(w.text for w in b.words) for b in report.blocks if isinstance(b, Paragraph)]


def test_a_group_of_several_results_adds_up_what_arrives_at_each():
    lines = told(wg.explain(recurrent, 0.2, 0.3, 0.4, why="step"))
    line = next(line for line in lines if line.startswith("It sends back to x:"))
    assert "G_h" in line and "G_c" in line
    assert "central differences" in lines[-1]

    # From outside: only the first step sees another x.
    def first(x):
        h, c = step(x, 0.3, 0.4)
        for _ in range(2):
            h, c = step(0.2, h, c)
        return h * c

    slope = (first(0.2 + 1e-6) - first(0.2 - 1e-6)) / 2e-6
    assert f"= {slope:.4g}." in line


def test_what_is_used_inside_as_well_does_not_arrive_from_outside():
    subject = subject_of(recurrent, (0.2, 0.3, 0.4))
    entries = subject.ledger()
    tree = blocks_of(subject.graph, ())
    block = tree.children(tree.root)[0]
    _, outputs = tree.boundary(block)
    c = next(row for row in outputs if subject.graph.name(row) == "c")
    assert abs(arriving(entries, c, tree.members(block)) - entries.gradient(c)) > 1e-6


def test_a_wrong_derivative_would_be_seen():
    graph = wg.trace(lambda x: np.abs(x) * x)(0.5)
    assert difference(graph, [0.5]) < 1e-6
    cut = wg.trace(lambda x: x * wg.stop_gradient(x))(0.5)
    assert difference(cut, [0.5]) > 0.4  # half of the slope is held back
