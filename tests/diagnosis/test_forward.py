"""The forward pass is a suspect where the backward pass is right for another one near it."""

import ast

import numpy as np
import pytest

from whygrad.checking.measurement import measure
from whygrad.diagnosis import check_program
from whygrad.diagnosis.drafts import Draft
from whygrad.diagnosis.forward import ForwardSearch, gate_of, output_end
from whygrad.diagnosis.omissions import is_norm
from whygrad.source import Source

TEXT = """\
import math
w = 0.7
x = 1.9
p = w * x
a = 1 / 1 + math.exp(-p)
grad_w = a * (1 - a) * x
"""


def test_missing_parentheses_are_found_by_the_backward_line() -> None:
    source = Source("script.py", TEXT)
    best = ForwardSearch(measure(source), Draft.of(source), 5.0).best()[0]
    assert best.solution.text == "a = 1 / (1 + math.exp(-p))"
    assert best.explained == ("grad_w",)
    assert best.gate == "sigmoid"


def test_gates_are_known_by_value() -> None:
    z = np.array([0.3, -1.0, 2.0])
    assert gate_of(np.tanh(z), {"z": z}) == "tanh"
    assert gate_of(np.maximum(z, 0), {"z": z}) == "relu"
    assert gate_of(z**2, {"z": z}) == ""


def test_what_only_the_return_reads_is_read() -> None:
    text = (
        "import numpy as np\n\n\ndef forward(x, w):\n    s = 2 * x\n    return s @ w, (x, w)\n\n\n"
        "def backward(dout, cache):\n    x, w = cache\n    return dout @ w.T, 2 * x.T @ dout\n"
    )
    source = Source("layer.py", text)
    assert ForwardSearch(measure(source), Draft.of(source), 0.0).unread() == []


def test_lists_of_several_shapes_are_read_as_well() -> None:
    text = (
        "import numpy as np\nw = [np.ones((2, 3)), np.ones((1, 2))]\nx = np.array([0.3, -0.4, 0.5])\n"
        "loss = np.sum(w[1] @ np.sin(w[0] @ x))\n"
        "dw = [np.outer(w[1][0], x), np.sin(w[0] @ x)[None, :]]\n"
    )
    source = Source("net.py", text)
    evidence = measure(source)
    assert [c.name for c in evidence.claims if c.verdict == "wrong"] == ["dw"]
    assert ForwardSearch(evidence, Draft.of(source), 0.0).unread() == []


def test_a_part_of_a_sum_is_meant_and_a_write_in_place_may_not_be() -> None:
    from whygrad.diagnosis.forward import _removes
    from whygrad.diagnosis.slips import Slip

    assert _removes(Slip("index", "w[1:]", "w", 0, 1.3))
    assert not _removes(Slip("in-place", "x[:]", "x", 0, 1.0))


PAIR = """\
import numpy as np


def make_inputs():
    rng = np.random.RandomState(4)
    return dict(u=rng.randn(4, 3), v=rng.randn(3, 2), c=rng.randn(2), dout=rng.randn(4, 2))


def layer_forward(u, v, c):
    s = np.cos(u @ v)
    return OUTPUT, (u, v, c, s)


def layer_backward(dout, cache):
    u, v, c, s = cache
    dc = (dout * s).sum(axis=0)
    dz = -dout * c * np.sin(u @ v)
    return dz @ v.T, u.T @ dz, dc
"""


def first_edit(text: str) -> tuple[int, str]:
    finding = check_program(Source("layer.py", text)).findings[0]
    return finding.line, finding.repair.edits[0].after.strip() if finding.repair else ""


@pytest.mark.parametrize("wrong", ["s", "s + 0 * u.sum()"])
def test_an_input_that_only_the_backward_pass_reads(wrong: str) -> None:
    line, after = first_edit(PAIR.replace("OUTPUT", wrong))
    assert (line, "c" in after) == (11, True)
    source = Source("layer.py", PAIR.replace("OUTPUT", "s * c"))
    assert check_program(source).status == "right"


