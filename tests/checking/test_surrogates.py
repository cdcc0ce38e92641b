"""A forward pass that rounds has the derivative zero; what a backward pass takes instead is left open."""

import pytest

from whygrad.checking.measurement import measure
from whygrad.source import Source

TEXT = """
import numpy as np
def layer_forward(x, w):  # {said}
    q = {step}
    return q @ w, (x, q, w)
def layer_backward(dout, cache):
    x, q, w = cache
    dx = {dx}
    dw = {dw}
    return dx, dw
"""
STEPS = ["np.round(x * 3) / 3", "np.sign(x)", "np.floor(x)", "np.where(x > 0, 1.0, -1.0)", "(x > 0) * 1.0"]


def verdicts(said: str = "binarized", **parts: str) -> dict[str, str]:
    evidence = measure(Source("layer.py", TEXT.format(said=said, **parts)))
    return {claim.name: claim.verdict for claim in evidence.finals}


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("dx", ["dout @ w.T", "dout @ w.T * (abs(x) < 1)"])
def test_a_derivative_chosen_for_a_step_is_left_open(step, dx):
    assert verdicts(step=step, dx=dx, dw="q.T @ dout") == {"dx": "undecided", "dw": "right"}


def test_what_does_not_go_through_the_step_is_judged():
    assert verdicts(step="np.sign(x)", dx="np.zeros_like(x)", dw="x.T @ dout") == {
        "dx": "right",
        "dw": "wrong",
    }


@pytest.mark.parametrize(
    "step", ["x * (x > 0)", "np.maximum(x, 0)", "x * (np.sign(x) + 1) / 2", "np.tanh(x)"]
)
def test_the_mask_of_a_relu_is_no_step(step):
    assert verdicts(step=step, dx="dout @ w.T * 1", dw="q.T @ dout") == {"dx": "wrong", "dw": "right"}


def test_the_mask_in_place_of_the_value_of_a_relu_is_no_choice():
    found = verdicts(said="a layer", step="(x > 0) * 1.0", dx="dout @ w.T * (x > 0)", dw="q.T @ dout")
    assert found == {"dx": "wrong", "dw": "right"}
