"""What can be explained, and what is said of what cannot."""

import numpy as np
import pytest

from whygrad.errors import FormulaError, UsageError
from whygrad.explanation import explain
from whygrad.explanation.subjects import Subject, subject_of
from whygrad.tracing.formulas import parse_formula


def gradients(subject):
    book = subject.ledger()
    return {book.label(row): book.gradient(row) for row in book.graph.inputs}


@pytest.mark.parametrize(
    ("args", "at"),
    [((), "w=2, x=3"), ((), {"w": 2, "x": 3}), ((2, 3), None), ((2,), "x=3")],
)
def test_a_formula_takes_its_point_by_name_or_in_order(args, at):
    assert gradients(subject_of("w * x", args, at)) == {"w": 3.0, "x": 2.0}
    assert gradients(subject_of(parse_formula("w * x"), args, at)) == {"w": 3.0, "x": 2.0}


def test_a_parsed_formula_is_read_again_for_arrays():
    found = gradients(subject_of(parse_formula("sum(x * x)"), ([1.0, 2.0],)))
    np.testing.assert_array_equal(found["x"], [2.0, 4.0])


def test_a_graph_a_function_and_a_subject():
    graph = parse_formula("w * x").graph
    assert gradients(subject_of(graph, (2.0, 3.0))) == {"w": 3.0, "x": 2.0}
    assert gradients(subject_of(graph, (), "w=2, x=3")) == {"w": 3.0, "x": 2.0}
    assert gradients(subject_of(lambda w, x: w * x, (2.0, 3.0))) == {"w": 3.0, "x": 2.0}
    subject = subject_of("w * x", (2, 3))
    assert subject_of(subject) is subject
    assert explain(subject).title == "The gradient of w * x"


@pytest.mark.parametrize(
    ("target", "args", "at", "error", "says"),
    [
        (3.5, (), None, UsageError, "a float cannot be explained"),
        ("w * x", (1, 2, 3), None, FormulaError, "3 values were given for 2 names"),
        ("w * x", (), "w=1", FormulaError, "no value is given for `x`"),
        ("w * x", (), "w=1, x=2, y=3", FormulaError, "`y` is given"),
        ("w * x", (), "w=one", FormulaError, "a number"),
        (parse_formula("w * x").graph, (1.0,), None, UsageError, "1 values were given for the inputs w, x"),
        (lambda x: [x, x], (1.0,), None, UsageError, "returns 2 numbers"),
    ],
)
def test_refusals(target, args, at, error, says):
    with pytest.raises(error, match=says) as caught:
        subject_of(target, args, at)
    assert caught.value.hint or error is FormulaError or "inputs" in says


def test_a_graph_of_several_outputs_needs_a_choice():
    graph = parse_formula("w * x").graph
    with pytest.raises(UsageError, match="2 outputs"):
        subject_of(graph.with_outputs([0, 2]), (1.0, 2.0))


def test_a_subject_keeps_only_what_its_output_needs():
    graph = parse_formula("exp(x) * sin(y)").graph
    sine = next(node.row for node in graph if node.op.name == "sin")
    subject = Subject("part", graph.with_outputs([sine]), [1.0, 0.0])
    assert [node.op.name for node in subject.graph] == ["input", "input", "sin"]
    assert gradients(subject) == {"x": None, "y": 1.0}


def test_of_an_array_the_sum_is_explained_and_said():
    subject = subject_of("x * x", at={"x": [1, 2]})
    np.testing.assert_array_equal(gradients(subject)["x"], [2.0, 4.0])
    said = "".join(word.text for word in explain(subject).blocks[0].words)
    assert said.startswith("the output has shape (2,)")
    assert "the gradient of the sum of its entries" in said
