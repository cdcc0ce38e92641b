"""Gates: recognition by structure, derivations checked by evaluation, grouped equals expanded."""

import dataclasses
import math
import re

import numpy as np
import pytest

from whygrad.errors import GraphError
from whygrad.execution.interpreter import execute
from whygrad.gates import (
    KNOWN,
    POINTS,
    TOLERANCE,
    Step,
    derive,
    group,
    local_gradient,
    proof,
    recognise,
    worst_difference,
)
from whygrad.graph import CONSTANT
from whygrad.tracing.formulas import parse_formula

BY_NAME = {gate.name: gate for gate in KNOWN}
SIGMOID = BY_NAME["sigmoid"]

# Analytic continuations, written without the library, for the complex step.
PLAIN = {
    "sigmoid": lambda z: 1 / (1 + np.exp(-z)),
    "tanh": np.tanh,
    "softplus": lambda z: np.log(1 + np.exp(z)),
    "relu": lambda z: np.where(z.real > 0, z, 0),
    "silu": lambda z: z / (1 + np.exp(-z)),
}


@pytest.mark.parametrize("name", sorted(BY_NAME))
def test_derivative_is_that_of_the_complex_step(name):
    gate = next(g for g in recognise(parse_formula(BY_NAME[name].spellings[0]).graph) if g.name == name)
    truth = PLAIN[name](POINTS + 1e-30j).imag / 1e-30
    ours = local_gradient(gate, [POINTS], PLAIN[name](POINTS + 0j).real)
    assert worst_difference(truth, ours) < 1e-9


@pytest.mark.parametrize("name", sorted(BY_NAME))
def test_every_step_of_every_derivation_holds(name):
    derivation = derive(BY_NAME[name])
    assert derivation.steps[-1].text == BY_NAME[name].derivative
    assert all(0 <= step.worst < TOLERANCE for step in derivation.steps)
    assert derivation.points == len(POINTS)


@pytest.mark.parametrize("at", range(len(SIGMOID.steps)))
@pytest.mark.parametrize("slip", ["({0}) * (1 + 1e-6)", "-({0})", "s", "({0}) + where(x > 6, 1e-6, 0)"])
def test_a_wrong_step_is_caught(at, slip):
    steps = list(SIGMOID.steps)
    steps[at] = Step(slip.format(steps[at].text), "a slip")
    with pytest.raises(GraphError, match="sigmoid"):
        derive(dataclasses.replace(SIGMOID, steps=tuple(steps)))


def test_a_derivative_that_is_not_the_last_step_is_caught():
    with pytest.raises(GraphError, match="not its last step"):
        derive(dataclasses.replace(SIGMOID, derivative="1 - s * s"))


def test_nan_is_never_within_tolerance():
    assert worst_difference([1.0, math.nan], [1.0, 2.0]) == math.inf
    assert worst_difference([math.nan], [math.nan]) == 0
    assert worst_difference([0.0, -0.0], [0.0, 0.0]) == 0


SPELLINGS = [(gate.name, text) for gate in KNOWN for text in gate.spellings]


@pytest.mark.parametrize(("name", "text"), SPELLINGS)
def test_every_spelling_is_recognised_and_equals_its_rows(name, text):
    within = re.sub(r"\bx\b", "z", re.sub(r"\bx\b", "(z := a * b)", text, count=1))
    graph = parse_formula(within).graph
    (gate,) = [g for g in recognise(graph) if g.name == name]
    assert gate.output == graph.outputs[0]
    assert [graph.op(row).name for row in gate.inputs] == ["multiply"]
    assert proof(graph, gate) < TOLERANCE


@pytest.mark.parametrize(
    "text", ["exp(-x) + 1", "2 / (1 + exp(-x))", "1 / (1 + exp(-2 * x) * x)", "1 / (2 + exp(-x))"]
)
def test_what_only_looks_like_a_sigmoid_is_none(text):
    assert not [g for g in recognise(parse_formula(text).graph) if g.name == "sigmoid"]


def test_operands_may_stand_the_other_way_around():
    (gate,) = recognise(parse_formula("1 / (exp(x * -1) + 1)").graph)
    assert gate.name == "sigmoid"


def test_a_gate_whose_inside_is_used_elsewhere_is_no_gate():
    text = "(q := exp(-x)) * 0 + 1 / (1 + q)"
    assert recognise(parse_formula(text).graph) == []


def test_one_gate_within_another():
    graph = parse_formula("silu(x) + sigmoid(y)").graph
    assert [gate.name for gate in recognise(graph)] == ["sigmoid", "silu", "sigmoid"]
    grouping = group(graph)
    assert [gate.name for gate in grouping.gates] == ["silu", "sigmoid"]
    units = list(grouping.units())
    assert [unit.name for unit in units if not isinstance(unit, int)] == ["silu", "sigmoid"]
    rows = {row for gate in grouping.gates for row in gate.rows}
    assert {unit for unit in units if isinstance(unit, int)} == set(range(len(graph))) - rows


def test_expand_and_collapse_are_each_others_inverse():
    graph = parse_formula("sigmoid(sigmoid(x))").graph
    grouping = group(graph)
    inner, outer = grouping.gates
    opened = grouping.expand(inner)
    assert opened.gate_of(inner.output) is None
    assert opened.gate_of(outer.output) is outer
    assert list(opened.collapse(inner).units()) == list(grouping.units())


def test_gates_of_arrays_are_recognised():
    graph = parse_formula("sum(1 / (1 + exp(-x)))", {"x": [1.0, 2.0]}).graph
    (gate,) = recognise(graph)
    assert sum(graph.op(row) is not CONSTANT for row in gate.rows) == 4
    assert proof(graph, gate) < TOLERANCE
    assert execute(graph, [np.zeros(2)]).outputs[0] == 1.0
