"""Gates: derivations checked by evaluation, against the complex step; grouped equals expanded."""

import dataclasses
import math

import mpmath
import numpy as np
import pytest

from whygrad.errors import GraphError
from whygrad.gates import KNOWN, POINTS, TOLERANCE, Step, derive, local_gradient, recognise, worst_difference
from whygrad.gates.truth import evaluate, summed_to
from whygrad.tracing.formulas import parse_formula

ELEMENTWISE = {gate.name: gate for gate in KNOWN if gate.elementwise}
SIGMOID = ELEMENTWISE["sigmoid"]
SOFTMAX = next(gate for gate in KNOWN if gate.name == "softmax")


def erf(z):
    """That of mpmath with 60 digits, so that a step of 1e-30 along the imaginary axis is not lost."""
    with mpmath.workdps(60):
        return np.array([complex(mpmath.erf(complex(one))) for one in z])


# Analytic continuations, written without the library, for the complex step.
PLAIN = {
    "sigmoid": lambda z: 1 / (1 + np.exp(-z)),
    "tanh": np.tanh,
    "softplus": lambda z: np.log(1 + np.exp(z)),
    "log sigmoid": lambda z: -np.log(1 + np.exp(-z)),
    "relu": lambda z: np.where(z.real > 0, z, 0),
    "leaky relu": lambda z: np.where(z.real > 0, z, 0.3 * z),
    "elu": lambda z: np.where(z.real > 0, z, 0.3 * np.exp(z) - 0.3),
    "silu": lambda z: z / (1 + np.exp(-z)),
    "gelu": lambda z: z / 2 * (1 + np.tanh((2 / np.pi) ** 0.5 * (z + 0.044715 * z**3))),
    "exact gelu": lambda z: z / 2 * (1 + erf(z / 2**0.5)),
}


@pytest.mark.parametrize("name", sorted(ELEMENTWISE))
def test_derivative_is_that_of_the_complex_step(name):
    known = ELEMENTWISE[name]
    text = known.formula.replace("a *", "0.3 *") if known.constants else known.formula
    gate = next(g for g in recognise(parse_formula(text).graph) if g.name == name)
    truth = PLAIN[name](POINTS + 1e-30j).imag / 1e-30
    ours = local_gradient(gate, [POINTS], PLAIN[name](POINTS + 0j).real)
    assert np.allclose(ours, truth, rtol=1e-9, atol=1e-14)  # gelu cancels to nothing far left


@pytest.mark.parametrize("known", KNOWN, ids=lambda known: f"{known.name}: {known.formula}")
def test_every_step_of_every_derivation_holds(known):
    derivation = derive(known)
    assert derivation.steps[-1].text == known.derivative
    assert all(0 <= step.worst < TOLERANCE for step in derivation.steps)
    assert derivation.points >= 20


@pytest.mark.parametrize("at", range(len(SIGMOID.steps)))
@pytest.mark.parametrize("slip", ["({0}) * (1 + 1e-6)", "-({0})", "s", "({0}) + where(x > 6, 1e-6, 0)"])
def test_a_wrong_step_is_caught(at, slip):
    steps = list(SIGMOID.steps)
    steps[at] = Step(slip.format(steps[at].text), "a slip")
    with pytest.raises(GraphError, match="sigmoid"):
        derive(dataclasses.replace(SIGMOID, steps=tuple(steps)))


@pytest.mark.parametrize("at", range(len(SOFTMAX.steps)))
def test_a_wrong_step_of_an_array_gate_is_caught(at):
    steps = list(SOFTMAX.steps)
    steps[at] = Step(f"{steps[at].text} + 1e-6", "a slip")
    with pytest.raises(GraphError, match="softmax"):
        derive(dataclasses.replace(SOFTMAX, steps=tuple(steps)))


def test_a_wrong_derivative_is_caught():
    with pytest.raises(GraphError, match="by x is wrong"):
        derive(dataclasses.replace(SIGMOID, derivatives=(("x", "1 - s * s"),)))


@pytest.mark.parametrize("known", [k for k in KNOWN if not k.elementwise], ids=lambda k: k.formula)
def test_a_wrong_derivative_by_any_parameter_is_caught(known):
    for at, (parameter, text) in enumerate(known.derivatives):
        wrong = list(known.derivatives)
        wrong[at] = (parameter, f"1.001 * ({text})")
        with pytest.raises(GraphError, match=known.name):
            derive(dataclasses.replace(known, derivatives=tuple(wrong)))


def test_a_lost_axis_can_be_given_back():
    x, g = np.arange(6.0).reshape(2, 3), np.array([1.0, 10.0])
    assert np.array_equal(evaluate("g[..., None] * x", {"x": x, "g": g}), [[0, 1, 2], [30, 40, 50]])


def test_a_gradient_is_summed_to_the_shape_of_what_was_stretched():
    whole = np.arange(6.0).reshape(2, 3)
    assert np.array_equal(summed_to(whole, (3,)), [3, 5, 7])
    assert np.array_equal(summed_to(whole, (2, 1)), [[3], [12]])
    assert summed_to(whole, ()) == 15


def test_nan_is_never_within_tolerance():
    assert worst_difference([1.0, math.nan], [1.0, 2.0]) == math.inf
    assert worst_difference([math.nan], [math.nan]) == 0
    assert worst_difference([0.0, -0.0], [0.0, 0.0]) == 0
