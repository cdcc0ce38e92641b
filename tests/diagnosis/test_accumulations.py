"""Contributions of a round: what is at hand, what has the right shape, and lines that a loop lacks."""

import ast

import numpy as np
import pytest

from whygrad.diagnosis import check_program
from whygrad.diagnosis.accumulations import (
    arriving,
    at_hand,
    contributions,
    entries,
    places,
    valued,
    windows,
)
from whygrad.source import Source

VALUES = {
    "da": np.ones(2),
    "h": np.ones(3),
    "A": np.ones((5, 2)),
    "B": np.ones((5, 3)),
    "s": 0.5,
    "x[t]": 2.0,
}


@pytest.mark.parametrize(
    ("shape", "wanted"),
    [((2,), "da"), ((2,), "np.sum(A, axis=0)"), ((2, 3), "np.outer(da, h)"), ((2, 3), "A.T @ B"),
     ((), "x[t]"), ((), "np.sum(da)"), ((2,), "da * x[t]")],
)  # fmt: skip
def test_expressions_of_a_shape(shape: tuple[int, ...], wanted: str) -> None:
    found = contributions(VALUES, shape)
    assert wanted in found
    for text in found:
        assert np.shape(eval(text, {"np": np, "t": 0, "x": [2.0], **VALUES})) == shape


def test_what_was_written_there_is_the_likeliest() -> None:
    assert contributions(VALUES, (2, 3), "np.outer(da, da)")[0] == "np.outer(da, h)"


def test_a_slot_whose_key_is_a_call() -> None:
    loops = ast.parse("x['a' + str(i + 1)] = np.tanh(x['a' + str(i)])").body
    assert list(arriving(loops, {"x", "dx"})) == ["dx['a' + str(i + 1)]"]


def test_what_a_round_reads() -> None:
    block = ast.parse("da = dh[t] * 2\ndb += da\n").body
    loops = ast.parse("h[t + 1] = np.tanh(w * h[t] + unknown[t])").body
    found = at_hand(block, loops, {"dh", "t", "h", "w", "np"})
    assert {"da", "dh[t]", "h[t]", "w"} <= set(found) and not any("unknown" in text for text in found)
    assert valued(["h[9]", "h[0]", "text"], {"h": [1.0], "text": "no"}) == {"h[0]": 1.0}


def test_places_are_those_that_others_fill() -> None:
    block = ast.parse("dE[:, y[i]] -= f\n").body
    assert places("dW", block, ["j"])[:3] == ["dW[:, y[i]]", "dW[:, j]", "dW"]


RNN = """\
import numpy as np
rng = np.random.RandomState(3)
x, w, u, h0 = rng.randn(4, 3), rng.randn(2, 3), rng.randn(2, 2), rng.randn(2)
b = rng.randn(2)
h = [h0]
for t in range(4):
    h.append(np.tanh(w @ x[t] + u @ h[t] + b))
loss = np.sum(h[4] ** 2)
dw, du, db = np.zeros_like(w), np.zeros_like(u), np.zeros_like(b)
dh = 2 * h[4]
for t in reversed(range(4)):
    da = dh * (1 - h[t + 1] ** 2)
{lines}
    dh = u.T @ da
"""
LINES = {"dw": "np.outer(da, x[t])", "du": "np.outer(da, h[t])", "db": "da"}
SPRINGS = """\
import numpy as np
x = np.array([0.1, 0.9, 2.3, 2.8])
k, rest = 1.7, 0.8
E = 0.0
for i in range(3):
    E += 0.5 * k * (x[i + 1] - x[i] - rest) ** 2
dE = np.zeros_like(x)
for i in range(3):
    stretch = x[i + 1] - x[i] - rest
    dE[i] -= k * stretch
    dE[i + 1] += k * stretch
"""


@pytest.mark.parametrize("name", LINES)
@pytest.mark.parametrize("slip", ["missing", "itself"])
def test_a_contribution_that_a_loop_lacks_is_named_and_added(name: str, slip: str) -> None:
    rows = [f"    {n} += {n if n == name else v}" for n, v in LINES.items() if slip == "itself" or n != name]
    text = RNN.format(lines="\n".join(rows))
    assert repaired(text, {"WG301"} if slip == "missing" else {"WG203"}) == "right"


@pytest.mark.parametrize("gone", ["    dE[i] -= k * stretch\n", "    dE[i + 1] += k * stretch\n"])
def test_an_entry_that_a_round_should_fill(gone: str) -> None:
    assert repaired(SPRINGS.replace(gone, ""), {"WG301"}) == "right"


HINGE = """\
import numpy as np
rng = np.random.RandomState(8)
W, X, y = rng.randn(4, 3), rng.randn(6, 4), np.array([2, 0, 1, 1, 2, 0])
loss, dW = 0.0, np.zeros_like(W)
for i in range(6):
    s = X[i] @ W
    for j in range(3):
        margin = s[j] - s[y[i]] + 1
        if j != y[i] and margin > 0:
            loss += margin
            dW[:, j] += X[i]
            dW[:, y[i]] -= X[i]
"""


def test_what_a_round_should_add_at_the_label() -> None:
    assert check_program(Source("hinge.py", HINGE)).status == "right"
    assert repaired(HINGE.replace("            dW[:, y[i]] -= X[i]\n", ""), {"WG301"}) == "right"


