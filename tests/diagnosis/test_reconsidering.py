"""An edit that got past an exception is taken back where nothing mends what is left."""

import numpy as np
import pytest

from whygrad.checking.evidence import Hints
from whygrad.diagnosis.drafts import Draft
from whygrad.diagnosis.reconsidering import reconsidered
from whygrad.diagnosis.rounds import Check
from whygrad.source import Source

TEXT = """\
import numpy as np
rng = np.random.RandomState(11)
p, q = rng.randn(5), rng.randn(5)
r = np.exp(p * 0.3)
s = np.cos(q)
out = np.sum(r * EXTRA)
ds = r.copy()
dr = s.copy()
dp = DP
dq = -ds * np.sin(q)
"""


def edits(text: str) -> dict[int, str]:
    findings = reconsidered(Source("two.py", text), Hints(), lambda _: None).findings
    return {e.line: e.after for f in findings if f.repair for e in f.repair.edits}


@pytest.mark.parametrize("wrong", ["0.3 * dr / r", "0.3 * r"])
def test_an_unknown_name_before_a_wrong_gradient(wrong: str) -> None:
    """`ds` looks like the name that was meant, and nothing is right after `dr`, `dp`, `q`."""
    found = edits(TEXT.replace("EXTRA", "dss").replace("DP", wrong))
    assert found[6] == "out = np.sum(r * s)"
    assert set(found) == {6, 9}


def test_a_text_that_is_refused_is_not_chosen_again() -> None:
    source = Source("two.py", TEXT.replace("EXTRA", "dss").replace("DP", "0.3 * dr * r"))
    first = Check(source, Hints())
    first.run()
    assert first.solved() and len(first.chosen) == 1
    again = Check(source, Hints(), seen=set(first.chosen))
    again.run()
    assert first.chosen[0] not in again.chosen
    assert Draft.of(source).text not in first.chosen


@pytest.mark.parametrize("wrong", ["p - t", "(p + t) / n"])
def test_a_tiny_constant_that_the_backward_pass_neglects(wrong: str) -> None:
    """Where `p` is small, the gradient of `-log(p + 1e-7)` differs from `(p - t) / n`, which is meant."""
    text = f"""\
import numpy as np
s = np.array([[0.5, -9.2, 0.3], [1.1, 0.4, -7.7], [-0.2, 0.8, 9.9], [0.1, 0.3, -0.6]])
t = np.eye(3)[[1, 2, 0, 2]]
n = s.shape[0]
p = np.exp(s) / np.sum(np.exp(s), axis=1, keepdims=True)
loss = -np.sum(t * np.log(p + 1e-7)) / n
ds = {wrong}
"""
    found = edits(text)
    space: dict = {"np": np, "n": 4, "p": np.full((4, 3), 0.3), "t": np.eye(3)[[1, 2, 0, 2]]}
    exec("\n".join(found.values()), space)
    assert min(found) == 7 and np.allclose(space["ds"], (space["p"] - space["t"]) / 4)
