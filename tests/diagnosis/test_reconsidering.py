"""An edit that got past an exception is taken back where nothing mends what is left."""

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