def test_what_only_a_size_is_read_of_is_not_read() -> None:
    text = (
        "import numpy as np\nt = np.array([0.4, -1.0, 0.2, 0.9])\nf = np.array([0.5, -0.3])\n"
        "m = len(t) - len(f) + 1\nr = np.zeros(m)\nfor i in range(m):\n"
        "    r[i] = np.sum(t[i:i + len(f)])\nloss = np.sum(r ** 3)\n"
        "dr = 3 * r ** 2\ndf = np.zeros_like(f)\ndt = np.zeros_like(t)\nfor i in range(m):\n"
        "    df += dr[i] * t[i:i + len(f)]\n    dt[i:i + len(f)] += dr[i] * f\n"
    )
    source = Source("filter.py", text)
    assert ForwardSearch(measure(source), Draft.of(source), 0.0).unread() == ["f"]
    line, after = first_edit(text)
    assert line == 7 and "f" in after.replace("len(f)", "")


def test_an_output_of_another_shape_than_the_upstream_gradient() -> None:
    line, after = first_edit(PAIR.replace("OUTPUT", "c"))
    assert line == 11 and after in ("return s * c, (u, v, c, s)", "return c * s, (u, v, c, s)")


def test_a_quotient_is_no_mere_factor() -> None:
    text = (
        "import numpy as np\n\n\ndef unit(v):\n    length = np.sqrt(np.sum(v * v))\n"
        "    return v * length, (v, length)\n"
        "\n\ndef unit_backward(dout, cache):\n    v, length = cache\n"
        "    return dout / length - v * np.sum(dout * v) / length ** 3\n"
        "\n\ndef make_inputs():\n"
        "    return dict(v=np.array([0.3, -1.1, 0.8]), dout=np.array([1.0, 0.4, -0.6]))\n"
    )
    assert first_edit(text) == (6, "return v / length, (v, length)")


def test_one_edit_that_makes_several_right_and_another_fault_behind_it() -> None:
    text = """\
import numpy as np
rng = np.random.RandomState(6)
x, w, b = rng.randn(6, 4), rng.randn(4, 5), rng.randn(5)
v, goal = rng.randn(5, 2), rng.randn(6, 2)
h = np.sin(x @ w + b)
y = h @ v
loss = np.mean((y - goal) ** 2)
dy = 2 * (y - goal) / y.size
dv = h.T @ y
dh = dy @ v.T
dz = dh * (1 - h * h)
dw = x.T @ dz
db = dz.sum(axis=0)
"""
    findings = check_program(Source("two.py", text)).findings
    edits = {e.line: e.after for f in findings if f.repair for e in f.repair.edits}
    assert edits == {5: "h = np.tanh(x @ w + b)", 9: "dv = h.T @ dy"}


def test_a_loss_of_many_numbers_whose_mean_is_differentiated() -> None:
    text = (
        "import numpy as np\nx, t = np.array([0.2, 1.4, -0.5]), np.array([1.0, 0.5, 0.0])\n"
        "p = np.tanh(x)\nloss = (p - t) ** 2\ndp = 2 * (p - t) / len(t)\ndx = dp * (1 - p ** 2)\n"
    )
    assert first_edit(text) == (4, "loss = np.mean((p - t) ** 2)")
    # Without its factor the gradient is that of the sum, which many numbers stand for.
    assert check_program(Source("layer.py", text.replace(" / len(t)", ""))).status == "right"


def test_what_stands_behind_the_output_is_kept() -> None:
    node = ast.parse("return out, (x, w)").body[0]
    assert output_end(node) == len("return out, ")
    assert output_end(ast.parse("return out").body[0]) > 1000
    assert output_end(ast.parse("out = a, b").body[0]) > 1000


