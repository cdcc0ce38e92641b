"""Another function of the user's, another method or another word is found in its place."""

from __future__ import annotations

import re
import textwrap

import pytest

from whygrad.diagnosis import check_program
from whygrad.diagnosis.callees import taken, words
from whygrad.source import Source

MARK = re.compile(r"<<(.*?)\|\|(.*?)>>")

CASES = {
    "a rule that takes the gradient and what was kept": """
        import numpy as np
        def bend(v):
            return np.tanh(v), v
        def cut(v):
            return np.maximum(v, 0), v
        def bend_back(up, kept):
            return up * (1 - np.tanh(kept) ** 2)
        def cut_back(up, kept):
            return up * (kept > 0)
        rng = np.random.RandomState(2)
        x, V, U, goal = rng.randn(4, 3), rng.randn(3, 5), rng.randn(5, 2), rng.randn(4, 2)
        h, kept1 = cut(x @ V)
        y, kept2 = bend(h @ U)
        loss = 0.5 * np.sum((y - goal) ** 2)
        dy = bend_back(y - goal, kept2)
        dU = h.T @ dy
        dh = <<bend||cut>>_back(dy @ U.T, kept1)
        dV = x.T @ dh
    """,
    "a word that chooses the rule": """
        import numpy as np
        def activate(v, kind):
            return np.tanh(v) if kind == "tanh" else np.maximum(v, 0.1 * v)
        def slope(v, kind):
            if kind == "tanh":
                return 1 - np.tanh(v) ** 2
            elif kind == "leaky":
                return np.where(v > 0, 1.0, 0.1)
        rng = np.random.RandomState(3)
        x, A, B, t = rng.randn(6, 3), rng.randn(3, 4), rng.randn(4, 2), rng.randn(6, 2)
        first = x @ A
        second = activate(first, "leaky") @ B
        loss = np.sum((activate(second, kind="tanh") - t) ** 2)
        d_second = 2 * (activate(second, "tanh") - t) * slope(second, kind=<<"leaky"||"tanh">>)
        d_B = activate(first, "leaky").T @ d_second
        d_first = d_second @ B.T * slope(first, "leaky")
        d_A = x.T @ d_first
    """,
}


@pytest.mark.parametrize("name", CASES)
def test_the_call_is_mended(name: str) -> None:
    text = textwrap.dedent(CASES[name]).lstrip("\n")
    right, wrong = MARK.sub(lambda m: m[2], text), MARK.sub(lambda m: m[1], text)
    assert check_program(Source("right.py", right)).status == "right"
    (finding,) = check_program(Source("wrong.py", wrong)).findings
    (marked,) = [n for n, line in enumerate(text.split("\n"), 1) if MARK.search(line)]
    assert finding.line == marked and finding.repair is not None
    assert [edit.after for edit in finding.repair.edits] == [right.split("\n")[marked - 1]]


def test_functions_are_known_by_how_many_arguments_they_take() -> None:
    class Layer:
        def slope(self, x: float, leak: float = 0.0) -> float:
            return x * leak

        @staticmethod
        def ramp(x: float) -> float:
            return x

    def step(x: float, y: float) -> float:
        return x + y

    def any_number(*x: float) -> float:
        return sum(x)

    found = taken({"step": step, "any_number": any_number, "len": len}, {"self": Layer()})
    assert found == {"step": (2, 2), "self.slope": (1, 2), "self.ramp": (1, 1)}


def test_words_are_those_that_are_compared() -> None:
    text = "k = 'a'\nif k == 'relu' or k in ('tanh', 'sigmoid'):\n    pass\n"
    assert words(text) == ("relu", "tanh", "sigmoid")
