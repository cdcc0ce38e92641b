"""The answer to `why`, word for word for the learner's questions, and its numbers elsewhere."""

import numpy as np
import pytest

from whygrad.errors import UsageError
from whygrad.explanation import explain
from whygrad.report import Bullets, Paragraph, Section, Table

NEURON = "sigmoid(w0*x0 + w1*x1 + w2)"
POINT = "w0=2, w1=-3, w2=-3, x0=-1, x1=-2"


def lines(blocks):
    """The words of blocks, one line for each paragraph, heading and table row."""
    told = []
    for block in blocks:
        if isinstance(block, Paragraph):
            told.append("".join(word.text for word in block.words))
        elif isinstance(block, Section):
            told += [f"# {block.title}", *lines(block.blocks)]
        elif isinstance(block, Bullets):
            told += [f"- {line}" for line in lines(block.items)]
        elif isinstance(block, Table):
            told += [" | ".join(word.text for word in row) for row in block.rows]
    return told


def why(name, text=NEURON, at=POINT):
    return lines(explain(text, at=at, why=name).blocks)


def test_why_w2():
    assert why("w2") == [
        "The gradient of out with respect to w2 is 0.1966 = 1 * 0.1966: "
        "its local gradient times the upstream gradient.",
        "# What is the 1, and what is it multiplied by?",
        "w2 enters t4 = t3 + w2. Its local gradient there is 1. "
        "The local gradient of an addition is 1 for every input, at every point.",
        "It is multiplied by the upstream gradient of t4, 0.1966: how fast out moves when t4 moves. "
        "Between them stands the sigmoid gate out = sigmoid(t4), whose local gradient is "
        "(1 - out) * out = (1 - 0.7311) * 0.7311 = 0.1966: its slope here, not its value 0.7311.",
        "# Why are they multiplied?",
        "That is the chain rule. If w2 grows by a small h, t4 changes by 1 * h. Whatever t4 changes by, "
        "out changes by 0.1966 times that: 1 * 0.1966 * h = 0.1966 * h.",
        "# From the output back, gate by gate",
        "- out = sigmoid(t4): by t4 the local gradient is (1 - out) * out = (1 - 0.7311) * 0.7311 = 0.1966. "
        "That is one gate for out = 1 / t7, t7 = 1 + t6, t6 = exp(t5), t5 = -1 * t4, "
        "whose local gradients multiply to the same: (-0.5344) * 1 * 0.3679 * (-1).",
        "- t4 = t3 + w2: by w2 the local gradient is 1.",
        "The product of the local gradients: 0.1966 * 1 = 0.1966.",
        "# Try it",
        "Run the forward pass at w2 = -3.001 and at w2 = -2.999: out goes from 0.7308619 to 0.7312551, "
        "a change of 0.0003932 for 0.002. That is a rate of 0.1966.",
        "# As a rule",
        "- The local gradient of an addition is 1 for every input, at every point.",
        "- A contribution is the local gradient times the upstream gradient; "
        "a gradient is the sum of its contributions.",
    ]


def test_why_x0():
    told = why("x0")
    assert told[0].startswith("The gradient of out with respect to x0 is 0.3932 = 2 * 0.1966")
    assert told[1] == "# What is the 2, and what is it multiplied by?"
    assert told[2] == (
        "x0 enters t1 = w0 * x0. Its local gradient there is w0 = 2. "
        "The local gradient of a product is the other factor."
    )
    assert "- t1 = w0 * x0: by x0 the local gradient is w0 = 2." in told
    assert "The product of the local gradients: 0.1966 * 1 * 1 * 2 = 0.3932." in told
    assert "- The local gradient of a product is the other factor." in told


def test_why_an_intermediate_value_that_the_formula_names():
    told = why("product", "sigmoid((product := w*x + b))", "w=2, x=1, b=-1")
    assert told[0] == (
        "The gradient of out with respect to product is 0.1966 = 0.1966 * 1: "
        "its local gradient times the upstream gradient."
    )
    assert "product enters out = sigmoid(product)" in told[2]


