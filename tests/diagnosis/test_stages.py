"""Each way of searching finds what it is for."""

import time
from typing import Any

import pytest

from whygrad.checking.measurement import measure
from whygrad.diagnosis.drafts import Draft
from whygrad.diagnosis.stages import Stages
from whygrad.diagnosis.suspects import backward_slice
from whygrad.diagnosis.trials import Trials
from whygrad.source import Source

HEAD = """\
import numpy as np
x = np.array([[0.5, -1.2, 0.3], [1.1, 0.4, -0.7]])
W = np.array([[0.2, -0.5], [0.7, 0.1], [-0.3, 0.9]])
h = np.tanh(x @ W)
loss = np.sum(h ** 2)
"""


@pytest.mark.parametrize(
    ("stage", "lines", "right"),
    [
        ("by_value", "dW = x.T @ (2 * h * (1 - h))", "dW = x.T @ (2 * h * (1 - h ** 2))"),
        ("by_block", "dz = 2 * h * (1 - h)\ndW = x.T @ dz", "dz = 2 * h * (1 - h ** 2)"),
        ("by_meaning", "dz = 2 * h\ndW = x.T @ dz", "dz = 2 * h * (1 - h ** 2)"),
        ("by_synthesis", "dz = 2 * h * (1 - h ** 2)\ndW = dz", "dW = x.T @ dz"),
        ("by_moving", "W *= 2\nG = 2 * h * (1 - np.tanh(x @ W) ** 2)\ndW = x.T @ G", "W *= 2"),
    ],
)
def test_what_it_is_for(stage: str, lines: str, right: str) -> None:
    source = Source("script.py", HEAD + lines + "\n")
    evidence = measure(source)
    claim = evidence.claim("dW")
    assert claim is not None
    search: Any = Stages(Trials(evidence), Draft.of(source), time.process_time() + 20)
    search.at = search.search_points(claim)
    base = search.trials.run(search.draft)
    suspects = backward_slice(evidence, search.draft.tree, claim)
    found = list(getattr(search, stage)(claim, suspects, base, frozenset({"dW"})))
    assert right in [line for fix in found for line in fix.draft.text.split("\n")]
    assert any("dW" in search.trials.run(fix.draft).right for fix in found)
