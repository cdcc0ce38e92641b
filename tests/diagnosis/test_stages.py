"""Each way of searching finds what it is for."""

import time
from typing import Any

import pytest

from whygrad.checking.measurement import measure
from whygrad.diagnosis import check_program
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


@pytest.mark.parametrize("right", ["ds /= N", "ds *= 1 / N"])
def test_a_division_that_is_missing_behind_a_line_in_place_is_put_there(right: str) -> None:
    lines = [
        "import numpy as np",
        "def loss_of(W, X, y):",
        "    N = X.shape[0]",
        "    s = X @ W",
        "    p = np.exp(s) / np.exp(s).sum(axis=1, keepdims=True)",
        "    loss = -np.mean(np.log(p[np.arange(N), y]))",
        "    ds = p.copy()",
        "    ds[np.arange(N), y] -= 1",
        f"    {right}",
        "    dW = X.T @ ds",
        "    return loss, dW",
        "if __name__ == '__main__':",
        "    rng = np.random.RandomState(0)",
        "    loss_of(rng.randn(4, 3), rng.randn(5, 4), np.array([0, 2, 1, 1, 0]))",
    ]
    assert check_program(Source("right.py", "\n".join(lines))).status == "right"
    del lines[8]
    result = check_program(Source("wrong.py", "\n".join(lines)))
    (finding,) = result.findings
    assert finding.code == "WG205" and finding.repair is not None
    mended = lines[:]
    for edit in finding.repair.edits:
        mended[edit.line - 1] = edit.after
    assert check_program(Source("mended.py", "\n".join(mended))).status == "right"
