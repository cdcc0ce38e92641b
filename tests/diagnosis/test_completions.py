"""A value completed with the term that a label or a later step adds."""

import numpy as np
import pytest

from whygrad.diagnosis import check_program
from whygrad.diagnosis.completions import carries, enclosed_terms, indicators, labels
from whygrad.diagnosis.fragments import Fragment
from whygrad.diagnosis.mutation import Material
from whygrad.source import Source

SOFTMAX = """\
import numpy as np
X = np.array([[0.5, -1.2, 0.3], [1.1, 0.4, -0.7], [-0.2, 0.8, 0.9], [0.3, 0.1, -1.5], [0.9, 0.2, 0.4]])
W = np.array([[0.2, -0.5, 0.1, 0.7], [-0.3, 0.8, 0.4, -0.6], [0.9, -0.1, 0.3, 0.2]])
t = np.array([0, 3, 1, 2, 2])
N = X.shape[0]
e = np.exp(X @ W)
q = e / e.sum(axis=1, keepdims=True)
loss = -np.sum(np.log(q[np.arange(N), t])) / N
"""


@pytest.mark.parametrize(
    "backward",
    [
        "g = q / N\ndW = X.T @ g\n",
        "g = q / X.shape[0]\ndW = X.T @ g\n",
        "dq = q.copy()\ndq /= N\ndW = X.T @ dq\n",
        "g = q\ndW = X.T @ g\n",
        "dW = X.T @ q / N\n",
        "dW = X.T.dot(q / N)\n",
    ],
)
def test_the_label_is_put_back(backward: str) -> None:
    result = check_program(Source("example.py", SOFTMAX + backward))
    assert result.status == "wrong"
    assert "WG309" in {finding.code for finding in result.findings}
    patched = (SOFTMAX + backward).splitlines()
    for finding in result.findings:
        for edit in finding.repair.edits if finding.repair else ():
            patched[edit.line - 1] = edit.after
    assert check_program(Source("example.py", "\n".join(patched) + "\n")).status == "right"


ROWS = Material.of(
    {"q": np.ones((3, 2)), "t": np.array([0, 1, 1]), "far": np.array([0, 1, 2]), "r": np.ones(3)},
)


def test_only_whole_numbers_that_are_places_in_a_row_are_labels() -> None:
    found = {variant.text for variant in labels(Fragment("g = q / 3"), ROWS)}
    assert found == {"g = (q - np.eye(q.shape[-1])[t]) / 3"}


def test_a_list_of_arrays_of_several_shapes_has_no_labels() -> None:
    material = Material.of({"zs": [np.ones((4, 1)), np.ones((2, 1))], "sizes": [4, 2]})
    assert not [*labels(Fragment("d = s(zs)"), material)]


def test_a_carry_has_the_shape_of_a_step() -> None:
    values = {"d": np.ones((4, 5, 2)), "back": np.ones((4, 2)), "other": np.ones((5, 2)), "t": 1}
    material = Material.of(values, gradients=frozenset({"back", "other"}), in_loop=("t",))
    found = {variant.text for variant in carries(Fragment("a = step(d[:, t, :], c[t])"), material)}
    assert found == {"a = step(d[:, t, :] + back, c[t])"}
    assert not list(carries(Fragment("a = d[:, 0]"), material))


def test_in_a_loop_over_classes_the_one_belongs_at_the_label() -> None:
    values = {"p": np.ones(3), "y": np.array([1, 0]), "y[i]": 1, "i": 0, "j": 2, "n": 2}
    material = Material.of(values, in_loop=("i", "j"), phrases=("-np.log(p[y[i]])",))
    found = {v.text for v in indicators(Fragment("dW[:, j] += (p[j] - 1) * X[i]"), material)}
    assert "dW[:, j] += (p[j] - (j == y[i])) * X[i]" in found
    found = {v.text for v in indicators(Fragment("g[j] += p[j] * s"), material)}
    assert found == {"g[j] += (p[j] - (j == y[i])) * s"}
    assert not list(indicators(Fragment("g = p[0] - 1"), Material.of(values)))


def test_the_label_of_a_loop_is_put_back() -> None:
    text = """\
import numpy as np
S = np.array([[0.5, -1.2, 0.3], [1.1, 0.4, -0.7], [-0.2, 0.8, 0.9]])
t = [2, 0, 1]
loss = 0.0
dS = np.zeros_like(S)
for i in range(3):
    q = np.exp(S[i]) / np.sum(np.exp(S[i]))
    loss -= np.log(q[t[i]])
    for c in range(3):
        dS[i, c] = q[c]
"""
    (finding,) = check_program(Source("example.py", text)).findings
    assert finding.code == "WG309" and finding.repair is not None
    assert finding.repair.edits[0].after == "        dS[i, c] = q[c] - (c == t[i])"


def test_a_term_that_the_sum_in_a_call_lacks() -> None:
    values = {"a": np.ones(3), "b": np.ones((2, 3)), "c": np.ones(3), "t": 1, "b[t]": np.ones(3), "s": 0.5}
    found = [v.text for v in enclosed_terms(Fragment("d += np.exp(a + c) * s"), Material.of(values))]
    assert "d += np.exp(a + c + b[t]) * s" in found and "d += np.exp(a + c - s) * s" in found
    assert not any("+ t)" in text or "c + a" in text for text in found)
    assert not list(enclosed_terms(Fragment("d = np.exp(a * c)"), Material.of(values)))
