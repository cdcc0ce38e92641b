"""Scripts that train and compute no loss: their steps are judged by the loss that they go along."""

import numpy as np
import pytest

from whygrad.diagnosis import CheckResult, check_program
from whygrad.errors import NoGradientError
from whygrad.rendering.repairs import edits_of
from whygrad.source import Source, edited

LAYERS = """
import numpy as np
X = np.array([[0, 0, 1], [0, 1, 1], [1, 0, 1], [1, 1, 1]])
y = np.array([[0, 1, 1, 0]]).T
np.random.seed(1)
syn0 = 2 * np.random.random((3, 4)) - 1
syn1 = 2 * np.random.random((4, 1)) - 1
for j in range(60000):
    l1 = 1 / (1 + np.exp(-(np.dot(X, syn0))))
    l2 = 1 / (1 + np.exp(-(np.dot(l1, syn1))))
    l2_delta = (y - l2) * (l2 * (1 - l2))
    l1_delta = l2_delta.dot(syn1.T) * (l1 * (1 - l1))
    syn1 += l1.T.dot(l2_delta)  # the second layer
    syn0 += X.T.dot(l1_delta)
"""
LOGISTIC = """
import numpy as np
rng = np.random.RandomState(0)
X = rng.randn(20, 3)
y = (X[:, 0] + 0.5 * X[:, 1] > 0).astype(float)
w, b, lr, m = np.zeros(3), 0.0, 0.1, len(X)
for epoch in range(500):
    p = 1 / (1 + np.exp(-(X @ w + b)))
    w -= lr * X.T @ (p - y) / m
    b -= lr * np.sum(p - y) / m
"""
LINE = """
xs = [1.0, 2.0, 3.0, 4.0]
ys = [3.1, 4.9, 7.2, 8.8]
m, c = 0.0, 0.0
for epoch in range(1000):
    for x, y in zip(xs, ys):
        pred = m * x + c
        error = pred - y
        m = m - 0.01 * error * x
        c = c - 0.01 * error
"""
CLASS = """
import numpy as np

class Logistic:
    def __init__(self, lr=0.01, n_iters=1000):
        self.lr, self.n_iters = lr, n_iters

    def fit(self, X, y):
        n_samples, n_features = X.shape
        self.w = np.zeros(n_features)
        self.b = 0
        for _ in range(self.n_iters):
            p = 1 / (1 + np.exp(-(X @ self.w + self.b)))
            self.w -= self.lr * np.dot(X.T, (p - y)) / n_samples
            self.b -= self.lr * np.sum(p - y) / n_samples
"""


def checked(text: str) -> CheckResult:
    return check_program(Source("training.py", text))


@pytest.mark.parametrize("text", [LAYERS, LOGISTIC, LINE, CLASS], ids=["layers", "logistic", "line", "class"])
def test_steps_along_a_usual_loss_are_right(text):
    result = checked(text)
    assert result.status == "right" and all(v.verdict != "wrong" for v in result.variables)
    assert sum(v.name.endswith("=") for v in result.variables) == 2
    assert any("has no loss" in note for note in result.notes)


def test_the_loss_that_is_named_is_the_one_whose_slope_the_steps_are():
    """By differences, at weights of its own."""
    rng = np.random.RandomState(0)
    X, w, b = rng.randn(20, 3), np.array([0.3, -0.2, 0.5]), 0.1
    y = (X[:, 0] + 0.5 * X[:, 1] > 0).astype(float)
    note = next(n for n in checked(LOGISTIC).notes if "has no loss" in n)
    loss = compile(note.split("`")[1], "loss", "eval")

    def value(w: np.ndarray) -> float:
        out = 1 / (1 + np.exp(-(X @ w + b)))
        return float(eval(loss, {"np": np, "y": y, "out": out}))

    step = 0.1 * X.T @ (1 / (1 + np.exp(-(X @ w + b))) - y) / len(X)
    slopes = [(value(w + 1e-6 * e) - value(w - 1e-6 * e)) / 2e-6 for e in np.eye(3)]
    assert np.allclose(step, slopes, rtol=1e-6)


@pytest.mark.parametrize(
    ("text", "right", "slip"),
    [
        (LAYERS, "syn1.T) * (l1 * (1 - l1))", "syn1.T) * (1 - l1)"),
        (LAYERS, "X.T.dot(l1_delta)", "X.T.dot(l1_delta) * 2"),
        (LOGISTIC, "np.sum(p - y) / m", "np.sum(p - y)"),
        (LINE, "m = m - 0.01 * error * x", "m = m - 0.01 * error"),
    ],
)
def test_a_slip_is_found_on_the_line_of_the_file_and_mended(text, right, slip):
    wrong = text.replace(right, slip)
    result = checked(wrong)
    lines = wrong.splitlines()
    assert [slip in lines[f.line - 1] for f in result.findings] == [True]
    assert checked(edited(wrong, edits_of(result.to_json()))).status == "right"


def test_a_weight_that_is_stepped_too_early_is_found():
    early = "    syn1 += l1.T.dot(l2_delta)  # the second layer\n"
    late = "    l1_delta = l2_delta.dot(syn1.T) * (l1 * (1 - l1))\n"
    result = checked(LAYERS.replace(early, "").replace(late, early + late))
    assert [finding.code for finding in result.findings] == ["WG304"]


@pytest.mark.parametrize(
    "step",
    [
        "w -= lr * (X.T @ (p - y) / m + 0.1 * w)",  # a penalty
        "w -= lr * np.sign(X.T @ (p - y))",
    ],
)
def test_other_steps_are_not_accused(step):
    text = LOGISTIC.replace("w -= lr * X.T @ (p - y) / m", step)
    try:
        result = checked(text)
    except NoGradientError:
        return
    assert result.status != "wrong"
