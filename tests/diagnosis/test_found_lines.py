"""Mistakes in small programs are found on their own lines, and mended as a person would mend them."""

from __future__ import annotations

import re
import textwrap

import pytest

from whygrad.diagnosis import check_program
from whygrad.source import Source

MARK = re.compile(r"<<(.*?)\|\|(.*?)>>")

CASES = {
    "a penalty that leaves the intercept out": """
        import numpy as np
        def make_inputs():
            rng = np.random.RandomState(3)
            X = np.c_[np.ones(8), rng.randn(8, 3)]
            return dict(theta=rng.randn(4), X=X, y=(rng.rand(8) > 0.5) * 1.0, lam=2.0)
        def cost(theta, X, y, lam):
            m = y.size
            h = 1 / (1 + np.exp(-X @ theta))
            J = (-y @ np.log(h) - (1 - y) @ np.log(1 - h)) / m + lam / (2 * m) * np.sum(theta[1:] ** 2)
            grad = X.T @ (h - y) / m
            grad = grad + lam / m * <<theta||np.r_[0, theta[1:]]>>
            return J, grad
    """,
    "a sign in a function that fills a dictionary of gradients": """
        import numpy as np
        def sigmoid(z):
            return 1 / (1 + np.exp(-z))
        def forward(X, p):
            A1 = np.tanh(p["W1"] @ X)
            return sigmoid(p["W2"] @ A1), A1
        def backward(A2, A1, X, Y, p):
            grads = {}
            dA2 = -(Y / A2 <<+||->> (1 - Y) / (1 - A2))
            dZ2 = dA2 * A2 * (1 - A2)
            grads["dW2"] = dZ2 @ A1.T / X.shape[1]
            dZ1 = (p["W2"].T @ dZ2) * (1 - A1 ** 2)
            grads["dW1"] = dZ1 @ X.T / X.shape[1]
            return grads
        rng = np.random.RandomState(3)
        X, Y = rng.randn(3, 6), np.array([[1.0, 0, 1, 1, 0, 0]])
        W1, W2 = rng.randn(4, 3), rng.randn(1, 4)
        p = {"W1": W1, "W2": W2}
        A2, A1 = forward(X, p)
        cost = -np.mean(Y * np.log(A2) + (1 - Y) * np.log(1 - A2))
        grads = backward(A2, A1, X, Y, p)
        dW1, dW2 = grads["dW1"], grads["dW2"]
    """,
    "a sum in a function of its own, of two that return the like": """
        import numpy as np
        def backward(dZ2, A1, W2, X):
            dW2 = dZ2 @ A1.T
            db2 = <<np.sum(dZ2)||np.sum(dZ2, axis=1, keepdims=True)>>
            dZ1 = (W2.T @ dZ2) * (1 - A1 ** 2)
            return dZ1 @ X.T, np.sum(dZ1, axis=1, keepdims=True), dW2, db2
        rng = np.random.RandomState(0)
        X, Y = rng.randn(2, 5), rng.randn(3, 5)
        W1, b1, W2, b2 = rng.randn(4, 2), np.zeros((4, 1)), rng.randn(3, 4), np.zeros((3, 1))
        A1 = np.tanh(W1 @ X + b1)
        Z2 = W2 @ A1 + b2
        loss = 0.5 * np.sum((Z2 - Y) ** 2)
        dW1, db1, dW2, db2 = backward(Z2 - Y, A1, W2, X)
    """,
    "a piece that the line above has": """
        import numpy as np
        def slope(s):
            return s * (1 - s)
        class Net:
            def __init__(self, x, y, w1, w2):
                self.x, self.y, self.w1, self.w2 = x, y, w1, w2
            def forward(self):
                self.h = 1 / (1 + np.exp(-self.x @ self.w1))
                self.o = 1 / (1 + np.exp(-self.h @ self.w2))
                return np.sum((self.o - self.y) ** 2)
            def backprop(self):
                self.d2 = self.h.T @ (2 * (self.o - self.y) * slope(self.o))
                d = <<2 * (self.o - self.y)||2 * (self.o - self.y) * slope(self.o)>> @ self.w2.T
                self.d1 = self.x.T @ (d * slope(self.h))
        rng = np.random.RandomState(14)
        x, y, w1, w2 = rng.randn(5, 3), rng.rand(5, 2), rng.randn(3, 4), rng.randn(4, 2)
        net = Net(x, y, w1, w2)
        loss = net.forward()
        net.backprop()
        grad_w1, grad_w2 = net.d1, net.d2
    """,
    "a transpose of a stack, behind scores that hold a scale": """
        import numpy as np
        def make_inputs():
            rng = np.random.RandomState(28)
            A, B = rng.randn(3, 3), rng.randn(3, 3)
            return dict(x=rng.randn(2, 4, 3), A=A, B=B, dout=rng.randn(2, 4, 4))
        def scores_forward(x, A, B):
            q, k = x @ A, x @ B
            scores = q @ k.transpose(0, 2, 1) * 0.5
            out = scores = np.tanh(scores) + scores
            return out, (x, A, B, q, k)
        def scores_backward(dout, cache):
            x, A, B, q, k = cache
            dscores = dout * (2 - np.tanh(q @ k.transpose(0, 2, 1) * 0.5) ** 2) * 0.5
            dq = dscores @ k
            dk = <<dscores @ q||dscores.swapaxes(-1, -2) @ q>>
            dA = np.einsum("nti,ntj->ij", x, dq)
            dB = np.einsum("nti,ntj->ij", x, dk)
            return dq @ A.T + dk @ B.T, dA, dB
    """,
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
    "entries that are subtracted where some are meant twice": """
        import numpy as np
        rng = np.random.RandomState(5)
        points, centres, labels = rng.randn(7, 2), rng.randn(3, 2), np.array([0, 1, 1, 2, 0, 2, 2])
        diff = points - centres[labels]
        loss = 0.5 * np.sum(diff ** 2)
        dcentres = np.zeros_like(centres)
        <<dcentres[labels] -= diff||np.subtract.at(dcentres, labels, diff)>>
    """,
    "entries that overwrite one another": """
        import numpy as np
        def make_inputs():
            rng = np.random.RandomState(6)
            return dict(W=rng.randn(5, 2), ids=np.array([[0, 3, 1], [1, 1, 2]]), dout=rng.randn(2, 3, 2))
        def embed_forward(W, ids):
            return W[ids], (ids, W)
        def embed_backward(dout, cache):
            ids, W = cache
            dW = np.zeros_like(W)
            <<dW[ids] = dout||np.add.at(dW, ids, dout)>>
            return dW
    """,
    "a power that lost its factor, deep in a line": """
        import numpy as np
        def make_inputs():
            rng = np.random.RandomState(7)
            return dict(x=rng.randn(5), dout=rng.randn(5))
        def gelu_forward(x):
            s = np.sqrt(2 / np.pi)
            return 0.5 * x * (1 + np.tanh(s * (x + 0.044715 * x ** 3))), x
        def gelu_backward(dout, cache):
            x = cache
            s = np.sqrt(2 / np.pi)
            t = np.tanh(s * (x + 0.044715 * x ** 3))
            local = 0.5 * (1 + t) + 0.5 * x * (1 - t ** 2) * s * (1 + <<||3 * >>0.044715 * x ** 2)
            return dout * local
    """,
    "the sign of an absolute value": """
        import numpy as np
        def make_inputs():
            return dict(pred=np.array([0.2, 2.5, -3.0]), target=np.full(3, 0.1), dout=np.ones(3))
        def huber_forward(pred, target):
            delta = 1.5
            r = pred - target
            small = np.abs(r) <= delta
            return np.where(small, 0.5 * r ** 2, delta * (np.abs(r) - 0.5 * delta)), (r, small, delta)
        def huber_backward(dout, cache):
            r, small, delta = cache
            dpred = dout * np.where(small, r, delta<<|| * np.sign(r)>>)
            return dpred
    """,
    "a number where an attribute belongs": """
        import numpy as np
        def make_inputs():
            return dict(x=np.array([0.5, -1.2, 2.0, -0.3]), dy=np.array([1.0, 0.5, -1.5, 2.0]))
        class ELU:
            def __init__(self):
                self.alpha = 1.5
            def forward(self, x):
                self.y = np.where(x > 0, x, self.alpha * (np.exp(x) - 1))
                return self.y
            def backward(self, dy):
                dx = np.ones_like(dy)
                neg = self.y <= 0
                dx[neg] = self.y[neg] + <<1||self.alpha>>
                return dx * dy
    """,
    "a slice that cuts off one end only": """
        import numpy as np
        def make_inputs():
            rng = np.random.RandomState(8)
            return dict(x=rng.randn(2, 4, 5), w=rng.randn(3, 3), dout=rng.randn(2, 4, 5))
        def conv_forward(x, w):
            pad = 1
            xp = np.pad(x, ((0, 0), (pad, pad), (pad, pad)))
            out = sum(w[i, j] * xp[:, i:i + 4, j:j + 5] for i in range(3) for j in range(3))
            return out, (x, xp, w, pad)
        def conv_backward(dout, cache):
            x, xp, w, pad = cache
            N, H, W = x.shape
            dxp, dw = np.zeros_like(xp), np.zeros_like(w)
            for i in range(3):
                for j in range(3):
                    dw[i, j] = np.sum(dout * xp[:, i:i + H, j:j + W])
                    dxp[:, i:i + H, j:j + W] += w[i, j] * dout
            dx = dxp[:, <<:H, :W||pad:pad + H, pad:pad + W>>]
            return dx, dw
    """,
    "a column against a row": """
        import numpy as np
        rng = np.random.RandomState(9)
        X, y, w = rng.randn(5, 2), rng.randn(5), rng.randn(2, 1)
        pred = X @ w
        loss = np.mean((pred[:, 0] - y) ** 2)
        diff = pred - y<<||[:, None]>>
        dw = 2 * X.T @ diff.mean(axis=1, keepdims=True) / len(y)
    """,
    "a mean that is missing from a sum": """
        import numpy as np
        def make_inputs():
            rng = np.random.RandomState(10)
            return dict(x=rng.randn(3, 6), dout=rng.randn(3, 6))
        def norm_forward(x):
            mu = x.mean(-1, keepdims=True)
            sigma = np.sqrt(((x - mu) ** 2).mean(-1, keepdims=True) + 1e-6)
            return (x - mu) / sigma, ((x - mu) / sigma, sigma)
        def norm_backward(dout, cache):
            xhat, sigma = cache
            g = dout
            dx = (g<<|| - g.mean(-1, keepdims=True)>> - xhat * (g * xhat).mean(-1, keepdims=True)) / sigma
            return dx
    """,
    "a sign above the line that is returned": """
        import numpy as np
        def make_inputs():
            return dict(p=np.array([0.3, 0.8, 0.5]), y=np.array([0.0, 1.0, 1.0]), dout=np.array(1.5))
        def bce_forward(p, y):
            return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p)), (p, y)
        def bce_backward(dout, cache):
            p, y = cache
            dp = <<||->>(y / p - (1 - y) / (1 - p)) / y.size
            return dout * dp
    """,
    "an LSTM with a cbar": """
        import numpy as np
        rng = np.random.RandomState(11)
        v, c0, Wi, Wc = rng.randn(3), rng.randn(2), rng.randn(2, 3), rng.randn(2, 3)
        i = 1 / (1 + np.exp(-Wi @ v))
        cbar = np.tanh(Wc @ v)
        c = 0.7 * c0 + i * cbar
        loss = 0.5 * np.sum(np.tanh(c) ** 2)
        dc = np.tanh(c) * (1 - np.tanh(c) ** 2)
        dcbar = dc * i
        dWi = np.outer(dc * cbar * i * (1 - i), v)
        dWc = np.outer(dcbar * (1 - <<i||cbar>> ** 2), v)
    """,
    "the rule of a quotient on a tape": """
        class Node:
            def __init__(self, value, parents=(), slopes=()):
                self.value, self.parents, self.slopes, self.grad = value, parents, slopes, 0.0
        tape = []
        def node(value, parents=(), slopes=()):
            tape.append(Node(value, parents, slopes))
            return tape[-1]
        def mul(a, b):
            return node(a.value * b.value, (a, b), (b.value, a.value))
        def div(a, b):
            return node(a.value / b.value, (a, b), (1 / b.value, <<||->>a.value / b.value ** 2))
        x0 = 1.5
        y0 = 0.7
        z0 = 2.2
        x, y, z = node(x0), node(y0), node(z0)
        v = mul(div(mul(x, y), z), x)
        f = v.value
        v.grad = 1.0
        for n in reversed(tape):
            for p, g in zip(n.parents, n.slopes):
                p.grad += g * n.grad
        df_dx, df_dy, df_dz = x.grad, y.grad, z.grad
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
