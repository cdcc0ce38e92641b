"""Which statements belong to which part."""

import pytest

from whygrad.checking.evidence import Evidence, Hints
from whygrad.checking.measurement import measure
from whygrad.diagnosis import check_program
from whygrad.source import Source

LOOPS = """\
import numpy as np


def make_inputs():
    rng = np.random.RandomState(3)
    return dict(W=rng.randn(4, 3), X=rng.randn(5, 4), y=np.array([1, 0, 2, 2, 1]))


def softmax_loss(W, X, y):
    loss = 0.0
    dW = np.zeros_like(W)
    for i in range(len(X)):
        scores = X[i].dot(W)
        p = np.exp(scores) / np.sum(np.exp(scores))
        loss -= np.log(p[y[i]])
        g = p.copy()
        g[y[i]] -= 1
        dW += np.outer(X[i], g)
    dW /= len(X)
    return loss / len(X), dW
"""


def evidence_of(text: str) -> Evidence:
    return measure(Source("loss.py", text), Hints())


def test_a_gradient_is_filled_while_the_forward_pass_goes_on() -> None:
    rows = LOOPS.split("\n")
    lines = [rows[n - 1].strip() for n in sorted(evidence_of(LOOPS).interleaved)]
    assert lines == ["dW = np.zeros_like(W)", "g = p.copy()", "g[y[i]] -= 1", "dW += np.outer(X[i], g)",
                     "dW /= len(X)"][: len(lines)]  # fmt: skip
    assert len(lines) >= 4
    assert evidence_of(LOOPS).verdict == "right"


def test_a_script_whose_gradient_comes_after_has_none() -> None:
    text = "x = 0.4\ny = x ** 2\nloss = y ** 3\ndy = 3 * y ** 2\ndx = dy * 2 * x\n"
    assert evidence_of(text).interleaved == frozenset()


def test_a_slip_inside_the_loop_is_placed_and_mended() -> None:
    wrong = LOOPS.replace("g[y[i]] -= 1", "g[y[i]] += 1")
    found = check_program(Source("loss.py", wrong)).findings
    assert [wrong.split("\n")[f.line - 1].strip() for f in found] == ["g[y[i]] += 1"]
    assert found[0].repair is not None
    assert found[0].repair.edits[0].after.strip() == "g[y[i]] -= 1"


def test_what_a_loop_fills_and_a_line_behind_it_reads_is_part_of_the_backward_pass() -> None:
    text = """
import numpy as np
W = np.array([[0.3, -0.8], [1.1, 0.4]])
X = np.array([[0.5, 1.2], [-0.7, 0.9]])
grads = {"W": np.zeros((2, 2))}
loss = 0.0
for x in X:
    h = np.sin(x @ W)
    loss += 0.5 * np.sum(h ** 2)
    grads["W"] += np.outer(x, h * np.cos(x @ W))
kept = h > 0
dW = grads["W"]
"""
    rows = text.split("\n")
    evidence = evidence_of(text)
    assert [rows[n - 1].strip().split(" ")[0] for n in sorted(evidence.interleaved)] == [
        "grads",
        'grads["W"]',
    ]
    found = check_program(Source("loss.py", text.replace("h * np.cos", "np.cos"))).findings
    assert [f.line for f in found] == [10] and found[0].repair is not None


@pytest.mark.parametrize(
    ("targets", "noted"), [("randint(3, 4)", "line 14"), ("onehot(4, 3)", "lines 16, 18"), ("", "line 14")]
)
def test_lines_that_no_run_came_to_are_noted(targets: str, noted: str) -> None:
    text = """
import numpy as np
class SoftmaxWithLoss:
    def forward(self, x, t):
        self.t = t
        x = x - x.max(axis=1, keepdims=True)
        self.y = np.exp(x) / np.exp(x).sum(axis=1, keepdims=True)
        if t.ndim == 2:
            t = t.argmax(axis=1)
        return -np.sum(np.log(self.y[np.arange(len(t)), t])) / len(t)
    def backward(self, dout=1):
        n = len(self.t)
        if self.t.ndim == 2:
            dx = (self.y - self.t) / n
        else:
            dx = self.y.copy()
            dx[np.arange(n), self.t] -= 1
            dx = dx / n
        return dx
"""
    given = {"x": "randn(4, 3)", "t": targets} if targets else {}
    evidence = measure(Source("loss.py", text), Hints(input=given))
    assert evidence.verdict == "right"
    (note,) = [note for note in evidence.notes if "not reached" in note]
    assert note.startswith(noted) and "`SoftmaxWithLoss.backward`" in note
