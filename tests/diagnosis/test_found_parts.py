"""Parts that are missing or wrong within a line are found there, and mended as a person would mend them."""

from __future__ import annotations

import re
import textwrap

import pytest

from whygrad.diagnosis import check_program
from whygrad.source import Source

MARK = re.compile(r"<<(.*?)\|\|(.*?)>>")

CASES = {
    "an upstream gradient that a sum lacks": """
        import numpy as np
        x = np.linspace(-2.0, 2.2, 9)
        a, b, goal = 0.1, 0.7, np.sin(x)
        y = a + b * x ** 3
        loss = np.square(y - goal).sum()
        dy = 2.0 * (y - goal)
        da = dy.sum()
        db = <<(x ** 3).sum()||(dy * x ** 3).sum()>>
    """,
    "a divisor that three gradients lack": """
        import numpy as np
        x = np.array([-1.2, 0.3, 0.8, 2.5, -0.4])
        centre, width = np.array([-0.8, 0.6, 2.0]), np.array([1.1, 0.7, 1.2])
        amount = np.array([0.2, -0.1, 0.4])
        weight = np.exp(amount) / np.exp(amount).sum()
        far = (x[:, None] - centre) / width
        each = weight * np.exp(-0.5 * far ** 2) / width
        total = each.sum(axis=1)
        loss = -np.sum(np.log(total))
        share = <<each||each / total[:, None]>>
        dcentre = -np.sum(share * far / width, axis=0)
        dwidth = np.sum(share * (1 - far ** 2) / width, axis=0)
        damount = len(x) * weight - share.sum(axis=0)
    """,
    "a window that a round of a loop lacks": """
        import numpy as np
        x, k = np.array([0.5, -1.2, 2.0, 0.3, -0.7]), np.array([0.4, -0.9, 0.2])
        goal = np.array([1.0, 0.0, -0.5])
        y = np.zeros(3)
        for i in range(3):
            y[i] = np.sum(x[i:i + len(k)] * k)
        loss = 0.5 * np.sum((y - goal) ** 2)
        dy = y - goal
        dk = np.zeros_like(k)
        for i in range(3):
            dk += <<dy[i]||dy[i] * x[i:i + len(k)]>>
    """,
    "a term that is a matrix product": """
        import numpy as np
        rng = np.random.RandomState(5)
        X, W, Y, reg = rng.randn(6, 4), rng.randn(4, 3), rng.randn(6, 3), 0.3
        error = X @ W - Y
        loss = 0.5 * np.sum(error ** 2) / len(X) + 0.5 * reg * np.sum(W ** 2)
        dW = reg * W<<|| + X.T @ error / len(X)>>
    """,
    "an index that is one less": """
        import numpy as np
        rng = np.random.RandomState(7)
        X, C, nearest = rng.randn(5, 2), rng.randn(3, 2), [0, 2, 1, 0, 2]
        loss = 0.0
        for n in range(5):
            loss += np.sum((X[n] - C[nearest[n]]) ** 2)
        dC = np.zeros_like(C)
        for n in range(5):
            k = nearest[n]
            dC[k] += 2 * (C[k] - X[<<n - 1||n>>])
    """,
    "a share of the wrong axis": """
        import numpy as np
        rng = np.random.RandomState(9)
        x, g = rng.randn(5, 3), rng.randn(5)
        loss = np.sum(g * x.max(axis=1))
        hit = (x == x.max(axis=1)[:, None]).astype(float)
        hit /= hit.sum(axis=<<0||1>>, keepdims=True)
        dx = hit * g[:, None]
    """,
    "the sign of a term": """
        import numpy as np
        x = np.array([0.3, -1.2, 2.0])
        t = np.tanh(0.8 * x)
        loss = np.sum(0.5 * x * (1 + t))
        dt = (1 - t ** 2) * 0.8
        dx = 0.5 * (1 + t) <<-||+>> 0.5 * x * dt
    """,
    "a mean over as many as lie inside the last window": """
        import numpy as np
        def make_inputs():
            draw = np.random.RandomState(8).randn
            return dict(signal=draw(2, 7), arriving=draw(2, 3))
        def averaged(signal):
            size = 3
            count = -(-signal.shape[1] // size)
            out = np.zeros((len(signal), count))
            for k in range(count):
                piece = signal[:, k * size:min(k * size + size, signal.shape[1])]
                out[:, k] = piece.sum(axis=1) / piece.shape[1]
            return out, (signal.shape, size)
        def averaged_back(arriving, cache):
            shape, size = cache
            grad_signal = np.zeros(shape)
            for k in range(arriving.shape[1]):
                first, last = k * size, min(k * size + size, shape[1])
                share = arriving[:, k] / <<size||(last - first)>>
                grad_signal[:, first:last] += share[:, None]
            return grad_signal
    """,
    "a scale that the mask of a layer has, behind a line that makes a true gradient": """
        import numpy as np
        rng = np.random.RandomState(6)
        X, Y = rng.randn(3, 6), rng.rand(1, 6).round()
        W1, W2 = rng.randn(4, 3), rng.randn(1, 4)
        kept, share, m = rng.rand(4, 6) < 0.8, 0.8, 6
        Z1 = W1 @ X
        H1 = np.tanh(Z1)
        H1 = H1 * kept / share
        Z2 = W2 @ H1
        P = 1 / (1 + np.exp(-Z2))
        cost = -np.sum(Y * np.log(P) + (1 - Y) * np.log(1 - P)) / m
        dZ2 = P - Y
        dW2 = dZ2 @ H1.T / m
        dH1 = W2.T @ dZ2
        dH1 = dH1 * kept<<|| / share>>
        dZ1 = dH1 * (1 - np.tanh(Z1) ** 2)
        dW1 = dZ1 @ X.T / m
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


@pytest.mark.parametrize(("weights", "line"), [("reward", "dz *= reward[:, None]"),
                                               ("reward / n", "dz *= reward[:, None] / n")])  # fmt: skip
def test_rows_that_lack_their_weights_get_them_behind_the_last_line(weights: str, line: str) -> None:
    text = textwrap.dedent(f"""
        import numpy as np
        rng, n = np.random.RandomState(18), 5
        x, W, reward, taken = rng.randn(5, 3), rng.randn(3, 2), rng.randn(5), np.array([0, 1, 1, 0, 1])
        z = x @ W
        p = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
        loss = -np.sum({weights} * np.log(p[np.arange(5), taken]))
        dz = p.copy()
        dz[np.arange(5), taken] -= 1
        dW = x.T @ dz
    """).lstrip("\n")
    result = check_program(Source("wrong.py", text))
    (finding,) = result.findings
    assert finding.repair is not None
    (edit,) = finding.repair.edits
    assert edit.line == 8 and edit.after == f"{edit.before}\n{line}"
