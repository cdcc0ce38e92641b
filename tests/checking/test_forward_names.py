"""Names of the forward pass that look like those of gradients: what strays are not taken for."""

import re
import textwrap

import pytest

from whygrad.checking.measurement import measure
from whygrad.source import Source

CELL = """
        import numpy as np
        w, u, xs, h_list, ct_list = 0.4, -0.7, [0.5, -1.1], [0.3], [None]
        for t in (1, 2):
            x = xs[t - 1]
            ct_list.append(np.tanh(w * x + u * h_list[t - 1]))
            h_list.append(0.8 * h_list[t - 1] + 0.2 * ct_list[t])
        loss = 0.5 * h_list[2] ** 2
        delta_h, w_grad, u_grad = h_list[2], 0.0, 0.0
        for t in (2, 1):
            delta_ct = delta_h * <<0.8||0.2>> * (1 - ct_list[t] ** 2)
            w_grad += delta_ct * xs[t - 1]
            u_grad += delta_ct * h_list[t - 1]
            delta_h = 0.8 * delta_h + delta_ct * u
    """


@pytest.mark.parametrize(("side", "verdict"), [(1, "wrong"), (2, "right")])
def test_candidates_of_a_cell_that_are_kept_in_a_list_are_no_gradients(side: int, verdict: str) -> None:
    text = re.sub(r"<<(.*?)\|\|(.*?)>>", lambda m: m[side], textwrap.dedent(CELL).lstrip("\n"))
    evidence = measure(Source("user.py", text))
    assert (evidence.output, evidence.verdict) == ("loss", verdict)


SUMS = """
u, y, a, b = [0.5, -1.0, 2.0], [0.1, 0.0, 1.0], 0.9, 0.4
s = [0.0]
for v in u:
    s.append(a * s[-1] + b * v)
E_total = 0.5 * sum((p - q) ** 2 for p, q in zip(s[1:], y))
grad_a = grad_b = 0.0
for n in range(1, 4):
    e = s[n] - y[n - 1]
    for k in range(1, n + 1):
        grad_a += e * a ** (n - k) * s[k <<||- 1>>]
        grad_b += e * a ** (n - k) * u[k - 1]
"""
MATRICES = """
import numpy as np
A, B, x = np.array([[0.4, -0.3]]), np.array([[0.7]]), np.array([1.0, -2.0])
h = np.tanh(A @ x)
loss = np.sum((B @ h) ** 2)
dout = 2 * (B @ h)
dB = np.outer(dout, h)
da = (B.T @ dout) * (1 - h <<||** 2>>)
dA = np.outer(da, x)
"""


@pytest.mark.parametrize(("side", "verdict"), [(1, "wrong"), (2, "right")])
@pytest.mark.parametrize(
    ("text", "output"), [(SUMS, "E_total"), (MATRICES, "loss")], ids=["sums", "matrices"]
)
def test_an_error_of_a_round_and_a_letter_of_a_matrix(
    text: str, output: str, side: int, verdict: str
) -> None:
    text = re.sub(r"<<(.*?)\|\|(.*?)>>", lambda m: m[side], text.lstrip("\n"))
    evidence = measure(Source("user.py", text))
    assert (evidence.output, evidence.verdict) == (output, verdict)
