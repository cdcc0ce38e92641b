"""Traps that real code holds for a checker. Each text is right, or wrong in a way that is easily missed."""

import pytest

from whygrad.checking.evidence import Evidence
from whygrad.checking.measurement import measure
from whygrad.diagnosis import check_program
from whygrad.source import Source

IMPORT = "import numpy as np\nrng = np.random.RandomState(3)\n"


def measured(text: str) -> Evidence:
    return measure(Source("trap.py", IMPORT + text))


RIGHT = {
    "a forward pass of single precision": (
        "x = rng.randn(5, 3).astype(np.float32)\nW = rng.randn(3, 2).astype(np.float32)\n"
        "loss = np.sum((x @ W) ** 2)\ndW = x.T @ (2 * (x @ W))\n"
    ),
    "1/m applied last": (
        "X = rng.randn(3, 6)\nY = rng.randn(2, 6)\nW = rng.randn(2, 3)\nm = 6\n"
        "Z = W @ X\ncost = np.sum((Z - Y) ** 2) / (2 * m)\ndZ = Z - Y\ndW = 1 / m * dZ @ X.T\n"
    ),
    "forces are minus the gradient": (
        "pos = np.array([0.1, 1.3, 2.2])\nenergy = 0.5 * np.sum((pos[1:] - pos[:-1] - 1.0) ** 2)\n"
        "s = pos[1:] - pos[:-1] - 1.0\nforces = np.zeros(3)\nforces[:-1] += s\nforces[1:] -= s\n"
    ),
    "a direction of descent, which the step adds": (
        "X = rng.randn(6, 3)\nt = rng.randn(6)\nw = rng.randn(3)\nloss = 0.5 * np.sum((t - X @ w) ** 2)\n"
        "dw = X.T @ (t - X @ w)\nw += 0.1 * dw\n"
    ),
    "a term that is exactly zero is left out": (
        "x = rng.randn(6)\nmu = np.mean(x)\nd = x - mu\nvar = np.mean(d ** 2)\n"
        "dd = 2 * d / 6\ndx = dd\n"
    ),
    "log-parameters": (
        "x = rng.randn(5)\nlog_s = 0.3\ns = np.exp(log_s)\nnll = np.sum(0.5 * (x / s) ** 2) + 5 * log_s\n"
        "dlog_s = -np.sum((x / s) ** 2) + 5\n"
    ),
    "whole numbers among the inputs": (
        "w = [2, -3, -3]\nx = [-1, -2]\ny = w[0] * x[0] + w[1] * x[1] + w[2]\n"
        "dw = [x[0], x[1], 1]\ndx = [w[0], w[1]]\n"
    ),
    "an index by a range": (
        "X = rng.randn(4, 3)\ny = [0, 2, 1, 1]\nW = rng.randn(3, 3)\ns = X @ W\np = np.exp(s)\n"
        "p = p / p.sum(axis=1, keepdims=True)\nloss = -np.log(p[range(4), y]).mean()\n"
        "ds = p.copy()\nds[range(4), y] -= 1\nds /= 4\ndW = X.T @ ds\n"
    ),
    "an untaken branch of where is infinite": (
        "x = np.array([-1.5, 0.7, 2.0])\ns = np.sum(np.where(x > 0, np.sqrt(np.abs(x)), x))\n"
        "dx = np.where(x > 0, 0.5 / np.sqrt(np.abs(x)), 1.0)\n"
    ),
    "a delta belongs to what goes into the layer": (
        "x = rng.randn(4, 3)\nW = rng.randn(3, 2)\nt = rng.randn(4, 2)\nl1 = np.tanh(x @ W)\n"
        "loss = 0.5 * np.sum((l1 - t) ** 2)\nl1_delta = (l1 - t) * (1 - l1 ** 2)\ndW = x.T @ l1_delta\n"
    ),
    "a loop over pairs whose sum is named like an update": (
        "W = rng.randn(3, 2)\npairs = [(0, 1.5), (2, -0.4)]\nJ = 0.0\nfor i, t in pairs:\n"
        "    diff = np.sum(W[i]) - t\n    J += 0.5 * diff ** 2\n"
        "dW = np.zeros_like(W)\nfor i, t in pairs:\n    dW[i] += np.sum(W[i]) - t\n"
    ),
}  # fmt: skip


@pytest.mark.parametrize("trap", RIGHT)
def test_what_is_right_is_not_accused(trap: str) -> None:
    evidence = measured(RIGHT[trap])
    assert evidence.finals and evidence.verdict == "right", [
        (c.name, c.verdict, c.reason) for c in evidence.claims
    ]


