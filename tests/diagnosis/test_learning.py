"""Classes that train in a method `fit`: right ones are right, slips are found at their lines."""

import pytest

from whygrad.checking.learners import learners_in
from whygrad.diagnosis import check_program
from whygrad.errors import NoGradientError
from whygrad.source import Source

CLASSIFIER = '''import numpy as np


class Classifier:
    """A line that divides two classes."""

    def __init__(self, lr=0.01, rounds=100):
        self.lr = lr
        self.rounds = rounds
        self.weights = None
        self.bias = None

    def fit(self, X, y):
        n, d = X.shape
        self.weights = np.zeros(d)
        self.bias = 0
        for k in range(self.rounds):
            chance = self._logistic(np.dot(X, self.weights) + self.bias)
            dw = (1 / n) * np.dot(X.T, (chance - y))
            db = (1 / n) * np.sum(chance - y)
            self.weights -= self.lr * dw
            self.bias -= self.lr * db
        return self

    def predict(self, X):
        return self._logistic(X @ self.weights + self.bias) > 0.5

    def _logistic(self, z):
        return 1 / (1 + np.exp(-z))
'''
LINE = """import numpy as np


class Line:
    def __init__(self, learning_rate, epochs=10):
        self.learning_rate, self.epochs = learning_rate, epochs
        self.history = []

    def mse(self, y, guess):
        return np.mean((y - guess) ** 2)

    def fit(self, X, y):
        self.w, self.b = np.zeros(X.shape[1]), 0.0
        for _ in range(self.epochs):
            guess = X @ self.w + self.b
            loss = self.mse(y, guess)
            self.history.append(loss)
            error = guess - y
            dw = X.T @ error / len(y)
            db = np.mean(error)
            self.w = self.w - self.learning_rate * dw
            self.b = self.b - self.learning_rate * db
            if np.linalg.norm(dw) < 1e-9:
                break
"""


def checked(text):
    return check_program(Source("model.py", text))


def test_a_fit_without_a_loss_is_checked_with_a_usual_one():
    found = checked(CLASSIFIER)
    assert found.status == "right"
    assert found.verdicts == {"dw": "right", "db": "right"}
    assert {v.of for v in found.variables} == {"self.weights", "self.bias"}
    assert any("np.log(out)" in note for note in found.notes)


def test_a_slip_in_a_fit_is_found_and_mended_in_the_class():
    text = CLASSIFIER.replace("np.sum(chance - y)", "np.sum(y - chance)")
    found = checked(text)
    assert found.status == "wrong"
    assert [f.line for f in found.findings] == [20]
    assert checked(found.apply()).status == "right"


def test_gradients_that_a_step_makes_a_multiple_of_those_of_the_loss_are_right():
    """`np.mean(error ** 2)` brings a 2, which learning rates make up for."""
    found = checked(LINE)
    assert found.status == "right"
    assert any("the loop has no such loss" in note for note in found.notes)
    doubled = LINE.replace("dw = X.T", "dw = 2 * X.T")
    assert [f.line for f in checked(doubled).findings] == [20]
    assert checked(doubled.replace("np.mean(error)", "2 * np.mean(error)")).status == "right"


def test_a_penalty_in_the_gradients_alone_is_not_accused():
    text = CLASSIFIER.replace("(chance - y))", "(chance - y)) + 0.1 * self.weights")
    with pytest.raises(NoGradientError, match=r"computed within `Classifier\.fit`"):
        checked(text)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("def fit(self, X, y):", "def fit(self, X):"),  # no target
        ("return 1 / (1 + np.exp(-z))", "for _ in z:\n            pass\n        return z"),  # no small method
        ("dw = ", "step = "),  # nothing that looks like a gradient
        ("        return self\n", "        if n:\n            return self\n"),  # left early
    ],
)
def test_what_cannot_be_made_plain(before, after):
    text = CLASSIFIER.replace(before, after)
    assert all("dw" not in learner.gradients or before == "dw = " for learner in learners_in(text))


def test_lines_and_columns_stay_where_they_are():
    (learner,) = learners_in(CLASSIFIER)
    plain = learner.text("labels", False).split("\n")
    assert len(plain) == len(CLASSIFIER.split("\n"))
    assert learner.restored(plain[20]) == CLASSIFIER.split("\n")[20]
    assert learner.gradients == {"dw": "own__weights", "db": "own__bias"}
