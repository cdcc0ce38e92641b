"""A file is checked as what it is: a script, its functions, or a function that trains."""

import textwrap

import pytest

from whygrad.diagnosis import check_file, check_program
from whygrad.source import Source

TRAINING = textwrap.dedent("""\
    import numpy as np

    def train(X, y, lr=0.1, epochs=100):
        n, d = X.shape
        w = np.random.randn(d)
        b = 0.0
        losses = []
        for epoch in range(epochs):
            error = X @ w + b - y
            loss = np.mean(error ** 2)
            losses.append(loss)
            dw = (2 / n) * X.T @ error
            db = ({} / n) * error.sum()
            w -= lr * dw
            b -= lr * db
        return w, b, losses

    np.random.seed(0)
    X = np.random.randn(50, 3)
    y = X @ np.array([1.0, -2.0, 0.5]) + 0.3
    w, b, losses = train(X, y)
    print(w, b, losses[-1])
    """)


def test_a_function_that_trains_is_right():
    result = check_program(Source("train.py", TRAINING.format(2)))
    assert result.status == "right"
    assert {v.name for v in result.variables} >= {"dw", "db"}


def test_a_mistake_in_a_function_that_trains_is_mended_in_its_line(tmp_path):
    path = tmp_path / "train.py"
    path.write_text(TRAINING.format(1), encoding="utf-8")
    result = check_file(str(path))
    (finding,) = result.findings
    assert (result.status, finding.line, finding.variable) == ("wrong", 13, "db")
    assert finding.repair is not None
    (edit,) = finding.repair.edits
    lines = path.read_text(encoding="utf-8").splitlines()
    assert edit.before == lines[edit.line - 1]
    lines[edit.line - 1] = edit.after
    assert check_program(Source("train.py", "\n".join(lines))).status == "right"


@pytest.mark.parametrize("name", ["nothing.py", "folder"])
def test_what_cannot_be_read_is_an_error(name, tmp_path):
    (tmp_path / "folder").mkdir()
    assert check_file(str(tmp_path / name)).status == "error"


def test_a_function_that_trains_and_cannot_be_decided_is_told_as_that():
    """Its data are drawn anew in every run, so no edit holds; that it has no loss would be untrue."""
    text = """
import numpy as np

def descend(X, y, lr=0.1, lam=0.01):
    n, d = X.shape
    w = np.ones(d)
    for _ in range(5):
        resid = y - X.dot(w)
        cost = (resid ** 2).sum() / (2 * n) + lam / 2 * (w ** 2).sum()
        grad_w = -X.T.dot(resid) / n + 2 * lam * w
        w -= lr * grad_w
    return w

X = np.random.randn(20, 3)
y = X @ np.array([1.0, -2.0, 0.5])
w = descend(X, y)
"""
    result = check_program(Source("descend.py", text))
    assert result.status in ("undecided", "wrong")
    assert {variable["name"] for variable in result.to_json()["variables"]} == {"grad_w"}
