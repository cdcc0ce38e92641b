"""Runs of a user's file: results in lists, loops that do not end elsewhere, functions of numbers."""

import textwrap
import time

from whygrad.checking.evidence import Evidence, Hints
from whygrad.checking.measurement import measure
from whygrad.source import Source


def check(text: str) -> Evidence:
    return measure(Source("user.py", textwrap.dedent(text).lstrip("\n")), Hints())


def verdicts(evidence: Evidence) -> dict[str, str]:
    return {claim.name: claim.verdict for claim in evidence.finals}


CAPPED = """
    import numpy as np

    def make_inputs():
        return dict(A=np.random.RandomState(0).randn(4, 5), cap=9.5)

    def capped(A, cap):
        return np.sum(A ** 2) if A.size > 0 else cap

    def grad_capped(A, cap):
        grad_A = 2 * A {more}
        return grad_A, 0.0
"""


def test_a_plain_number_that_is_returned_is_no_loss() -> None:
    found = check(CAPPED.replace("{more}", ""))
    assert found.program.form == "pair"
    assert set(verdicts(found).values()) == {"right"}
    assert verdicts(check(CAPPED.replace("{more}", "* A")))["grad_A"] == "wrong"


HEADS = """
    import numpy as np

    def make_inputs():
        draw = np.random.RandomState(0).randn
        return dict(x=draw(3, 4), w=draw(4, 2))

    def heads_forward(x, w):
        a = np.tanh(x @ w)
        s = a.sum(axis=1)
        return [a, s]

    def heads_backward(da, ds, x, w):
        a = np.tanh(x @ w)
        dz = (da {sign} ds[:, None]) * (1 - a ** 2)
        dx = dz @ w.T
        dw = x.T @ dz
        return dx, dw
"""


def test_results_in_a_list_have_a_gradient_each() -> None:
    assert verdicts(check(HEADS.replace("{sign}", "+"))) == {"dx": "right", "dw": "right"}
    assert "right" not in verdicts(check(HEADS.replace("{sign}", "-"))).values()


STEP = """
    import math

    def step_forward(u, v, h):
        a = u + h * math.sin(v)
        b = v - h * u * u
        return [a, b]

    def step_backward(dout, u, v, h):
        du = dout[0] - 2 * h * u * dout[1]
        dv = dout[0] * h * math.cos(v) {sign} dout[1]
        return du, dv
"""


def test_functions_of_math_are_given_numbers() -> None:
    assert verdicts(check(STEP.replace("{sign}", "+"))) == {"du": "right", "dv": "right"}
    assert verdicts(check(STEP.replace("{sign}", "-"))) == {"du": "right", "dv": "wrong"}


NEWTON = """
    import numpy as np

    def make_inputs():
        return dict(x=np.array([1.5, 2.5, 3.5]))

    def roots(x):
        out = np.zeros(len(x))
        for i in range(len(x)):
            r = x[i]
            while abs(r * r - x[i]) > 1e-12:
                r = 0.5 * (r + x[i] / r)
            out[i] = r
        return out

    def grad_roots(x, dout):
        dx = dout / (2 * roots(x))
        return dx
"""


def test_a_loop_that_ends_at_the_inputs_given_alone_is_cut_off_elsewhere() -> None:
    start = time.process_time()
    assert verdicts(check(NEWTON)) == {"dx": "right"}
    assert time.process_time() - start < 15
