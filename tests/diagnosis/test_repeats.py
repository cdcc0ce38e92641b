"""Slips that the rest of the text betrays: the forward pass written once more, names taken and not used."""

import ast

import numpy as np
import pytest

from whygrad.diagnosis import check_program
from whygrad.diagnosis.mutation import Material, variants
from whygrad.diagnosis.repeats import bindings, divisors, likeness_of, phrases, pieces, shares, unused_names
from whygrad.source import Source


def test_pieces_whose_names_are_known() -> None:
    statements = ast.parse("d = W[i] @ V[j] + b - np.log(x)\nk = unknown * d + 1\n").body
    known = {"W", "V", "b", "x", "np", "i", "j"}
    found = phrases(pieces(statements), known | {"d"})
    assert "W[i] @ V[j] + b - np.log(x)" in found and not any("unknown" in text for text in found)
    assert bindings(pieces(statements), known) == {"d": "W[i] @ V[j] + b - np.log(x)"}


def test_likeness_counts_tokens() -> None:
    assert likeness_of("a + b", "a + b") == 1.0
    assert 0.8 < likeness_of("w * t - np.log(t)", "w * t + b - np.log(t)") < 1.0
    assert likeness_of("dout * mask", "np.exp(-x)") < 0.3


def test_names_that_are_taken_and_never_read() -> None:
    text = "def back(dout, cache):\n    x, out, n = cache\n    return np.exp(x) * dout / n"
    function = ast.parse(text).body[0]
    assert isinstance(function, ast.FunctionDef)
    assert unused_names(function) == ["out"]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [("g = np.exp(A)", "g = np.exp(A - m[:, None])"), ("g = A * 2", "g = A / m[:, None] * 2"),
     ("g = np.sum(A)", "g = np.sum(A * m)")],
)  # fmt: skip
def test_a_forgotten_name_is_put_anywhere(text: str, wanted: str) -> None:
    values = {"A": np.ones((3, 2)), "m": np.ones(3)}
    assert wanted in {v.text for v in variants(text, Material.of(values, unused=("m",)))}


LOGSUMEXP = """\
import numpy as np
def make_inputs():
    return dict(x=np.array([[1.0, -0.5, 2.2], [0.3, 0.9, -1.4]]), dout=np.array([0.8, -1.5]))
def lse_forward(x):
    m = x.max(axis=1, keepdims=True)
    out = (m + np.log(np.exp(x - m).sum(axis=1, keepdims=True))).ravel()
    return out, (x, {kept})
def lse_backward(dout, cache):
    x, out = cache
    return {line}
"""
RIGHT = "np.exp(x - out[:, None]) * dout[:, None]"


@pytest.mark.parametrize(
    ("kept", "line", "at"),
    [("out", "np.exp(x) * dout[:, None]", 10), ("m.ravel()", RIGHT, 7), ("1 / (1 + np.exp(-out))", RIGHT, 7)],
    ids=["forgotten", "another value kept", "changed on the way"],
)
def test_the_line_and_its_repair(kept: str, line: str, at: int) -> None:
    text = LOGSUMEXP.format(kept=kept, line=line)
    found = check_program(Source("lse.py", text)).findings
    assert [f.line for f in found] == [at]
    rows = text.split("\n")
    for edit in (e for f in found if f.repair for e in f.repair.edits):
        rows[edit.line - 1] = edit.after
    assert check_program(Source("lse.py", "\n".join(rows))).status == "right"


def test_the_derivative_is_offered_where_no_slip_explains() -> None:
    text = """\
import numpy as np
x = np.array([0.3, -0.8, 1.1])
u = 0.8 * (x + 0.04 * x ** 3)
t = np.tanh(u)
loss = np.sum(0.5 * x * (1 + t))
slope = 0.8
dx = np.exp(x) * slope - np.cos(t) * 3.3
"""
    (found,) = check_program(Source("gelu.py", text)).findings
    assert found.line == 7 and found.repair is not None
    namespace: dict[str, np.ndarray] = {}
    exec("\n".join([*text.split("\n")[:6], found.repair.edits[0].after]), namespace)

    def loss(x: np.ndarray) -> complex:
        return complex(np.sum(0.5 * x * (1 + np.tanh(0.8 * (x + 0.04 * x**3)))))

    x, step = namespace["x"], 1e-30
    truth = [loss(x + 1j * step * row).imag / step for row in np.eye(3)]
    np.testing.assert_allclose(namespace["dx"], truth, rtol=1e-12)


TAPE = """\
class Var:
    def __init__(self, value):
        self.value, self.grad = value, 0.0
tape = []
def mul(a, b):
    out = Var(a.value * b.value)
    tape.append((out, [(a, b.value), (b, a.value)]))
    return out
def add(a, b):
    out = Var(a.value + b.value)
    tape.append((out, [(a, 1.0), (b, 1.0)]))
    return out
x0, y0 = 1.4, -0.6
x, y = Var(x0), Var(y0)
r = mul(add(mul(x, y), x), y)
total = r.value
r.grad = 1.0
for out, parents in reversed(tape):
    for parent, local in parents:
        parent.grad {rule}
gx = x.grad
gy = y.grad
"""


