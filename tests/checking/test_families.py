"""Rounds of a backward loop are known by the rows of the forward pass that their first one equals."""

from __future__ import annotations

import numpy as np

from whygrad.checking.evidence import Evidence
from whygrad.checking.measurement import measure
from whygrad.source import Source

STATES = """\
import numpy as np
rng = np.random.RandomState(3)
x, w, u, s = rng.randn(4, 2), rng.randn(2), rng.randn(2, 2), {-1: np.zeros(2)}
loss = 0.0
for t in range(4):
    s[t] = np.tanh(w * x[t] + u @ s[t - 1])
    loss = loss + 0.5 * np.sum(s[t] ** 2)
dw, du, carried = np.zeros(2), np.zeros((2, 2)), np.zeros(2)
for t in reversed(range(4)):
    ds = s[t] + carried
    da = ds * (1 - s[t] ** 2)
    dw += da * x[t]
    du += np.outer(da, s[t - 1])
    carried = u.T @ da{slip}
"""


def measured(slip: str) -> Evidence:
    return measure(Source("states.py", STATES.replace("{slip}", slip)))


def test_a_slip_of_the_carry_is_blamed_on_what_the_next_round_makes_of_it() -> None:
    claims = {c.name: c.verdict for c in measured(" * 0.5").claims}
    assert claims["ds"] == "wrong"
    assert (claims["dw"], claims["du"]) == ("inherited", "inherited")


def test_the_truth_of_every_round_is_that_of_differences() -> None:
    evidence = measured(" * 0.5")
    (statement,) = [s for s in evidence.statements if s.text.startswith("ds =")]
    found = [names["ds"] for names in statement.wanted[0]]
    space: dict[str, object] = {}
    exec(STATES.partition("dw, du")[0], space)
    states, x, w, u = (space[name] for name in ("s", "x", "w", "u"))

    def rest(t: int, moved: np.ndarray) -> float:
        state, total = moved, 0.5 * np.sum(moved**2)
        for k in range(t + 1, 4):
            state = np.tanh(w * x[k] + u @ state)  # type: ignore[operator, index]
            total += 0.5 * np.sum(state**2)
        return float(total)

    for t, want in zip((3, 2, 1, 0), found, strict=True):
        step = [1e-6 * np.eye(2)[k] for k in range(2)]
        state = states[t]  # type: ignore[index]
        slopes = [(rest(t, state + d) - rest(t, state - d)) / 2e-6 for d in step]
        assert np.allclose(want, slopes, rtol=1e-7)


def test_right_code_is_right() -> None:
    assert measured("").verdict == "right"
