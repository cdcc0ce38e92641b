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
