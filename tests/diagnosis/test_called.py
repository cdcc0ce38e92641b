"""What a function returns is mended by the value that the line which calls it should give."""

from __future__ import annotations

import ast
import re
import textwrap

import numpy as np
import pytest

from whygrad.diagnosis import check_program
from whygrad.diagnosis.called import calls_in, no_longer_called
from whygrad.diagnosis.search import Bench
from whygrad.source import Source

MARK = re.compile(r"<<(.*?)\|\|(.*?)>>")

CASES = {
    "a slope by the value, of a function whose slope was taken by its argument": """
        import numpy as np
        def softplus(v):
            return np.log(1 + np.exp(v))
        def slope(out):
            return <<1 / (1 + np.exp(-out))||1 - np.exp(-out)>>
        rng = np.random.RandomState(4)
        x, W, V, t = rng.randn(3), rng.randn(3, 4), rng.randn(4, 2), rng.randn(2)
        h = softplus(x @ W)
        y = softplus(h @ V)
        loss = np.sum((y - t) ** 2) / 2
        d2 = (y - t) * slope(y)
        dV = np.outer(h, d2)
        d1 = (V @ d2) * slope(h)
        dW = np.outer(x, d1)
    """,
    "a slope that a product written as a call takes": """
        import numpy as np
        def rational(z):
            return z / (1 + np.abs(z))
        def rational_slope(z):
            return <<1 / (1 + z ** 2)||1 / (1 + np.abs(z)) ** 2>>
        rng = np.random.RandomState(5)
        X, W1, W2, Y = rng.randn(3, 6), rng.randn(4, 3), rng.randn(2, 4), rng.randn(2, 6)
        Z1 = np.dot(W1, X)
        A1 = rational(Z1)
        cost = np.sum((np.dot(W2, A1) - Y) ** 2)
        dZ2 = 2 * (np.dot(W2, A1) - Y)
        dW2 = np.dot(dZ2, A1.T)
        dA1 = np.dot(W2.T, dZ2)
        dZ1 = np.multiply(dA1, rational_slope(Z1))
        dW1 = np.dot(dZ1, X.T)
    """,
}


@pytest.mark.parametrize("name", CASES)
def test_the_function_is_mended_and_not_the_lines_that_call_it(name: str) -> None:
    text = textwrap.dedent(CASES[name]).lstrip("\n")
    right, wrong = MARK.sub(lambda m: m[2], text), MARK.sub(lambda m: m[1], text)
    assert check_program(Source("right.py", right)).status == "right"
    (finding,) = check_program(Source("wrong.py", wrong)).findings
    (marked,) = [n for n, line in enumerate(text.split("\n"), 1) if MARK.search(line)]
    assert finding.line == marked and finding.repair is not None
    (edit,) = finding.repair.edits
    lines = wrong.split("\n")
    lines[marked - 1] = edit.after
    assert check_program(Source("mended.py", "\n".join(lines))).status == "right"


def test_what_a_call_should_have_given_is_worked_out_through_the_operations_around_it() -> None:
    bench = Bench(
        [{"g": np.array([2.0, 4.0]), "y": np.array([0.5, 3.0])}],
        [np.array([9.0, 7.0])],
        {"double": lambda v: 2 * v},
    )
    (found,) = calls_in("1 + g * double(y)", bench)
    assert found.function == "double"
    assert np.array_equal(found.gave[0], [1.0, 6.0]) and np.array_equal(found.wants[0], [4.0, 1.5])


def test_a_function_is_passed_over_where_an_edit_calls_it_no_longer() -> None:
    tree = ast.parse("def slope(v):\n    return v\n")
    assert no_longer_called(tree, "d = g * slope(y)", "d = g * (1 - y)")
    assert not no_longer_called(tree, "d = g * slope(y)", "d = g * slope(z)")
    assert not no_longer_called(tree, "d = g * np.sign(y)", "d = g")
