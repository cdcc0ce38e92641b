"""One slip in each of two statements, where the truth of what one hands to the other is not known."""

import ast

import numpy as np
import pytest

from whygrad.checking.evidence import Point, Value
from whygrad.checking.programs import Program
from whygrad.diagnosis import CheckResult, check_program
from whygrad.diagnosis.switching import Place, Switched
from whygrad.source import Source

NORM = """\
import numpy as np


class Norm:
    def __init__(self, gamma, beta):
        self.gamma, self.beta, self.eps = gamma, beta, 1e-5

    def forward(self, x):
        self.xc = x - np.mean(x, axis=0)
        self.std = np.sqrt(np.mean(self.xc ** 2, axis=0) + self.eps)
        self.xn = self.xc / self.std
        return self.gamma * self.xn + self.beta

    def backward(self, dout):
        n = dout.shape[0]
        self.dbeta = np.sum(dout, axis=0)
        self.dgamma = np.sum(self.xn * dout, axis=0)
        dxn = self.gamma * dout
        a = dxn / self.std
        b = -np.sum((dxn * self.xc) / (self.std * self.std), axis=0)
        a += (2.0 / n) * self.xc * (0.5 * b / self.std)
        return a - np.sum(a, axis=0) / n


def make_inputs():
    draw = np.random.RandomState(3).randn
    return dict(x=draw(6, 3), gamma=draw(3), beta=draw(3))
"""
POOL = """\
import numpy as np


def make_inputs():
    return dict(x=np.random.RandomState(4).randn(2, 6, 6))


def pool_forward(x, k=3, s=2):
    n = (x.shape[1] - k) // s + 1
    out = np.zeros((x.shape[0], n, n))
    for i in range(n):
        for j in range(n):
            out[:, i, j] = x[:, i * s:i * s + k, j * s:j * s + k].mean(axis=(1, 2))
    return out, (x.shape, k, s, n)


def pool_backward(dout, cache):
    shape, k, s, n = cache
    dx = np.zeros(shape)
    for i in range(n):
        for j in range(n):
            share = dout[:, i, j] / (k * k)
            dx[:, i * s:i * s + k, j * s:j * s + k] += share[:, None, None]
    return dx
"""
SCORES = """\
import numpy as np
X = np.random.RandomState(5).randn(5, 4)
W = np.random.RandomState(6).randn(4, 3)
y = np.array([0, 2, 1, 0, 2])
n = len(y)
scores = X @ W
margins = np.maximum(0, scores - scores[np.arange(n), y][:, None] + 1)
margins[np.arange(n), y] = 0
loss = np.sum(margins) / n
hits = np.sum(margins > 0, axis=1)
g = np.zeros_like(scores)
g[margins > 0] = 1
g[np.arange(n), y] -= hits
g /= n
dW = X.T @ g
"""
PAIRS = [
    (NORM, "a = dxn / self.std", "a = 2 * dxn / self.std",
     "b = -np.sum((dxn * self.xc) / (self.std * self.std), axis=0)",
     "b = -((dxn * self.xc) / (self.std * self.std))"),
    (NORM, "a = dxn / self.std", "a = dxn * self.std",
     "np.sum(a, axis=0) / n", "np.sum(a, axis=1, keepdims=True) / n"),
    (POOL, "dout[:, i, j] / (k * k)", "dout[:, j, i] / (k * k)", "] += share", "] = share"),
    (POOL, "dout[:, i, j] / (k * k)", "dout[:, j, i] / (k * k)", "] += share", "] -= share"),
    (SCORES, "hits = np.sum(", "hits = np.mean(", "g /= n", "g /= g"),
]  # fmt: skip


def edited(text: str, result: CheckResult) -> str:
    lines = text.split("\n")
    for edit in (e for f in result.findings if f.repair for e in f.repair.edits):
        lines[edit.line - 1] = edit.after
    return "\n".join(lines)


