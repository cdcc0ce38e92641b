"""Functions of symmetric matrices are right at inputs that are found; slips in them are found too."""

import textwrap

import pytest

from whygrad.checking.measurement import measure
from whygrad.source import Source

CASES = {
    "a quadratic form": """
        def potential(K, u, load):
            return 0.5 * u @ K @ u - load @ u


        def potential_grad(K, u, load):
            du = {}K @ u - load
            return du
    """,
    "a precision": """
        import numpy as np


        def nll_and_grad(x, mean, cov):
            inverse = np.linalg.inv(cov)
            r = x - mean
            nll = 0.5 * r @ inverse @ r + 0.5 * np.linalg.slogdet(cov)[1]
            dmean = -{}inverse @ r
            return nll, dmean
    """,
    "methods in place of operators": """
        import numpy as np


        def loss_and_grad(w, A, b):
            loss = 0.5 * w.dot(A).dot(w) - b.dot(w)
            grad = {}A.dot(w) - b
            return loss, grad
    """,
}


@pytest.mark.parametrize("name", CASES)
def test_symmetric_matrices_are_tried(name: str) -> None:
    text = textwrap.dedent(CASES[name]).lstrip("\n")
    right, wrong = (measure(Source("user.py", text.format(factor))) for factor in ("", "2 * "))
    assert right.verdict == "right"
    assert wrong.verdict == "wrong"


def test_a_layer_keeps_its_square_weights_as_they_are() -> None:
    """A transpose that is missing would be hidden."""
    text = textwrap.dedent("""
        def forward(x, W):
            return x @ W @ W, (x, W)


        def backward(dout, cache):
            x, W = cache
            dx = dout @ W @ W
            return dx
    """).lstrip("\n")
    assert measure(Source("user.py", text)).verdict == "wrong"
