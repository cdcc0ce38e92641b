"""Code that is right because of what holds among the numbers of an input is right; slips in it are found."""

import re
import textwrap

import numpy as np
import pytest

from whygrad.checking.invariants import holds, symmetric, symmetrised
from whygrad.checking.measurement import measure
from whygrad.source import Source


def verdict(text: str) -> str:
    return measure(Source("user.py", textwrap.dedent(text).lstrip("\n"))).verdict


CASES = {
    "a quadratic form of a stiffness": """
        import numpy as np
        K = np.array([[2.0, -0.7, 0.1], [-0.7, 1.5, -0.4], [0.1, -0.4, 1.8]])
        u, load = np.array([0.3, -1.2, 0.8]), np.array([1.0, 0.5, -0.2])
        energy = 0.5 * u @ K @ u - load @ u
        grad_u = <<2 *||1 *>> K @ u - load
    """,
    "targets that are smoothed": """
        import numpy as np
        logits = np.array([[0.2, -1.0, 0.7], [1.3, 0.1, -0.4]])
        target = np.array([[0.9, 0.05, 0.05], [0.05, 0.05, 0.9]])
        e = np.exp(logits - np.max(logits, axis=1, keepdims=True))
        probs = e / np.sum(e, axis=1, keepdims=True)
        loss = -np.sum(target * np.log(probs)) / <<3||2>>
        dlogits = (probs - target) / 2
    """,
    "a Gaussian with its covariance": """
        import numpy as np
        x, mu = np.array([0.4, -1.0]), np.array([0.1, 0.2])
        cov = np.array([[1.5, 0.35], [0.35, 0.8]])
        precision = np.linalg.inv(cov)
        r = x - mu
        nll = 0.5 * r @ precision @ r + 0.5 * np.log(np.linalg.det(cov))
        d_mu = <<||-1 *>> precision @ r
        d_cov = 0.5 * (precision - np.outer(precision @ r, precision @ r))
    """,
    "a rotation that is turned back": """
        import numpy as np
        a = 0.6
        R = np.array([[np.cos(a), -np.sin(a)], [np.sin(a), np.cos(a)]])
        p, q = np.array([1.0, 0.4]), np.array([0.2, 0.9])
        d = R @ p - q
        loss = d @ d
        grad_p = 2 * (p - R<<||.T>> @ q)
    """,
}


@pytest.mark.parametrize("name", CASES)
def test_what_holds_among_the_numbers_is_kept(name):
    right, wrong = (re.sub(r"<<(.*?)\|\|(.*?)>>", rf"\{k}", CASES[name]) for k in (2, 1))
    assert verdict(right) == "right"
    assert verdict(wrong) == "wrong"


def test_weights_that_are_alike_by_chance_still_hide_nothing():
    assert (
        verdict("""
            import numpy as np
            W = np.array([[1.0, 2.0], [2.0, 1.0]])
            x = np.array([0.5, -1.0])
            y = W @ x
            loss = 0.5 * np.sum(y ** 2)
            dx = W @ y
            dW = np.outer(y, x)
        """)
        == "wrong"
    )


def test_which_numbers_hold_together():
    mirrored = np.array([[1.0, 0.2], [0.2, 3.0]])
    assert symmetric(mirrored) and symmetric(mirrored.tolist()) and holds(mirrored)
    assert not symmetric(np.full((3, 3), 0.5)) and not symmetric(np.array([[1.0, 2.0], [2.0, 1.0]]))
    assert holds([0.25, 0.5, 0.25]) and holds(np.eye(3)) and not holds([2.0, -3.0, -3.0])
    moved = symmetrised([[1.0, 2.0], [4.0, 3.0]])
    assert moved == [[1.0, 3.0], [3.0, 3.0]]
