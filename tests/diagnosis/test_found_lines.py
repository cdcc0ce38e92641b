"""Mistakes in small programs are found on their own lines, and mended as a person would mend them."""

from __future__ import annotations

import re
import textwrap

import pytest

from whygrad.diagnosis import check_program
from whygrad.source import Source

MARK = re.compile(r"<<(.*?)\|\|(.*?)>>")

CASES = {
    "a mean that is taken twice": """
        import numpy as np
        rng = np.random.RandomState(0)
        X, Y = rng.randn(2, 5), np.array([[1.0, 0.0, 1.0, 0.0, 0.0]])
        W1, b1, W2, b2 = rng.randn(4, 2), np.zeros((4, 1)), rng.randn(1, 4), np.zeros((1, 1))
        m = X.shape[1]
        A1 = np.tanh(W1 @ X + b1)
        A2 = 1 / (1 + np.exp(-(W2 @ A1 + b2)))
        cost = -1 / m * np.sum(Y * np.log(A2) + (1 - Y) * np.log(1 - A2))
        dZ2 = <<(A2 - Y) / m||A2 - Y>>
        dW2 = dZ2 @ A1.T / m
        db2 = np.sum(dZ2, axis=1, keepdims=True) / m
        dZ1 = (W2.T @ dZ2) * (1 - A1 ** 2)
        dW1 = dZ1 @ X.T / m
        db1 = np.sum(dZ1, axis=1, keepdims=True) / m
    """,
    "the slope of a sigmoid behind the error of its cross entropy": """
        import numpy as np
        rng = np.random.RandomState(1)
        X, y, w, b = rng.randn(6, 3), np.array([1.0, 0.0, 0.0, 1.0, 1.0, 0.0]), rng.randn(3), 0.1
        a = 1 / (1 + np.exp(-(X @ w + b)))
        cost = -np.mean(y * np.log(a) + (1 - y) * np.log(1 - a))
        dz = <<(a - y) * a * (1 - a)||a - y>>
        dw = X.T @ dz / len(y)
        db = np.mean(dz)
    """,
    "the first of several steps behind one another": """
        import numpy as np
        def make_inputs():
            rng = np.random.RandomState(2)
            return dict(x=rng.randn(6, 3), dout=rng.randn(6, 3))
        def norm_forward(x, eps=1e-5):
            xmu = x - x.mean(axis=0)
            sd = np.sqrt(np.mean(xmu ** 2, axis=0) + eps)
            istd = 1 / sd
            return xmu * istd, (xmu, sd, istd)
        def norm_backward(dout, cache):
            xmu, sd, istd = cache
            N = len(dout)
            distd = np.sum(dout * xmu, axis=0)
            dxmu1 = dout * istd
            dsd = -distd / <<sd||sd ** 2>>
            dvar = 0.5 / sd * dsd
            dxmu2 = 2 * xmu / N * dvar
            dx1 = dxmu1 + dxmu2
            dx2 = -np.sum(dxmu1 + dxmu2, axis=0) / N
            dx = dx1 + dx2
            return dx
    """,
    "a contribution that is not added": """
        import numpy as np
        def make_inputs():
            rng = np.random.RandomState(2)
            return dict(x=rng.randn(6, 3), dout=rng.randn(6, 3))
        def centre_forward(x):
            xmu = x - x.mean(axis=0)
            return xmu ** 3, xmu
        def centre_backward(dout, cache):
            dxmu = dout * 3 * cache ** 2
            dx1 = dxmu
            dx2 = -np.sum(dxmu, axis=0) / len(dout) * np.ones_like(dxmu)
            dx = <<dx1||dx1 + dx2>>
            return dx
    """,
    "a softmax over the examples": """
        import numpy as np
        rng = np.random.RandomState(3)
        X, W, Y = rng.randn(6, 4), rng.randn(4, 3), np.eye(3)[[0, 1, 2, 1, 0, 0]]
        e = np.exp(X @ W)
        p = e / e.sum(axis=<<0||1, keepdims=True>>)
        loss = -np.sum(Y * np.log(p)) / len(X)
        dz = (p - Y) / len(X)
        dW = X.T @ dz
    """,
}


@pytest.mark.parametrize("name", CASES)
def test_the_first_finding_is_on_the_line_of_the_mistake(name: str) -> None:
    text = textwrap.dedent(CASES[name]).lstrip("\n")
    right, wrong = MARK.sub(lambda m: m[2], text), MARK.sub(lambda m: m[1], text)
    assert check_program(Source("right.py", right)).status == "right"
    result = check_program(Source("wrong.py", wrong))
    assert result.status == "wrong"
    marked = [n for n, line in enumerate(text.split("\n"), 1) if MARK.search(line)]
    assert result.findings[0].line in marked
    mended = wrong.split("\n")
    for finding in result.findings:
        assert finding.repair is not None
        for edit in finding.repair.edits:
            mended[edit.line - 1] = edit.after
    assert [mended[n - 1] for n in marked] == [right.split("\n")[n - 1] for n in marked]
    assert check_program(Source("mended.py", "\n".join(mended))).status == "right"
