"""Code that ran once, and is read as it was meant."""

import textwrap

import pytest

from whygrad.checking.dated import updated
from whygrad.checking.examples.complaints import Complaint
from whygrad.checking.measurement import measure
from whygrad.source import Source

ONE_NUMBER = Complaint("ValueError", "setting an array element with a sequence.", (), line=4)
NO_NUMBER = Complaint("TypeError", "only 0-dimensional arrays can be converted to Python scalars", (), line=4)
FRACTION = Complaint(
    "TypeError", "'float' object cannot be interpreted as an integer", (), names=("out", "n", "rows"), line=4
)


@pytest.mark.parametrize(
    ("complaint", "line", "meant"),
    [
        (ONE_NUMBER, "    z[i, 0] = step(x, w) + b", "    z[i, 0] = np.squeeze(step(x, w) + b)"),
        (NO_NUMBER, "    s = np.sum(x * w) + float(b)", "    s = np.sum(x * w) + float(np.squeeze(b))"),
        (FRACTION, "    out = np.zeros((n / 2, rows))", "    out = np.zeros((n // 2, rows))"),
    ],
)
def test_the_statement_that_raised_is_read_as_it_once_ran(
    complaint: Complaint, line: str, meant: str
) -> None:
    text = f"import numpy as np\n\ndef f(x, w, b, z, i, n, rows):\n{line}\n    return z\n"
    found = updated(text, complaint)
    assert found is not None
    assert found[0].split("\n")[3] == meant
    assert "line 4" in found[1]


def test_only_what_the_raising_line_reads_is_divided_without_a_rest() -> None:
    text = "def f(h, n):\n    rows = 1 + (h - 2) / 2\n    mean = h / 3\n    out = [0] * rows\n"
    text += "\ndef g(h):\n    rows = h / 2\n    return rows\n"
    found = updated(text, FRACTION)
    assert found is not None
    assert found[0] == text.replace("(h - 2) / 2", "(h - 2) // 2")


def test_what_raises_for_another_reason_is_left_alone() -> None:
    assert updated("a = 1 / 0\n", Complaint("ZeroDivisionError", "division by zero", (), line=1)) is None


POOL = """
    import numpy as np

    def pool_forward(x, pool_size):
        "x is an array of shape (N, D)"
        rows = 1 + (x.shape[0] - pool_size) / pool_size
        out = np.zeros((rows, x.shape[1]))
        for i in range(rows):
            out[i] = np.max(x[i * pool_size : (i + 1) * pool_size], axis=0)
        return out, (x, pool_size)

    def pool_backward(dout, cache):
        x, pool_size = cache
        dx = np.zeros_like(x)
        for i in range(dout.shape[0]):
            part = x[i * pool_size : (i + 1) * pool_size]
            dx[i * pool_size : (i + 1) * pool_size] += (part == part.max(axis=0)) * {factor}dout[i]
        return dx
"""


@pytest.mark.parametrize(("factor", "verdict"), [("", "right"), ("2 * ", "wrong")])
def test_layers_of_python_2_are_checked(factor: str, verdict: str) -> None:
    evidence = measure(Source("pool.py", textwrap.dedent(POOL).format(factor=factor)))
    assert evidence.verdict == verdict
    assert any("Python 2" in note for note in evidence.notes)
