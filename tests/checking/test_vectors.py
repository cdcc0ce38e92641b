"""Passes of single vectors and columns, as tutorials write them, each with a twin that is wrong."""

import textwrap

import pytest

from whygrad.checking.measurement import measure
from whygrad.source import Source

CASES = {
    "a softmax over one column, with the Jacobian made of its transpose": """
        import numpy as np
        class Softmax:
            def forward(self, inp):
                t = np.exp(inp - inp.max())
                self.output = t / np.sum(t)
                return self.output
            def backward(self, output_gradient, learning_rate):
                n = np.size(self.output)
                jacobian = (np.identity(n) - self.output.T) * self.output
                return np.dot(jacobian, output_gradient)<<|| * 2>>
    """,
    "a cell of vectors with outer products": """
        import numpy as np
        def cell_forward(x, h_prev, W, U, b):
            r = 1 / (1 + np.exp(-(W @ x + b)))
            h = np.tanh(U @ (r * h_prev) + b)
            return h, (x, h_prev, r, h, W, U)
        def cell_backward(dh, cache):
            x, h_prev, r, h, W, U = cache
            da = dh * (1 - h ** 2)
            dU = np.outer(da, r * h_prev)
            drh = U.T @ da
            dar = drh * h_prev * r * (1 - r)
            dW = np.outer(dar, <<x||2 * x>>)
            db = da + dar
            dx, dh_prev = W.T @ dar, drh * r
            return dx, dh_prev, dW, dU, db
    """,
    "a table whose gradient is set to zero in place": """
        import numpy as np
        class Embedding:
            def __init__(self, vocab, dim):
                self.W = np.random.randn(vocab, dim) * 0.1
                self.dW = np.zeros_like(self.W)
            def forward(self, idx):
                self.idx = idx
                return self.W[idx]
            def backward(self, dout):
                self.dW[...] = 0
                <<np.add.at(self.dW, self.idx, dout)||self.dW[self.idx] += dout>>
                return None
    """,
}


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("wrong", [False, True])
def test_vectors_are_judged_as_vectors(case: str, wrong: bool) -> None:
    before, rest = CASES[case].split("<<")
    inner, after = rest.split(">>")
    text = textwrap.dedent(before + inner.split("||")[wrong] + after)
    evidence = measure(Source("vectors.py", text))
    assert evidence.verdict == ("wrong" if wrong else "right")
