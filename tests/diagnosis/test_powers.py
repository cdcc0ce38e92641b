"""Signs of absolute values, and factors of operands of a matrix product, are put where they are missing."""

import textwrap

import pytest

from whygrad.diagnosis import check_program
from whygrad.source import Source

CASES = {
    "a length to the power that a force has": (
        """
        import numpy as np
        here, there = np.array([0.3, -0.2, 0.9]), np.array([1.1, 0.4, -0.5])
        gap = here - there
        square = gap @ gap
        U = -1.7 / np.sqrt(square)
        grad_here = 1.7 * gap / {}
        """,
        "square",
        "square ** 1.5",
    ),
    "the sign for the value itself": (
        """
        import numpy as np
        A, b = np.random.randn(6, 3), np.random.randn(6)
        w, alpha = np.array([0.5, -1.2, 0.8]), 0.3
        res = A @ w - b
        loss = 0.5 * res @ res + alpha * np.sum(np.abs(w))
        dw = A.T @ res + alpha * {}
        """,
        "w",
        "np.sign(w)",
    ),
    "the mask of an operand": (
        """
        import numpy as np
        X, y = np.random.randn(6, 3), np.array([1.0, -1.0, 1.0, 1.0, -1.0, -1.0])
        w = np.array([0.4, -0.2, 0.9])
        m = 1 - y * (X @ w)
        loss = np.sum(np.maximum(0, m))
        active = m > 0
        dw = -X.T @ {}
        """,
        "y",
        "(y * active)",
    ),
    "the mask of an argument": (
        """
        import numpy as np
        X, W = np.random.randn(5, 3), np.random.randn(3, 2)
        z = X.dot(W)
        mask = (np.random.rand(5, 2) < 0.6) / 0.6
        out = z * mask
        loss = np.sum(out ** 2)
        dout = 2 * out
        dW = X.T.dot({})
        """,
        "dout",
        "dout * mask",
    ),
    "the gate of an outer product": (
        """
        import numpy as np
        r, h, x = np.random.rand(3), np.random.randn(3), np.random.randn(3)
        W, V = np.random.randn(3, 3), np.random.randn(3, 3)
        c = np.tanh(x @ V + (r * h) @ W)
        loss = np.sum(c ** 2)
        dc = 2 * c * (1 - c ** 2)
        dV = np.outer(x, dc)
        dW = np.outer({}, dc)
        """,
        "h",
        "h * r",
    ),
}


@pytest.mark.parametrize("case", CASES, ids=list(CASES))
def test_the_missing_part_is_put_back(case):
    text, wrong, right = CASES[case]
    lines = textwrap.dedent(text).format(wrong).splitlines()
    result = check_program(Source("user.py", "\n".join(lines)))
    (finding,) = result.findings
    assert finding.line == len(lines)
    assert finding.repair is not None
    assert finding.repair.edits[0].after == textwrap.dedent(text).format(right).splitlines()[-1]
