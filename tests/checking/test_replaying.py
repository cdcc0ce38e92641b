"""Truth at further points from one recording: as traced anew, and traced anew where that is needed."""

import numpy as np
import pytest

from whygrad.checking import sampling
from whygrad.checking.evidence import Hints
from whygrad.checking.measurement import measure
from whygrad.checking.replaying import Replayer
from whygrad.source import Source

SMOOTH = """
import numpy as np
x = np.array([0.3, -1.2, 0.7])
w = {"a": [0.5, 1.5], "b": 2.0}
h = np.tanh(w["a"][0] * x) + w["b"]
loss = np.sum(h ** 2) * w["a"][1]
dx = 2 * h * (1 - np.tanh(w["a"][0] * x) ** 2) * w["a"][0] * w["a"][1]
"""
BRANCHES = """
x = 0.8
y = 0.0
if x > 0.5:
    y = x ** 2
else:
    y = 3 * x
dx = 2 * x if x > 0.5 else 3.0
"""
WHOLE = """
import numpy as np
x = np.array([[0.3, -1.2, 0.7], [2.0, 0.1, -0.4]])
k = 0
for i in range(3):
    if x[0, i] > x[0, k]:
        k = i
y = x[0, k] * 2 + x[1].max()
dx = np.zeros_like(x)
dx[0, k] = 2
dx[1, np.argmax(x[1])] = 1
"""
PAIR = """
import numpy as np
def forward(x, w):
    return x @ w, (x, w)
def backward(dout, cache):
    x, w = cache
    return dout @ w.T, x.T @ dout
"""
WRITTEN_INTO = """
import numpy as np
def forward(x, w):
    return x @ w, (x, w)
def backward(dout, cache):
    x, w = cache
    dx, dw = dout @ w.T, x.T @ dout
    dout *= 0.5
    return dx, dw
"""


class Counted(Replayer):
    """Counts what is replayed."""

    hits: list[bool]

    def replay(self, *arguments):
        found = super().replay(*arguments)
        self.hits.append(found)
        return found


@pytest.fixture
def counted(monkeypatch):
    Counted.hits = []
    monkeypatch.setattr(sampling, "Replayer", Counted)
    return Counted.hits


@pytest.fixture
def traced(monkeypatch):
    """Every point traced."""
    monkeypatch.setattr(Replayer, "replay", lambda *_: False)


def gradients(text):
    evidence = measure(Source("user.py", text), Hints())
    assert evidence.verdict == "right"
    return [np.concatenate([np.ravel(t) for t in c.truth]) for c in evidence.finals]


@pytest.mark.parametrize("text", [SMOOTH, PAIR, WHOLE, BRANCHES, WRITTEN_INTO])
def test_the_truth_is_that_of_tracing_at_every_point(text, request):
    replayed = gradients(text)
    request.getfixturevalue("traced")
    for ours, theirs in zip(replayed, gradients(text), strict=True):
        assert np.allclose(ours, theirs, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("text", [SMOOTH, PAIR], ids=["smooth", "pair"])
def test_a_program_that_computes_in_one_way_is_traced_once(text, counted):
    gradients(text)
    assert counted == [False] + [True] * (len(counted) - 1) and len(counted) == 8


@pytest.mark.parametrize("text", [BRANCHES, WHOLE], ids=["branches", "whole"])
def test_another_branch_or_index_is_traced_again(text, counted):
    gradients(text)
    assert counted.count(False) > 1
