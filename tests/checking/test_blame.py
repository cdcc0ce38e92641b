"""Where a gradient is wrong: what is right as it stands, or changes its sign only, is placed."""

import pytest

from whygrad.checking.measurement import measure
from whygrad.source import Source

FORWARD = """\
import numpy as np
rng = np.random.RandomState(3)
x, W, g = rng.randn(4, 3), rng.randn(3, 2), rng.randn(4, 2)
scores = x @ W
scaled = scores / np.sqrt(7)
out = np.tanh(scaled)
loss = np.sum(out * g)
dout = g
"""


@pytest.mark.parametrize(
    ("lines", "wrong"),
    [
        ("dscaled = dout * (1 - out ** 2)\ndscores = -(dscaled / np.sqrt(7))\n", {"dscores"}),
        ("dscaled = -dout * (1 - out ** 2)\ndscores = dscaled / np.sqrt(7)\n", {"dscaled"}),
        ("dscaled = dout * (1 - out ** 2)\ndscores = dscaled / np.sqrt(7) / 2\n", {"dscores"}),
    ],
)
def test_the_line_that_changes_it_is_wrong(lines: str, wrong: set[str]) -> None:
    evidence = measure(Source("script.py", FORWARD + lines + "dW = x.T @ dscores\ndx = dscores @ W.T\n"))
    assert {c.name for c in evidence.claims if c.verdict == "wrong"} == wrong


MEAN = """\
import numpy as np
rng = np.random.RandomState(3)
z, y = rng.randn(5), rng.randint(0, 2, 5)
p = 1 / (1 + np.exp(-z))
q = np.where(y == 1, p, 1 - p)
loss = np.mean(-((1 - q) ** 2) * np.log(q))
"""


@pytest.mark.parametrize(
    ("dq", "wrong"),
    [("-((1 - q) ** 2) / q", {"dq"}), ("2 * (1 - q) * np.log(q) - (1 - q) ** 2 / q", set())],
)
def test_a_mean_that_a_later_line_takes_is_no_fault_of_that_line(dq: str, wrong: set[str]) -> None:
    lines = f"dq = {dq}\ndz = dq * np.where(y == 1, 1.0, -1.0) * p * (1 - p) / len(z)\n"
    evidence = measure(Source("script.py", MEAN + lines))
    assert {c.name for c in evidence.claims if c.verdict == "wrong"} == wrong