def test_the_sum_of_a_term_that_is_left_as_many_numbers() -> None:
    text = (
        "import numpy as np\n\n\ndef make_inputs():\n    draw = np.random.RandomState(3).randn\n"
        "    return dict(P=draw(4, 2), Q=draw(5, 2), R=draw(4, 5), lam=0.3)\n\n\n"
        "def loss(P, Q, R, lam):\n    E = P @ Q.T - R\n"
        "    value = 0.5 * np.sum(E ** 2) + 0.5 * lam * (P ** 2 + np.sum(Q ** 2))\n"
        "    dP = E @ Q + lam * P\n    dQ = E.T @ P + lam * Q\n    return value, dP, dQ\n"
    )
    (finding,) = check_program(Source("user.py", text)).findings
    assert finding.line == 11
    assert finding.repair is not None
    assert "(np.sum(P ** 2) + np.sum(Q ** 2))" in finding.repair.edits[0].after


GATED = """\
import numpy as np
def make_inputs():
    rng = np.random.RandomState(6)
    shapes = {"x": (4, 3), "A": (3, 2), "B": (3, 2), "C": (3, 2), "p": (2,), "q": (2,), "r": (2,)}
    return {**{name: rng.randn(*shape) for name, shape in shapes.items()}, "dout": rng.randn(4, 2)}
def forward(x, A, B, C, p, q, r):
    one = np.tanh(x @ A + p)
    two = 1 / (1 + np.exp(-(x @ B + p)))
    raw = x @ C + p
    return one * two + np.sin(raw), (x, A, B, C, one, two, raw)
def backward(dout, cache):
    x, A, B, C, one, two, raw = cache
    d1 = dout * two * (1 - one ** 2)
    d2 = dout * one * two * (1 - two)
    d3 = dout * np.cos(raw)
    dx = d1 @ A.T + d2 @ B.T + d3 @ C.T
    return dx, x.T @ d1, x.T @ d2, x.T @ d3, d1.sum(axis=0), d2.sum(axis=0), d3.sum(axis=0)
"""


def test_each_of_two_inputs_that_nothing_reads_gets_its_own_place() -> None:
    findings = check_program(Source("gated.py", GATED)).findings
    edits = {e.line: e.after.strip() for f in findings if f.repair for e in f.repair.edits}
    assert edits[8].endswith("(x @ B + q)))") and edits[9] == "raw = x @ C + r"


def test_a_minus_that_is_typed_is_meant() -> None:
    text = (
        "import numpy as np\nrng = np.random.RandomState(3)\nu, v = rng.randn(3), rng.randn(5, 3)\n"
        "p = 1 / (1 + np.exp(-(-(v @ u))))\nloss = -np.sum(np.log(p))\n"
        "du = SIGN(p - 1) @ v\ndv = SIGNnp.outer(p - 1, u)\n"
    )
    assert check_program(Source("signs.py", text.replace("SIGN", "-"))).status == "right"
    result = check_program(Source("signs.py", text.replace("SIGN", "")))
    assert [finding.line for finding in result.findings] == [6, 7]


SINGLE = """\
import numpy as np
X = np.random.RandomState(1).randn(4, 3)
w = np.random.RandomState(2).randn(3)
loss = 0.5 * np.sum(w ** 2)
for k in range(4):
    s = 1 / (1 + np.exp(-X[k] @ w))
    loss = loss - np.log(s)
dw = w
"""


def test_a_single_number_is_not_divided_by_its_own_sum() -> None:
    """It were one, whatever the inputs are, and the backward pass right for a part that says nothing."""
    source = Source("gate.py", SINGLE)
    search = ForwardSearch(measure(source), Draft.of(source), 5.0)
    edits = [v.slip for v, suspect in search._omissions([]) if suspect.line == 6]
    assert edits and not any(map(is_norm, edits))
    rows = SINGLE.replace("-X[k] @ w", "-X @ w").replace("np.log(s)", "np.sum(np.log(s))")
    search = ForwardSearch(measure(Source("gate.py", rows)), Draft.of(Source("gate.py", rows)), 5.0)
    assert any(is_norm(v.slip) for v, suspect in search._omissions([]) if suspect.line == 6)