FOLD = """\
import numpy as np


def make_inputs():
    draw = np.random.RandomState(7).randn
    return dict(x=draw(5, 6), w=draw(3, 2), b=draw(2))


def spread(parts, shape, k):
    whole = np.zeros(shape)
    for i in range(k):
        whole[:, i:i + parts.shape[1]] += parts[:, :, i]
    return whole


def conv_forward(x, w, b):
    k = len(w)
    n = x.shape[1] - k + 1
    parts = np.stack([x[:, i:i + n] for i in range(k)], axis=2)
    return parts @ w + b, (x.shape, parts, w)


def conv_backward(dout, cache):
    shape, parts, w = cache
    db = dout.sum(axis=(0, 1))
    dw = np.tensordot(parts, dout, axes=([0, 1], [0, 1]))
    dparts = dout @ w.T
    dx = spread(dparts, shape, len(w))
    return dx, dw, db
"""
PLACED = [
    (SCORES, "g[margins > 0] = 1\ng[np.arange(n), y] -= hits",
     "g[np.arange(n), y] -= hits\ng[margins > 0] = 1", "g /= n", "g *= n"),
    (FOLD, "    return whole", "        return whole", "] += parts", "] = parts"),
    (FOLD, "    return whole", "        return whole", "+= parts[:, :, i]", "-= parts[:, :, i]"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "first", "wrong", "second", "bad"), PLACED)
def test_a_line_in_the_wrong_place_and_a_slip_are_found_together(
    text: str, first: str, wrong: str, second: str, bad: str
) -> None:
    typed = text.replace(first, wrong).replace(second, bad)
    lines = [k for k, (a, b) in enumerate(zip(text.split("\n"), typed.split("\n"), strict=True), 1) if a != b]
    result = check_program(Source("place.py", typed))
    assert {f.line for f in result.findings} <= {*lines}
    assert check_program(Source("place.py", edited(typed, result))).status == "right"


def test_a_return_within_the_loop_of_a_function_that_the_backward_pass_calls() -> None:
    typed = FOLD.replace("    return whole", "        return whole").replace(
        "db = dout.sum(", "db = 2 * dout.sum("
    )
    result = check_program(Source("fold.py", typed))
    assert [f.line for f in result.findings] == [13, 25]
    assert edited(typed, result) == FOLD


@pytest.mark.parametrize(("text", "first", "wrong", "second", "bad"), PAIRS)
def test_both_lines_are_found_and_their_edits_are_right(
    text: str, first: str, wrong: str, second: str, bad: str
) -> None:
    assert text.count(first) == text.count(second) == 1
    typed = text.replace(first, wrong).replace(second, bad)
    lines = [k for k, (a, b) in enumerate(zip(text.split("\n"), typed.split("\n"), strict=True), 1) if a != b]
    result = check_program(Source("pair.py", typed))
    assert {f.line for f in result.findings} == {*lines}
    assert check_program(Source("pair.py", edited(typed, result))).status == "right"


def test_a_choice_is_what_the_edited_text_gives() -> None:
    program = Program(Source("scores.py", SCORES))
    nodes = {ast.unparse(node): node for node in ast.parse(SCORES).body}
    texts = ["g /= n", "g *= n", "g = -g"], ["dW = X.T @ g", "dW = g.T @ X"]
    switched = Switched.of(program, Point("given"), [Place(nodes[own[0]], own) for own in texts])
    assert switched is not None
    seen: dict[tuple[int, ...], Value] = {}
    for choice in ((1, 0), (0, 0), (2, 1), (0, 0), (1, 1)):
        switched.those([choice], "dW", lambda value, choice=choice: seen.update({choice: value}))
        text = SCORES
        for own, k in zip(texts, choice, strict=True):
            text = text.replace(own[0], own[k])
        plain: dict[str, Value] = {}
        exec(text, plain)
        assert np.array_equal(seen[choice], plain["dW"])


def test_a_choice_that_never_ends_is_none_that_fits() -> None:
    text = "n = 3.0\nk = n\nwhile k > 0:\n    k = k - 1\nd = 2 * n\n"
    program = Program(Source("steps.py", text))
    (loop,) = (node for node in ast.parse(text).body if isinstance(node, ast.While))
    switched = Switched.of(program, Point("given"), [Place(loop.body[0], ["k = k - 1", "k = k + 1"])])
    assert switched is not None
    assert switched.those([(1,), (0,)], "d", lambda value: value is not None) == [(0,)]