WRONG = {
    "hidden by equal numbers": (
        "w = [2.0, -3.0, -3.0]\nx = [-1.0, -2.0]\ny = w[0] * x[0] + w[1] * x[1] + w[2]\n"
        "dx = [w[0], w[2]]\n", "dx"),
    "hidden by a penalty of zero": (
        "reg = 0.0\nX = rng.randn(5, 3)\nW = rng.randn(3)\n"
        "loss = np.sum((X @ W) ** 2) + reg * np.sum(W * W)\n"
        "dW = 2 * X.T @ (X @ W) + 3 * reg * W\n", "dW"),
    "hidden by a batch of one": (
        "X = rng.randn(4, 3)\nb = np.zeros(2)\nW = rng.randn(3, 2)\nloss = np.sum((X @ W + b) ** 2)\n"
        "db = 2 * (X @ W + b)[0]\n", "db"),
    "a factor of a millionth more": (
        "x = rng.randn(4)\ns = np.sum(x ** 3)\ndx = 3.000003 * x ** 2\n", "dx"),
    "wrong on a branch that the given point does not take": (
        "x = np.array([0.5, 1.2, 2.0])\ns = np.sum(np.where(x > 0, x ** 2, -x))\n"
        "dx = np.where(x > 0, 2 * x, 1.0)\n", "dx"),
    "an array of whole numbers cuts the gradient": (
        "x = np.array([0.5, -1.2, 2.0])\ns = np.sum(x ** 2)\ndx = np.array([0, 0, 0])\n"
        "dx[:] = 2 * x\n", "dx"),
    "a shape that broadcasts": (
        "p = rng.randn(4)\ny = rng.randn(4)\nloss = np.sum((p - y) ** 2)\n"
        "dp = 2 * (p.reshape(-1, 1) - y)\n", "dp"),
    "rows lost where an index is repeated": (
        "E = rng.randn(4, 2)\nids = np.array([1, 1, 3])\ns = np.sum(E[ids] ** 2)\n"
        "dE = np.zeros_like(E)\ndE[ids] += 2 * E[ids]\n", "dE"),
    "ddof differs between the passes": (
        "x = rng.randn(6)\nv = np.var(x, ddof=1)\ndx = 2 * (x - x.mean()) / 6\n", "dx"),
}  # fmt: skip


@pytest.mark.parametrize("trap", WRONG)
def test_what_is_wrong_is_found(trap: str) -> None:
    text, name = WRONG[trap]
    claim = next(c for c in measured(text).claims if c.name == name)
    assert claim.verdict == "wrong"


def test_wrong_in_general_but_right_at_the_given_numbers_is_said() -> None:
    text, name = WRONG["hidden by equal numbers"]
    claim = next(c for c in measured(text).claims if c.name == name)
    assert claim.verdict == "wrong" and claim.right_at_given_inputs


def test_two_mistakes_that_hide_each_other_are_both_found() -> None:
    text = IMPORT + (
        "x = rng.randn(4, 3)\nW = rng.randn(3, 2)\nb = rng.randn(2)\nz = x @ W + b\nh = np.tanh(z)\n"
        "loss = np.sum(h ** 2)\ndh = 2 * h\ndz = dh * (1 - h)\ndW = x.T @ dz\ndb = -dz.sum(axis=0)\n"
    )
    result = check_program(Source("two.py", text))
    assert {f.line for f in result.findings} == {10, 12}


def test_the_forward_pass_may_be_the_wrong_one() -> None:
    text = (
        "import math\nw = [0.7, -1.2]\nx = [1.5, -0.4]\np = w[0] * x[0] + w[1] * x[1]\n"
        "a = 1 / 1 + math.exp(-p)\ngrad_p = (1 - a) * a\ngrad_w = [x[0] * grad_p, x[1] * grad_p]\n"
    )
    finding = check_program(Source("forward.py", text)).findings[0]
    assert (finding.where, finding.line) == ("forward", 5)
    assert finding.alternatives


def test_randomness_without_a_seed_is_no_lie() -> None:
    text = (
        "import numpy as np\nx = np.array([0.5, -1.2])\nnoise = np.random.default_rng().normal(size=2)\n"
        "s = np.sum(x * noise)\ndx = noise\n"
    )
    assert measure(Source("noise.py", text)).verdict != "wrong"


def test_what_is_bound_in_a_loop_is_no_input():
    """No point can move the hidden values: the delta that feeds the updates must not be called wrong."""
    text = """
import math
data = [([0.5, -1.0], 0.0), ([1.0, 0.3], 1.0)]
W = [[0.1, -0.4], [0.7, 0.2]]
V = [0.3, -0.8]
for epoch in range(10):
    for x, t in data:
        h = [math.tanh(W[j][0] * x[0] + W[j][1] * x[1]) for j in range(2)]
        o = V[0] * h[0] + V[1] * h[1]
        total = 0.5 * (o - t) ** 2
        do = o - t
        dh = [do * V[j] * (1 - h[j] ** 2) for j in range(2)]
        for j in range(2):
            V[j] -= 0.5 * do * h[j]
            for i in range(2):
                W[j][i] -= 0.5 * dh[j] * x[i]
"""
    result = check_program(Source("xor.py", text))
    assert result.status != "wrong" and not result.findings
