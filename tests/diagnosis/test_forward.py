"""The forward pass is a suspect where the backward pass is right for another one near it."""

import numpy as np

from whygrad.checking.measurement import measure
from whygrad.diagnosis.drafts import Draft
from whygrad.diagnosis.forward import ForwardSearch, gate_of
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