def repaired(text: str, codes: set[str]) -> str:
    """The verdict on a text after the edits of its findings."""
    result = check_program(Source("loop.py", text))
    assert result.status == "wrong" and {f.code for f in result.findings} == codes
    rows = text.split("\n")
    for edit in (e for f in result.findings if f.repair for e in f.repair.edits):
        rows[edit.line - 1] = edit.after
    assert [v.line for v in result.variables] == sorted(v.line for v in result.variables)
    return check_program(Source("loop.py", "\n".join(rows))).status


PENALTY = """\
import numpy as np
def make_inputs():
    rng = np.random.RandomState(4)
    return dict(W=rng.randn(3, 2), X=rng.randn(5, 3), T=rng.randn(5, 2), reg=0.3)
def loss_and_gradient(W, X, T, reg):
    loss, dW, n = 0.0, np.zeros_like(W), len(X)
    for i in range(n):
        error = X[i] @ W - T[i]
        loss += 0.5 * error @ error
        dW += np.outer(X[i], error)
    loss = loss / n + {penalty}
    dW /= n
    return loss, dW
"""


@pytest.mark.parametrize(
    ("penalty", "term"),
    [("reg * np.sum(W * W)", "2 * reg * W"), ("0.5 * reg * np.sum(W ** 2)", "reg * W"),
     ("reg / (2 * n) * np.sum(W ** 2)", "reg / n * W")],
)  # fmt: skip
def test_the_gradient_of_a_penalty_that_no_line_adds(penalty: str, term: str) -> None:
    text = PENALTY.format(penalty=penalty)
    (found,) = check_program(Source("loss.py", text)).findings
    assert found.repair is not None and f"dW += {term}" in found.repair.edits[0].after
    assert repaired(text, {"WG301"}) == "right"


def test_the_path_around_a_block_and_the_one_through_it() -> None:
    text = """\
import numpy as np
rng = np.random.RandomState(5)
x, w = rng.randn(4, 3), rng.randn(3, 3)
h = np.tanh(x @ w)
out = x + h
loss = np.sum(out ** 3)
dout = 3 * out ** 2
dz = dout * (1 - h ** 2)
dw = 2 * (x.T @ dz)
dx = dout
"""
    findings = check_program(Source("residual.py", text)).findings
    assert [f.line for f in findings] == [9, 10]
    assert repaired(text, {"WG210", "WG301"}) == "right"


def test_windows_that_are_read_are_places_that_lack_a_gradient() -> None:
    block = ast.parse("window = x[i * s:i * s + k]\nout[n, i] = np.max(window)\n").body
    assert windows("x", block) == ["i * s:i * s + k"]
    assert places("dx", block, ["i"], windows("x", block))[0] == "dx[i * s:i * s + k]"
    assert list(arriving(block, {"dout", "x", "out"})) == ["dout[n, i]"]


POOL = """\
import numpy as np


def make_inputs():
    return dict(x=np.random.RandomState(0).randn(2, 4, 6), dout=np.random.RandomState(1).randn(2, 2, 2))


def pool_forward(x):
    out = np.zeros((x.shape[0], x.shape[1] // 2, x.shape[2] // 3))
    for i in range(out.shape[1]):
        for j in range(out.shape[2]):
            out[:, i, j] = x[:, i * 2:(i + 1) * 2, j * 3:(j + 1) * 3].mean(axis=(1, 2))
    return out, x.shape


def pool_backward(dout, cache):
    dx = np.zeros(cache)
    for i in range(dout.shape[1]):
        for j in range(dout.shape[2]):
            share = dout[:, i, j] / 6
    return dx
"""


def test_a_window_that_no_line_fills() -> None:
    found = check_program(Source("pool.py", POOL)).findings
    assert [(f.code, f.line) for f in found] == [("WG301", 20)]
    assert found[0].repair is not None
    assert "share[:, None, None]" in found[0].repair.edits[0].after


def test_pieces_of_arrays_that_loops_go_over_by_their_last_axes() -> None:
    shapes = {"g": (5, 2, 2), "d": (5, 3, 2, 2), "w": (2,), "s": (2, 2)}
    assert [*entries(shapes, ["i", "j"])] == ["g[:, i, j]", "d[:, :, i, j]", "s[i, j]"]
    assert not [*entries(shapes, ["i"])]


def test_a_window_takes_its_share_of_every_example() -> None:
    values = {"masks[i, j]": np.ones((5, 2, 2)), "g[:, i, j]": np.ones(5), "s": np.ones((5, 2))}
    found = contributions(values, (5, 2, 2))
    assert "masks[i, j] * g[:, i, j, None, None]" in found and "masks[i, j] * s[:, :, None]" in found


def test_a_mask_without_the_gradient_that_arrives() -> None:
    text = """\
import numpy as np
rng = np.random.RandomState(2)
x, dy = rng.randn(3, 4, 4), rng.randn(3, 2, 2)

def forward(x):
    masks, y = {}, np.zeros((3, 2, 2))
    for i in range(2):
        for j in range(2):
            part = x[:, 2 * i:2 * i + 2, 2 * j:2 * j + 2]
            y[:, i, j] = part.max(axis=(1, 2))
            masks[i, j] = part == y[:, i, j][:, None, None]
    return y, (x.shape, masks)

def backward(dy, cache):
    shape, masks = cache
    dx = np.zeros(shape)
    for i in range(2):
        for j in range(2):
            dx[:, 2 * i:2 * i + 2, 2 * j:2 * j + 2] += masks[i, j]
    return dx
"""
    (finding,) = check_program(Source("example.py", text)).findings
    assert finding.line == 19 and finding.repair is not None
    assert finding.repair.edits[0].after.endswith("+= masks[i, j] * dy[:, i, j, None, None]")
