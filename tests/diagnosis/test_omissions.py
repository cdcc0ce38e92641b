"""What a forward line may lack is tried, and taken where it makes every gradient right."""

import ast

import numpy as np
import pytest

from whygrad.diagnosis import check_program
from whygrad.diagnosis.mutation import Material
from whygrad.diagnosis.omissions import cancelling, is_idle, mentions, omissions, reductions, without_sizes
from whygrad.source import Source

MATERIAL = Material.of({"x": np.ones((4, 3)), "w": np.ones((3, 2)), "e": np.ones((4, 2))})


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("h = np.sin(x)", "h = np.tanh(x)"),
        ("p = e", "p = e / np.sum(e, axis=1, keepdims=True)"),
        ("r = np.sum(e)", "r = np.sum(e ** 2)"),
        ("a = np.tanh(e)", "a = np.tanh(x @ w + e)"),
        ("a = np.tanh(e)", "a = np.tanh(e @ w)"),
        ("d = (e - 1).sum(axis=1)", "d = ((e - 1) ** 2).sum(axis=1)"),
    ],
)
def test_what_may_have_been_meant(text: str, meant: str) -> None:
    assert meant in [variant.text for variant in omissions(text, MATERIAL, ["x", "w"])]


def test_no_python_no_omission() -> None:
    assert omissions("h = (", MATERIAL, []) == []


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("loss = -(t * e)", "loss = -np.mean(t * e)"),
        ("loss = e ** 2", "loss = np.mean(e ** 2)"),
        ("loss = -t * e", "loss = np.mean(-t * e)"),
    ],
)
def test_the_mean_of_a_loss(text: str, meant: str) -> None:
    assert next(reductions(text)).text == meant


def test_the_sum_of_a_part_of_a_loss() -> None:
    found = [v.text for v in reductions("loss = np.sum(e ** 2) + lam * (p ** 2 + np.sum(q ** 2))")]
    assert "loss = np.sum(e ** 2) + lam * (np.sum(p ** 2) + np.sum(q ** 2))" in found


def test_a_size_is_no_value() -> None:
    value = ast.parse("x[len(k):] + np.zeros_like(w) + v.shape[0]", mode="eval").body
    assert {n.id for n in ast.walk(without_sizes(value)) if isinstance(n, ast.Name)} == {"x"}


TEXT = """\
import numpy as np
rng = np.random.RandomState(1)
x, w1 = rng.randn(6, 4), rng.randn(4, 5)
w2, t = rng.randn(5, 2), rng.randn(6, 2)
h = FORWARD
y = h @ w2
loss = np.mean((y - t) ** 2)
dy = 2 * (y - t) / y.size
dw2 = h.T @ dy
dh = dy @ w2.T
dz = BACKWARD
dw1 = x.T @ dz
"""


@pytest.mark.parametrize(
    ("forward", "backward", "line", "after"),
    [
        ("np.sin(x @ w1)", "dh * (1 - h * h)", 5, "h = np.tanh(x @ w1)"),
        ("np.tanh(x @ w1)", "dh * (1 + h * h)", 11, "dz = dh * (1 - h * h)"),
    ],
)
def test_the_side_that_one_edit_explains_is_shown(forward: str, backward: str, line: int, after: str) -> None:
    text = TEXT.replace("FORWARD", forward).replace("BACKWARD", backward)
    first = check_program(Source("net.py", text)).findings[0]
    assert (first.line, first.repair and first.repair.edits[0].after) == (line, after)


def test_operations_that_say_nothing() -> None:
    assert [cancelling(text) for text in ("w / w", "w - w + w", "np.log(1 * e)", "1 - w", "w * 1.0")] == [
        1, 1, 1, 0, 1]  # fmt: skip


def test_a_text_mentions_whole_names() -> None:
    assert mentions("self.bias + b1", ["bias"]) and not mentions("b1 + biases", ["b", "bias"])


def test_what_is_added_and_subtracted_again_says_nothing() -> None:
    texts = ("(p + t - p) * t", "p + t - p * t", "q - 2 * p + 2 * p", "p - t - p")
    assert [cancelling(text) for text in texts] == [1, 0, 1, 1]


@pytest.mark.parametrize(
    ("old", "new", "idle"),
    [
        ("sigmoid = lambda v: 1 / (1 + np.exp(-v))", "sigmoid = lambda v: 1", True),
        ("sigmoid = lambda v: 1 / (1 + np.exp(-v))", "sigmoid = lambda v: 1 / (1 + np.exp(v))", False),
        ("return np.tanh(a)", "return np.tanh(1.0)", True),
        ("return np.tanh(a)", "return a", False),
        ("h = W @ x", "h = W @ x - x + x", True),
        ("scale = 2.0", "scale = 3.0", False),
    ],
)
def test_an_edit_that_leaves_nothing_of_what_was_read_says_nothing(old, new, idle):
    assert is_idle(new, old) is idle
