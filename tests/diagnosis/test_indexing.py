"""Other places in arrays: the other part of what was put together."""

import numpy as np
import pytest

from whygrad.diagnosis import check_program
from whygrad.diagnosis.fragments import Fragment
from whygrad.diagnosis.indexing import indices
from whygrad.diagnosis.mutation import Material
from whygrad.source import Source

MATERIAL = Material.of({"d": np.ones((2, 6)), "n": 3})


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("a = d[:, n:]", "a = d[:, :n]"),
        ("a = d[:, :n]", "a = d[:, n:]"),
        ("a = f(d[2 * n:], n)", "a = f(d[:2 * n], n)"),
        ("a = d[(n - 1):]", "a = d[:(n - 1)]"),
    ],
)
def test_the_other_side_of_a_bound(wrong: str, right: str) -> None:
    found = [v.text for v in indices(Fragment(wrong), MATERIAL)]
    assert right in found or right.replace("(n - 1)", "n - 1") in found


CONCATENATED = """
import numpy as np
x = np.array([[0.4, -1.2, 0.3], [0.9, 0.1, -0.6]])
w = np.array([[0.5, -0.2], [0.3, 0.8], [-0.7, 0.6]])
t = np.array([[0.2, -0.4, 0.1, 0.6], [1.0, 0.3, -0.5, 0.2]])
h = x @ w
both = np.concatenate([np.sin(h), np.cos(h)], axis=1)
loss = 0.5 * np.sum((both - t) ** 2)
n = h.shape[1]
d = both - t
dh = d[:, {first}] * np.cos(h) - d[:, n:] * np.sin(h)
dw = x.T @ dh
"""


def test_the_second_half_taken_for_the_first() -> None:
    assert check_program(Source("cat.py", CONCATENATED.format(first=":n"))).status == "right"
    (finding,) = check_program(Source("cat.py", CONCATENATED.format(first="n:"))).findings
    assert (finding.line, finding.cause) == (11, "wrong-slice") and finding.repair is not None
    assert finding.repair.edits[0].after == "dh = d[:, :n] * np.cos(h) - d[:, n:] * np.sin(h)"


PICKED = """
import numpy as np
scores = np.array([[0.4, -1.2, 0.3], [0.9, 0.1, -0.6], [0.2, 0.5, -0.1], [1.4, 0.3, 0.8]])
y = np.array([2, 0, 1, 2])
n = len(y)
e = np.exp(scores)
probs = e / e.sum(axis=1, keepdims=True)
loss = -np.mean(np.log(probs[np.arange(n), y]))
dscores = probs.copy()
dscores[y] -= 1
dscores /= n
"""


def test_entries_are_picked_as_the_text_picks_them_elsewhere() -> None:
    (finding,) = check_program(Source("loss.py", PICKED)).findings
    assert finding.line == 10
    assert finding.repair is not None
    assert finding.repair.edits[0].after == "dscores[np.arange(n), y] -= 1"
