"""Networks whose layers are a list of `[W, b]`: biases begin at zero, and the given numbers lie at kinks."""

import pytest

from whygrad.diagnosis import check_program
from whygrad.rendering.repairs import edits_of
from whygrad.source import Source, edited

NETWORK = """\
import numpy as np

def init_params(sizes):
    params = []
    for n_in, n_out in zip(sizes[:-1], sizes[1:]):
        params.append([np.random.randn(n_in, n_out) * 0.5, np.zeros(n_out)])
    return params

def forward(params, x):
    activations = [x]
    for W, b in params[:-1]:
        x = np.maximum(0, x @ W + b)
        activations.append(x)
    W, b = params[-1]
    return x @ W + b, activations

def loss_fn(params, x, y):
    out, _ = forward(params, x)
    return 0.5 * np.mean(np.sum((out - y) ** 2, axis=1))

def backward(params, x, y):
    out, activations = forward(params, x)
    n = x.shape[0]
    delta = (out - y) / n
    grads = []
    for i in reversed(range(len(params))):
        W, b = params[i]
        a = activations[i]
        dW = a.T @ delta
        db = delta.sum(axis=0)
        grads.insert(0, [dW, db])
        if i > 0:
            delta = delta @ W.T * (a > 0)
    return grads
"""
CALLS = """
if __name__ == "__main__":
    np.random.seed(0)
    params = init_params([3, 5, 4, 2])
    x, y = np.random.randn(6, 3), np.random.randn(6, 2)
    for step in range(100):
        for p, g in zip(params, backward(params, x, y)):
            p[0] -= 0.1 * g[0]
            p[1] -= 0.1 * g[1]
"""


@pytest.mark.parametrize("calls", ["", CALLS])
def test_a_right_one_is_right_at_its_own_numbers(calls):
    """One example leaves nothing of a layer, so that the next one, with a bias of zero, is at a kink."""
    result = check_program(Source("net.py", NETWORK + calls))
    assert result.status == "right"
    assert "grads" in {variable["name"] for variable in result.to_json()["variables"]}


@pytest.mark.parametrize("calls", ["", CALLS])
@pytest.mark.parametrize(
    ("right", "slip"),
    [
        ("delta @ W.T * (a > 0)", "delta @ W.T"),
        ("a.T @ delta", "a.T @ delta * 2"),
        ("delta = (out - y) / n", "delta = (out - y)"),
        ("delta.sum(axis=0)", "delta.mean(axis=0)"),
        ("delta = (out - y)", "delta = (y - out)"),
    ],
)
def test_a_slip_is_found_on_its_line_and_mended(right, slip, calls):
    text = NETWORK.replace(right, slip) + calls
    result = check_program(Source("net.py", text))
    assert [finding.line for finding in result.findings] == [text[: text.index(slip)].count("\n") + 1]
    mended = edited(text, edits_of(result.to_json()))
    assert check_program(Source("net.py", mended)).status == "right"


def test_what_divides_is_called_a_divisor():
    text = NETWORK.replace("delta = (out - y) / n", "delta = (out - y)")
    (finding,) = check_program(Source("net.py", text)).findings
    assert finding.title == "the divisor `n` is missing from `delta`"
