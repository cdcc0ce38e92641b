"""The ledger as a report: what it holds for the learner's neuron, and what it leaves out of large ones."""

import pytest

from whygrad.explanation import explain
from whygrad.explanation.story import SUM_RULE
from whygrad.graph import INPUT, Abstract, GraphBuilder
from whygrad.ops import OPS
from whygrad.report import Bullets, Paragraph, Section, Table

NEURON = "sigmoid(w0*x0 + w1*x1 + w2)"
POINT = "w0=2, w1=-3, w2=-3, x0=-1, x1=-2"


def section(report, start):
    (found,) = [b for b in report.blocks if isinstance(b, Section) and b.title.startswith(start)]
    return found


def text(block):
    return "".join(word.text for word in block.words)


def rows(section):
    (table,) = [b for b in section.blocks if isinstance(b, Table)]
    return [tuple(word.text for word in row) for row in table.rows]


@pytest.fixture(scope="module")
def report():
    return explain(NEURON, at=POINT)


def test_the_point_comes_first(report):
    assert report.title == f"The gradient of {NEURON}"
    assert text(report.blocks[0]) == "At w0 = 2, x0 = -1, w1 = -3, x1 = -2, w2 = -3 the output out is 0.7311."


def test_every_gate_has_its_value(report):
    assert rows(section(report, "Forward")) == [
        ("t1", "w0 * x0", "-2", "0.1966"),
        ("t2", "w1 * x1", "6", "0.1966"),
        ("t3", "t1 + t2", "4", "0.1966"),
        ("t4", "t3 + w2", "1", "0.1966"),
        ("t5", "-1 * t4", "-1", "-0.1966"),
        ("t6", "exp(t5)", "0.3679", "-0.5344"),
        ("t7", "1 + t6", "1.368", "-0.5344"),
        ("out", "1 / t7", "0.7311", "1"),
    ]


def test_every_edge_has_local_upstream_and_contribution(report):
    assert rows(section(report, "Backward"))[:6] == [
        ("out = 1 / t7", "t7", "-out / t7", "-0.5344", "1", "-0.5344"),
        ("t7 = 1 + t6", "t6", "1", "1", "-0.5344", "-0.5344"),
        ("t6 = exp(t5)", "t5", "t6", "0.3679", "-0.5344", "-0.1966"),
        ("t5 = -1 * t4", "t4", "-1", "-1", "-0.1966", "0.1966"),
        ("t4 = t3 + w2", "t3", "1", "1", "0.1966", "0.1966"),
        ("t4 = t3 + w2", "w2", "1", "1", "0.1966", "0.1966"),
    ]


def test_values_and_gradients_are_styled_apart(report):
    (table,) = [b for b in section(report, "Forward").blocks if isinstance(b, Table)]
    assert {(row[2].style, row[3].style) for row in table.rows} == {("value", "gradient")}


def test_the_sigmoid_is_expanded_and_one_gate_with_its_derivation(report):
    blocks = section(report, "The sigmoid gate out").blocks
    assert text(blocks[0]) == (
        "out = sigmoid(t4) stands for t5 = -1 * t4, t6 = exp(t5), t7 = 1 + t6, out = 1 / t7. As one gate "
        "it has the local gradient (1 - out) * out = (1 - 0.7311) * 0.7311 = 0.1966 by t4. "
        "The slope of a sigmoid follows from its value alone."
    )
    assert text(blocks[1]) == "Gate by gate, from the output back: (-0.5344) * 1 * 0.3679 * (-1) = 0.1966."
    (steps,) = [b for b in blocks if isinstance(b, Bullets)]
    assert [item.words[0].text for item in steps.items][0::4] == [
        "(-1 / (1 + exp(-x)) ** 2) * 1 * exp(-x) * -1",
        "(1 - s) * s",
    ]
    assert "evaluated beside the one before it at 44 points" in text(blocks[-1])


def test_inputs_by_edges_and_by_paths(report):
    found = section(report, "Inputs")
    assert ("x1", "-2", "-0.5898", "-0.5898", "1") in rows(found)
    (bullets,) = [b for b in found.blocks if isinstance(b, Bullets)]
    assert text(bullets.items[-1]) == (
        "w2 -> t4 -> t5 -> t6 -> t7 -> out: (-0.5344) * 1 * 0.3679 * (-1) * 1 = 0.1966; "
        "with sigmoid as one gate: 0.1966 * 1 = 0.1966"
    )


def test_rules_are_those_of_the_operations_at_work(report):
    (bullets,) = section(report, "The rules").blocks
    assert "The local gradient of a product is the other factor." in [text(item) for item in bullets.items]
    assert SUM_RULE not in [text(item) for item in bullets.items]


def test_a_derivation_is_told_once():
    report = explain("sigmoid(x) + sigmoid(y)", at="x=1, y=2")
    gates = [b for b in report.blocks if isinstance(b, Section) and b.title.startswith("The sigmoid gate")]
    assert [any(isinstance(b, Bullets) for b in gate.blocks) for gate in gates] == [True, False]


def test_overflow_is_said_and_the_gate_stays_right():
    report = explain("log(1 + exp(x))", at="x=1000")
    assert "exp(1000) = inf" in text(report.blocks[1])
    gate = [text(b) for b in section(report, "The softplus").blocks if isinstance(b, Paragraph)]
    assert "1 / (1 + exp(-1000)) = 1 by x" in gate[0]
    assert "The small numbers overflow" in gate[1]


def test_an_input_without_a_way_to_the_output():
    report = explain("where(c > 0, x, y)", at="c=1, x=2, y=3")
    assert ("c", "1", "0", "does not reach the output", "0") in rows(section(report, "Inputs"))


def test_many_paths_are_counted_and_added_up():
    builder = GraphBuilder()
    scalar = Abstract((), float)
    row = first = builder.add(INPUT, (), scalar)
    builder.name_row(row, "x")
    for _ in range(50):
        row = builder.add(OPS["add"], (row, row), scalar)
    report = explain(builder.freeze([first], [row]), 1.0)
    found = section(report, "Inputs")
    assert rows(found)[0][-1] == str(2**50)
    (bullets,) = [b for b in found.blocks if isinstance(b, Bullets)]
    assert len(bullets.items) == 21
    assert f"the other {2**50 - 20} paths add up to" in text(bullets.items[-1])


def test_large_graphs_say_how_much_is_left_out():
    report = explain("+".join(f"sin({i} * x)" for i in range(100)), at="x=1")
    told = [
        text(b) for s in report.blocks if isinstance(s, Section) for b in s.blocks if isinstance(b, Paragraph)
    ]
    assert any(line.startswith("... and 239 more gates") for line in told)
