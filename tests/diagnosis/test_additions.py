"""What no line has is added where it belongs."""

import pytest

from whygrad.diagnosis import check_program
from whygrad.source import Source

HEAD = """\
import numpy as np


def make_inputs():
    rng = np.random.RandomState(0)
    return dict(W=rng.randn(3, 2), X=rng.randn(5, 3), reg=0.3)


def loss_of(W, X, reg):
    s = X @ W
    loss = 0.5 * np.sum(s ** 2) + reg * np.sum(W ** 2)
"""


@pytest.mark.parametrize(
    ("lines", "wanted"),
    [
        (["dW = X.T @ s"], "dW = X.T @ s + 2 * reg * W"),
        (
            ["dW = np.zeros_like(W)", "for i in range(len(X)):", "    dW += np.outer(X[i], s[i])"],
            "dW += 2 * reg * W\n    return loss, dW",
        ),
    ],
)
def test_the_gradient_of_a_penalty(lines: list[str], wanted: str) -> None:
    text = HEAD + "".join(f"    {line}\n" for line in [*lines, "return loss, dW"])
    found = check_program(Source("loss.py", text)).findings
    assert [f.code for f in found] == ["WG301"]
    assert found[0].repair is not None
    assert [e.after.strip() for e in found[0].repair.edits] == [wanted]
