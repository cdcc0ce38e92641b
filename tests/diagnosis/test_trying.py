"""Slips in single statements of whole files: in slopes, scores, activations of classes, counts."""

import textwrap

import pytest

from whygrad.diagnosis import check_program
from whygrad.source import Source

CASES = {
    "a helper of the backward pass alone": (
        """
        import math

        def make_inputs():
            return dict(x0=1.1, v0=-0.2, target=0.4)

        def force(x):
            return -0.9 * math.sin(x) - x ** 3

        def stiffness(x):
            return -0.9 * math.cos(x) - 3 * {}

        def simulate(x0, v0, target, h=0.1, n=4):
            xs, vs = [x0], [v0]
            for _ in range(n):
                vs.append(vs[-1] + h * force(xs[-1]))
                xs.append(xs[-1] + h * vs[-1])
            J = 0.5 * (xs[-1] - target) ** 2
            dx0, dv0 = xs[-1] - target, 0.0
            for i in range(n - 1, -1, -1):
                dv0 += h * dx0
                dx0 += h * dv0 * stiffness(xs[i])
            return J, dx0, dv0
        """,
        "x ** 2",
        "x",
    ),
    "a square that the forward pass takes": (
        """
        import numpy as np

        def make_inputs():
            draw = np.random.RandomState(7).randn
            return dict(V=draw(5, 2), X=draw(4, 5), y=draw(4))

        def fm_loss(V, X, y):
            XV = X @ V
            pair = 0.5 * np.sum(XV ** 2 - (X ** 2) @ (V ** 2), axis=1)
            g = 2 * (pair - y) / len(y)
            loss = np.mean((pair - y) ** 2)
            dV = X.T @ (g[:, None] * XV) - V * ({}.T @ g)[:, None]
            return loss, dV
        """,
        "(X ** 2)",
        "X",
    ),
    "results without names": (
        """
        import numpy as np

        def make_inputs():
            draw = np.random.RandomState(4)
            return dict(coef=0.3 * draw.randn(3), Z=draw.randn(7, 3), time=draw.rand(7), event=np.ones(7))

        def neg_loglik(coef, Z, time, event):
            eta = Z @ coef
            rate = np.exp(eta)
            ll = np.sum(event * eta - rate * time)
            resid = event - {}
            score = Z.T @ resid
            return -ll, -score
        """,
        "rate * time",
        "rate",
    ),
    "a constant of the class in a choice": (
        """
        import numpy as np

        def make_inputs():
            draw = np.random.RandomState(1).randn
            return dict(W=draw(3, 4), x=draw(5, 3), dout=draw(5, 4))

        class ELU:
            SCALE = 0.8

            def __init__(self, W):
                self.W = W

            def forward(self, x):
                self.x = x
                self.z = x @ self.W
                self.out = np.where(self.z > 0, self.z, self.SCALE * (np.exp(self.z) - 1))
                return self.out

            def backward(self, dout):
                dz = dout * np.where(self.z > 0, 1.0, {})
                self.dW = self.x.T @ dz
                return dz @ self.W.T
        """,
        "self.out + self.SCALE",
        "self.out",
    ),
    "a count less by one where it is used": (
        """
        import numpy as np

        def make_inputs():
            draw = np.random.RandomState(5).randn
            return dict(x=draw(6, 3), dz=draw(6, 3))

        def standardise_forward(x):
            sd = x.std(axis=0, ddof=1)
            z = (x - x.mean(axis=0)) / sd
            return z, (z, sd)

        def standardise_backward(dz, cache):
            z, sd = cache
            n = dz.shape[0]
            dx = (dz - dz.mean(axis=0) - z * np.sum(dz * z, axis=0) / {}) / sd
            return dx
        """,
        "(n - 1)",
        "n",
    ),
    "a slope that a copy leaves out": (
        """
        import numpy as np
        rng = np.random.RandomState(3)
        X, W1, W2, T = rng.randn(6, 4), rng.randn(5, 5), rng.randn(6, 2), rng.randn(6, 2)
        ones = np.ones((6, 1))
        Xa = np.hstack([X, ones])
        H = np.tanh(Xa @ W1)
        Ha = np.hstack([H, ones])
        loss = 0.5 * np.sum((Ha @ W2 - T) ** 2)
        dY = Ha @ W2 - T
        dW2 = Ha.T @ dY
        dHa = dY @ W2.T
        dH = dHa[:, :-1]
        dZ = {}
        dW1 = Xa.T @ dZ
        """,
        "dH * (1 - H ** 2)",
        "dH",
    ),
    "no slope at all": (
        """
        import numpy as np

        def make_inputs():
            draw = np.random.RandomState(6).randn
            return dict(x=draw(4, 3), beta=1.7, dout=draw(4, 3))

        def softplus_forward(x, beta):
            y = np.log(1 + np.exp(beta * x)) / beta
            return y, (x, beta)

        def softplus_backward(dout, cache):
            x, beta = cache
            dx = {}
            return dx
        """,
        "dout / (1 + np.exp(-beta * x))",
        "dout",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_the_slip_is_undone_where_it_stands(name: str) -> None:
    text, right, wrong = CASES[name]
    text = textwrap.dedent(text).lstrip("\n")
    assert not check_program(Source("user.py", text.replace("{}", right))).findings
    lines = text.replace("{}", wrong).split("\n")
    (finding,) = check_program(Source("user.py", "\n".join(lines))).findings
    assert "{}" in text.split("\n")[finding.line - 1]
    assert finding.repair is not None
    assert [e.line for e in finding.repair.edits] == [finding.line]


def test_lines_that_lead_to_no_right_gradient_come_before_those_that_do() -> None:
    text = textwrap.dedent("""
        import numpy as np

        def make_inputs():
            draw = np.random.RandomState(7).randn
            return dict(scale=draw(6), shift=draw(6), x=draw(3, 6), goal=draw(3, 6))

        def shared_scales(scale, shift, x, goal):
            width = 2
            parts = x.reshape(3, 3, width).sum(axis=2)
            made = np.zeros_like(x)
            for r in range(len(x)):
                for k in range(6):
                    made[r, k] = scale[k] * x[r, k] * parts[r, k // width] + shift[k]
            loss = np.sum((made - goal) ** 2)
            d_scale, d_shift = np.zeros(6), np.zeros(6)
            for r in range(len(x)):
                for k in range(6):
                    part = k % width
                    error = 2 * (made[r, k] - goal[r, k])
                    d_scale[k] += error * x[r, k] * parts[r, part]
                    d_shift[k] += error
            return loss, d_scale, d_shift
    """)
    (found,) = check_program(Source("shared.py", text)).findings
    assert found.repair is not None and found.line == 19
    assert found.repair.edits[0].after.strip() == "part = k // width"


PENALISED = """\
import numpy as np

def make_inputs():
    draw = np.random.RandomState(8).randn
    return dict(W=draw(4, 3), X=draw(5, 4), y=np.array([1, 0, 2, 2, 1]), reg=0.25)

def softmax_loss(W, X, y, reg):
    dW = np.zeros_like(W)
    loss = 0.0
    for i in range(len(y)):
        p = np.exp(X[i] @ W)
        p /= p.sum()
        loss -= np.log(p[y[i]])
        for j in range(W.shape[1]):
            dW[:, j] += ({}) * X[i]
    loss = loss / len(y) + reg * np.sum(W * W)
    dW = dW / len(y)
    return loss, dW
"""


@pytest.mark.parametrize("slip", ["p[j] - 1", "p[j] + (j == y[i])"])
def test_a_slip_in_a_line_beside_a_penalty_that_no_line_adds(slip: str) -> None:
    result = check_program(Source("example.py", PENALISED.format(slip)))
    first, second = result.findings
    assert first.line == 15 and second.repair is not None
    after = [line.strip() for edit in second.repair.edits for line in edit.after.split("\n")][:2]
    assert after == ["dW[:, j] += (p[j] - (j == y[i])) * X[i]", "dW += 2 * reg * W"]
