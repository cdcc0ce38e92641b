"""An exception is got past by the edit that was meant."""

import ast
import textwrap
from dataclasses import replace

import pytest

from whygrad.checking.evidence import Failure, Hints
from whygrad.checking.programs import GIVEN, Program
from whygrad.diagnosis import check_program
from whygrad.diagnosis.drafts import Draft
from whygrad.diagnosis.exceptions import _in_scope, get_past
from whygrad.source import Source


def ways_past(text: str) -> list[str]:
    source = Source("script.py", text)
    program = Program(source, hints=Hints())
    failure = program.run(GIVEN)
    assert isinstance(failure, Failure)
    return [fix.draft.text for fix in get_past(program, Draft.of(source), failure)]


@pytest.mark.parametrize(
    ("text", "wrong", "right"),
    [
        ("p = [3.0]\ny = -p\n", "[3.0]", "3.0"),
        ("grad_out = 2.0\ndx = grad_uot * 3\n", "grad_uot", "grad_out"),
        ("import numpy as np\nx = np.ones((2, 3))\nw = np.ones((2, 3))\ny = x @ w\n", "x @ w", "x @ w.T"),
        ("a = 2.0\nb = 3.0\nc = a @ b\n", "@", "*"),
        ("w = [1.0, 2.0]\ny = w[2] * 3\n", "w[2]", "w[1]"),
        ("x = 1.0\ndX = 2.0\ndy = dx + x\ndz = dx\n", "dX", "dx"),
        ("def f(cache):\n    x, y = x\n    return x\n\n\nf((1.0, 2.0))\n", "= x\n", "= cache\n"),
        ("a = 2.0\nb = a.T * 3\n", "a.T", "a"),
        (
            "t = 0\nfor i in range(3):\n    for j in range(i):\n        f = i * j\n    t += f\n",
            "    t += f",
            "        t += f",
        ),
        ("import numpy as np\nx = np.ones(3)\ns = x.sum()\ny = s.dot(x)\n", "s.dot", "x.dot"),
        # the line that raises is far behind the one that is wrong
        (
            "import numpy as np\nx = np.ones((2, 3))\nw = np.ones((3, 4))\nh = np.sum(x @ w)\n"
            "a = np.tanh(h)\nb = a * 2\ny = b[:, 1]\n",
            "np.sum(x @ w)",
            "x @ w",
        ),
        (
            "import numpy as np\nx = np.ones(5)\nk = 2\nn = len(x) + k + 1\nr = np.zeros(4)\n"
            "for i in range(n):\n    r[i] = x[i] * 2\n",
            "+ k",
            "- k",
        ),
    ],
)
def test_the_edit_is_among_them(text: str, wrong: str, right: str) -> None:
    assert text.replace(wrong, right) in ways_past(text)


def test_what_no_edit_mends() -> None:
    assert ways_past("raise RuntimeError('stop')\n") == []


def test_no_module_stands_where_an_unknown_name_does() -> None:
    text = "import numpy as np\ngain = np.ones(2)\nstate.shape = (2,)\n"
    assert not [found for found in ways_past(text) if "np.shape = " in found]


LAYER = """\
import numpy as np


def make_inputs():
    rng = np.random.RandomState(8)
    return dict(a=rng.randn(4, 3), b=rng.randn(3, 2), dout=rng.randn(4, 2))


def product_forward(a, b):
    out = np.sin(a @ b)
    return out, KEPT


def product_backward(dout, cache):
    a, b = cache
    dz = DZ
    da = dz @ b.T
    db = DB
    return da, db
"""


@pytest.mark.parametrize(
    ("place", "wrong", "line", "after"),
    [
        ("KEPT", "(a, a)", 11, "return out, (a, b)"),  # what one function keeps raises in the other
        ("DZ", "np.sum(dout * np.cos(a @ b))", 16, "dz = dout * np.cos(a @ b)"),
        ("DB", "a @ dz", 18, "db = a.T @ dz"),
        ("DB", "a.T @ da", 18, "db = a.T @ dz"),
        ("DB", "a.T @ dq", 18, "db = a.T @ dz"),
    ],
)
def test_the_edit_after_which_the_gradients_are_right(place: str, wrong: str, line: int, after: str) -> None:
    right = {"KEPT": "(a, b)", "DZ": "dout * np.cos(a @ b)", "DB": "a.T @ dz"}
    text = LAYER
    for name, value in {**right, place: wrong}.items():
        text = text.replace(name, value)
    findings = check_program(Source("product.py", text)).findings
    assert [f.line for f in findings] == [line]
    assert findings[0].repair and [e.after.strip() for e in findings[0].repair.edits] == [after]


def test_the_names_of_the_function_that_raises_are_known() -> None:
    text = (
        "import numpy as np\n\n\ndef f(p):\n    inner = p * 2\n    return np.ones(3) @ p\n\n\n"
        "f(np.ones((2, 3)))\n"
    )
    assert text.replace("@ p", "@ p.T") in ways_past(text)
    failure = Program(Source("f.py", text), hints=Hints()).run(GIVEN)
    assert isinstance(failure, Failure) and "inner" in _in_scope(failure, ast.parse(text))


def test_what_the_driver_has_bound_is_not_in_scope() -> None:
    text = "k = 2\n\n\ndef f(p):\n    return q\n\n\nf(1.0)\ndout = 3.0\n"
    failure = Program(Source("f.py", text), hints=Hints()).run(GIVEN)
    assert isinstance(failure, Failure)
    failure = replace(failure, namespace={**failure.namespace, "driven": 1.0})
    assert set(_in_scope(failure, ast.parse(text))) == {"k", "f", "p"}


def test_the_examples_are_not_what_is_wrong_where_a_backward_pass_raises() -> None:
    text = textwrap.dedent("""
        import numpy as np
        def examples():
            draw = np.random.RandomState(2).randn
            return dict(signal=draw(6), taps=draw(3), arriving=draw(4))
        def smoothed(signal, taps):
            made = np.array([np.sum(signal[k:k + 3] * taps) for k in range(4)])
            return made, (signal, taps)
        def smoothed_back(arriving, cache):
            signal, taps = cache
            d_signal, d_taps = np.zeros(6), np.zeros(3)
            for k in range(4):
                first, last = k + 1, k + 4
                d_taps += arriving[k] * signal[first:last]
                d_signal[first:last] += arriving[k] * taps
            return d_signal, d_taps
    """)
    result = check_program(Source("raises.py", text))
    edited = [e.line for f in result.findings if f.repair for e in f.repair.edits]
    others = [e.line for f in result.findings for a in f.alternatives for e in a.repair.edits]
    assert not {4, 5} & {*edited, *others}
