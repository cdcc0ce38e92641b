"""What a loop carries from round to round is mended by what the next round should make of it."""

from __future__ import annotations

import pytest

from whygrad.diagnosis import check_program
from whygrad.diagnosis.drafts import Draft
from whygrad.diagnosis.recurrence import NEXT, rest_of_rounds
from whygrad.diagnosis.suspects import Suspect, statements
from whygrad.source import Source

CELL = """\
import numpy as np
def sigmoid(a):
    return 1 / (1 + np.exp(-a))
rng = np.random.RandomState(17)
xs, ys, h0, v = rng.randn(4, 2), rng.randn(4), rng.randn(3) * 0.5, rng.randn(3)
Uz, Uc, Wz, Wc = rng.randn(3, 2), rng.randn(3, 2), rng.randn(3, 3), rng.randn(3, 3)
h, z, c, e = {-1: h0}, {}, {}, {}
loss = 0.0
for t in range(4):
    z[t] = sigmoid(Uz @ xs[t] + Wz @ h[t - 1])
    c[t] = np.tanh(Uc @ xs[t] + Wc @ h[t - 1])
    h[t] = (1 - z[t]) * h[t - 1] + z[t] * c[t]
    e[t] = v @ h[t] - ys[t]
    loss += 0.5 * e[t] ** 2
dUz, dUc, dWz, dWc = np.zeros((3, 2)), np.zeros((3, 2)), np.zeros((3, 3)), np.zeros((3, 3))
dh = np.zeros(3)
for t in reversed(range(4)):
    dh = dh + e[t] * v
    dc = dh * z[t] * (1 - c[t] ** 2)
    dz = dh * (c[t] - h[t - 1]) * z[t] * (1 - z[t])
    dUz += np.outer(dz, xs[t])
    dUc += np.outer(dc, xs[t])
    dWz += np.outer(dz, h[t - 1])
    dWc += np.outer(dc, h[t - 1])
    dh = dh * (1 - z[t]) + Wz.T @ dz + Wc.T @ dc
"""


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("dh * (1 - z[t]) + Wz.T @ dz", "dh + Wz.T @ dz"),
        ("dh * (1 - z[t]) + Wz.T @ dz", "Wz.T @ dz"),
        (" + Wc.T @ dc", ""),
        ("dz = dh * (c[t] - h[t - 1])", "dz = dh * c[t]"),
    ],
    ids=["a factor", "a term", "a matrix product", "a term of the line before"],
)
def test_what_a_round_hands_on_gets_what_it_lacks(right: str, wrong: str) -> None:
    assert CELL.count(right) == 1
    (finding,) = check_program(Source("cell.py", CELL.replace(right, wrong))).findings
    assert finding.repair is not None
    (edit,) = finding.repair.edits
    lines = CELL.split("\n")
    assert right in lines[finding.line - 1]
    lines[finding.line - 1] = edit.after
    assert check_program(Source("mended.py", "\n".join(lines))).status == "right"


STEPS = """\
import numpy as np
def make_inputs():
    rng = np.random.RandomState(5)
    x, s0, ds = rng.randn(2, 3, 2), rng.randn(2, 3), rng.randn(2, 3, 3)
    return dict(x=x, s0=s0, W=rng.randn(2, 3), U=rng.randn(3, 3), ds=ds)
def step_forward(x, prev, W, U):
    gate = 1 / (1 + np.exp(-(x @ W)))
    kept = np.tanh(prev @ U)
    return gate * kept + prev, (x, prev, W, U, gate, kept)
def step_backward(dnext, cache):
    x, prev, W, U, gate, kept = cache
    dgate = dnext * kept * gate * (1 - gate)
    dkept = dnext * gate * (1 - kept ** 2)
    return dgate @ W.T, dkept @ U.T + dnext, x.T @ dgate, prev.T @ dkept
def forward(x, s0, W, U):
    states, caches, s = np.zeros((2, 3, 3)), [], s0
    for t in range(3):
        s, cache = step_forward(x[:, t], s, W, U)
        states[:, t] = s
        caches.append(cache)
    return states, caches
def backward(ds, caches):
    dx, dW, dU, carried = np.zeros((2, 3, 2)), np.zeros((2, 3)), np.zeros((3, 3)), 0
    for t in reversed(range(3)):
        dx[:, t], carried, dWt, dUt = step_backward(ds[:, t] + carried, caches[t])
        dW += dWt
        dU += dUt
    return dx, carried, dW, dU
"""


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("dgate = dnext * kept * gate", "dgate = dnext * gate"),
        ("dkept = dnext * gate * (1 - kept ** 2)", "dkept = dnext * (1 - kept ** 2)"),
        ("dkept = dnext * gate * (1 - kept ** 2)", "dkept = dnext * gate * (1 - kept) ** 2"),
    ],
)
def test_a_function_that_every_round_calls_is_searched_by_its_rounds(right: str, wrong: str) -> None:
    (finding,) = check_program(Source("steps.py", STEPS.replace(right, wrong))).findings
    lines = STEPS.split("\n")
    assert right in lines[finding.line - 1] and finding.repair is not None
    lines[finding.line - 1] = finding.repair.edits[0].after
    assert check_program(Source("mended.py", "\n".join(lines))).status == "right"


def suspect_on(draft: Draft, line: int) -> Suspect:
    return next(s for s in statements(draft.tree) if s.line == line)


def test_the_rest_goes_on_into_the_next_round() -> None:
    draft = Draft.of(Source("loop.py", "for t, k in pairs:\n    a = g * k\n    b = a + t\n    g = b * 2\n"))
    last = rest_of_rounds(draft, suspect_on(draft, 4), 3)
    assert last is not None and last.rounds == 1
    space = {"g": 5.0, "t": 1, "k": 2, NEXT: (10, 3)}
    exec(last.text, space)
    assert (space["a"], space["b"], space["t"]) == (15.0, 25.0, 10)
    first = rest_of_rounds(draft, suspect_on(draft, 2), 3)
    assert first is not None and first.rounds == 0 and first.text == "b = a + t"
    assert rest_of_rounds(draft, suspect_on(draft, 3), 3) is None


def test_a_loop_that_is_left_early_has_no_next_round_to_be_sure_of() -> None:
    draft = Draft.of(
        Source("loop.py", "for t in x:\n    a = g * t\n    if a > 1:\n        break\n    g = a\n")
    )
    assert rest_of_rounds(draft, suspect_on(draft, 5), 2) is None