def test_why_within_a_gate():
    told = why("t6")
    assert told[2].startswith("t6 enters t7 = 1 + t6. Its local gradient there is 1.")
    assert "The product of the local gradients: (-0.5344) * 1 = -0.5344." in told


def test_why_the_output():
    assert why("out") == ["out is the output itself; it moves as much as it moves. Its gradient is 1."]


def test_why_a_name_used_in_several_places():
    told = why("x", "x * sin(x)", "x=2")
    assert told[0] == (
        "The gradient of out with respect to x is 0.077. x is used in 2 places, and each contributes: "
        "-0.8323 + 0.9093."
    )
    assert "The gradient is the sum over the paths: 0.9093 + (-0.8323) = 0.077." in told
    assert any("contributions added" in line for line in told)


def test_why_many_paths():
    text = "(a := x + x) + 0*(b := a + a) + 0*(c := b + b) + (d := c + c)"
    told = why("x", text, "x=1")
    assert any("paths add up to" in line for line in told)
    assert any("The gradient is the sum over all 30 paths" in line for line in told)


def test_why_a_gradient_is_zero():
    told = why("x", "relu(x) * y", "x=-2, y=3")
    assert any("Nothing passes t1 = max(0, x): its local gradient is 0 here." in line for line in told)
    line, cut = why("c", "where(c > 0, x, y)", "c=1, x=2, y=3")
    assert line == "No path that carries a gradient leads from c to out: its gradient is 0."
    assert cut.startswith("It is cut at `c > 0`") or "true or false" in cut


def test_why_of_arrays_tells_shapes_and_rules():
    told = why("W", "sum((x @ W) ** 2)", "x=[1, 2], W=[[1, 0], [0, 3]]")
    assert "W enters t1 = x @ W. Its local gradient there is no single number." in told[2]
    assert "G @ B.T" in told[2]


def test_unknown_names_are_refused_with_those_that_are_known():
    with pytest.raises(UsageError, match="there is no `w3` here; the names are w0, x0, t1") as caught:
        explain(NEURON, at=POINT, why="w3")
    assert caught.value.hint == "did you mean `w2`?"


def test_no_experiment_across_a_kink():
    told = why("x", "abs(x)", "x=0.0005")
    assert not any("Run the forward pass" in line for line in told)


def neuron(w, x):
    product = w[0] * x[0] + w[1] * x[1] + w[2]
    return 1 / (1 + np.exp(-product))


@pytest.mark.parametrize("name", ["w[2]", "w2", "w_2"])
def test_why_an_entry_of_a_list_of_a_function(name):
    report = explain(neuron, [2, -3, -3], [-1, -2], why=name)
    told = lines(report.blocks)
    assert report.title == f"Why is the gradient of {name} in neuron what it is?"
    assert told[2].startswith("w[2] enters product = t3 + w[2]. Its local gradient there is 1.")
    assert "The product of the local gradients: 0.1966 * 1 = 0.1966." in told


def test_a_list_as_a_whole_points_to_its_entries():
    with pytest.raises(UsageError) as caught:
        explain(neuron, [2, -3, -3], [-1, -2], why="w")
    assert caught.value.hint == "did you mean `w[0]`?"


def squares(x):
    out = np.zeros(3)
    for i in range(3):
        out[i] = x[i] ** 2
    return out.sum()


def test_contributions_of_entries_say_where_they_go():
    told = lines(explain(squares, np.array([1.0, 2.0, 3.0]), why="x").blocks)
    assert told[0].endswith(
        "is [2, 4, 6]. x is used in 3 places, and each contributes: 2 at [0] + 4 at [1] + 6 at [2]."
    )


def test_a_point_exactly_at_a_kink_is_said():
    told = why("x", "abs(x) * y", "x=0, y=1")
    assert any("exactly at a kink" in line for line in told)
    assert not any("exactly at a kink" in line for line in why("x", "abs(x) * y", "x=1, y=1"))


def test_the_middle_of_a_long_path_is_told_as_one():
    text = "x"
    for _ in range(60):
        text = f"sin({text})"
    told = why("x", text, "x=0.5")
    assert any(line.startswith("- ... 36 more gates, whose local gradients multiply to") for line in told)
    assert len(told) < 50