@pytest.mark.parametrize("rule", ["+= out.grad", "= local * out.grad", "+= y0 * out.grad"])
def test_the_loop_over_a_tape_is_the_place_and_not_what_reads_off_it(rule: str) -> None:
    (found,) = check_program(Source("tape.py", TAPE.format(rule=rule))).findings
    assert found.line == 20 and found.repair is not None
    after = found.repair.edits[0].after.strip()
    assert after in ("parent.grad += local * out.grad", "parent.grad += out.grad * local")


def test_a_term_that_was_computed_and_left_out_is_put_back() -> None:
    text = """\
import numpy as np
def make_inputs():
    x = np.array([[0.3, -0.8, 1.1], [0.9, 0.2, -0.4]])
    return dict(x=x, dout=x ** 2 - 0.4)
def centre(x):
    n = x.shape[1]
    return x - x.mean(axis=1, keepdims=True), n
def centre_back(dout, n):
    dmean = dout.sum(axis=1, keepdims=True)
    dx = dout
    return dx
"""
    (found,) = check_program(Source("centre.py", text)).findings
    assert found.line == 10 and found.repair is not None
    assert found.repair.edits[0].after.strip() == "dx = dout - dmean / n"


def test_a_square_is_meant_as_one_and_its_use_is_the_place() -> None:
    text = """\
import numpy as np
x = np.array([0.3, -0.8, 1.1])
y = np.tanh(x)
loss = np.sum(y ** 3)
square = y {square}
dx = 3 * y ** 2 * square
"""
    for square in ("* y", "** 2"):
        (found,) = check_program(Source("tanh.py", text.format(square=square))).findings
        assert found.line == 6


def test_what_the_forward_pass_divides_by_may_stand_for_another_divisor() -> None:
    found = pieces(ast.parse("loss = -(w * picked).sum() / self.w.sum() + b / n").body)
    assert divisors(found, {"self", "b"}) == ["self.w.sum()"] and not divisors(found, {"w", "n"})
    material = Material.of({"g": np.ones(3), "n": 3}, divisors=("self.w.sum()",))
    assert "g *= w / self.w.sum()" in {v.text for v in variants("g *= w / n", material)}


def test_a_weighted_mean_is_divided_by_its_weights_where_it_was_divided() -> None:
    text = """\
import numpy as np
s = np.array([0.5, -1.2, 0.3, 0.8])
w = np.array([0.5, 1.0, 3.0, 0.7])
t = np.array([0.2, 0.1, -0.4, 0.9])
n = len(s)
loss = np.sum(w * (s - t) ** 2) / w.sum()
ds = 2 * (s - t)
ds *= w / n
"""
    (finding,) = check_program(Source("example.py", text)).findings
    assert finding.line == 8 and finding.repair is not None
    assert finding.repair.edits[0].after == "ds *= w / w.sum()"


@pytest.mark.parametrize(
    ("line", "beside", "found"),
    [
        ("g[j] += e * U[u]", "g[i] += -e * U[u] + 2 * lam * V[i]", ["+ 2 * lam * V[j]"]),
        ("g[j] += e * U[u] + 2 * lam * V[j]", "g[i] += -e * U[u] + 2 * lam * V[i]", []),
        ("g[j] = e", "g[i] = e - lam * (V[i] - m[i])", ["- lam * (V[j] - m[j])"]),
        ("g[j] += e", "h[i] += e + lam * V[i]", []),
        ("g[j] += e", "g[j] += lam * V[j]", []),
        ("g += e", "g[i] += e + lam * V[i]", []),
    ],
)
def test_a_term_that_another_entry_gets_is_one_of_this_too(line: str, beside: str, found: list[str]) -> None:
    statements = ast.parse(f"{line}\n{beside}").body
    assert shares(statements[0], statements) == found


def test_a_penalty_that_only_one_of_two_items_gets() -> None:
    text = """
import numpy as np
U = np.array([[0.3, -0.4], [0.5, 0.9]])
V = np.array([[0.2, 0.7], [-0.6, 0.1], [0.8, -0.3]])
lam = 0.05
loss = 0.0
gU, gV = np.zeros_like(U), np.zeros_like(V)
for u, i, j in [(0, 1, 2), (0, 0, 2), (1, 2, 1)]:
    x = U[u] @ V[i] - U[u] @ V[j]
    loss += np.log(1 + np.exp(-x)) + lam * (U[u] @ U[u] + V[i] @ V[i] + V[j] @ V[j])
    e = 1 / (1 + np.exp(x))
    gU[u] += -e * (V[i] - V[j]) + 2 * lam * U[u]
    gV[i] += -e * U[u] + 2 * lam * V[i]
    gV[j] += e * U[u]{term}
"""
    assert check_program(Source("bpr.py", text.format(term=" + 2 * lam * V[j]"))).status == "right"
    (finding,) = check_program(Source("bpr.py", text.format(term=""))).findings
    assert (finding.line, finding.cause) == (14, "missing-term") and finding.repair is not None
    assert finding.repair.edits[0].after.strip() == "gV[j] += e * U[u] + 2 * lam * V[j]"
