"""Terms of one sum that each lack a slope of their own are mended together."""

from __future__ import annotations

import textwrap

import numpy as np
import pytest

from whygrad.diagnosis import check_program
from whygrad.diagnosis.mutation import Material
from whygrad.diagnosis.search import Bench
from whygrad.diagnosis.termwise import termwise
from whygrad.source import Source

CELL = textwrap.dedent("""
    import numpy as np
    def squash(v):
        return 1 / (1 + np.exp(-v))
    def squash_slope(s):
        return s * (1 - s)
    rng = np.random.RandomState(12)
    u, goal = rng.randn(5), rng.randn(4)
    A, B, C = rng.randn(4, 5), rng.randn(4, 5), rng.randn(4, 5)
    gate, fill, lid = squash(A @ u), np.tanh(B @ u), squash(C @ u)
    out = lid * np.tanh(gate * fill)
    loss = 0.5 * np.sum((out - goal) ** 2)
    dout = out - goal
    dlid = dout * np.tanh(gate * fill)
    inner = dout * lid * (1 - np.tanh(gate * fill) ** 2)
    dgate, dfill = inner * fill, inner * gate
    dA = np.outer(dgate * squash_slope(gate), u)
    dC = np.outer(dlid * squash_slope(lid), u)
    du = SUM
""").lstrip("\n")
RIGHT = (
    "A.T @ (dgate * squash_slope(gate)) + B.T @ (dfill * (1 - fill ** 2)) + C.T @ (dlid * squash_slope(lid))"
)
LACKING = [
    "A.T @ dgate + B.T @ dfill + C.T @ dlid",
    "np.dot(dgate, A) + np.dot(dfill * (1 - fill ** 2), B) + np.dot(dlid, C)",
    "-(-(dgate @ A)) + dfill @ B + (dlid * squash_slope(lid)) @ C",
]


def test_the_sum_as_it_should_be_is_right() -> None:
    assert check_program(Source("cell.py", CELL.replace("SUM", RIGHT))).status == "right"


@pytest.mark.parametrize("text", LACKING)
def test_every_term_gets_its_slope(text: str) -> None:
    wrong = CELL.replace("SUM", text).split("\n")
    result = check_program(Source("cell.py", "\n".join(wrong)))
    assert {finding.line for finding in result.findings} == {18}
    for finding in result.findings:
        assert finding.repair is not None
        for edit in finding.repair.edits:
            wrong[edit.line - 1] = edit.after
    assert check_program(Source("cell.py", "\n".join(wrong))).status == "right"


def test_signs_of_terms_count() -> None:
    rng = np.random.RandomState(1)
    values = {n: rng.uniform(0.1, 0.9, 3) for n in ("a", "b", "p", "q")}
    want = values["a"] * values["p"] * (1 - values["p"]) - values["b"] * (1 - values["q"] ** 2)
    bench = Bench([values], [want])
    (found,) = termwise("a - b", bench, Material.of(values))
    assert found.text == "(a * p * (1 - p)) - (b * (1 - q ** 2))" and len(found.slips) == 2
    assert list(termwise("a", bench, Material.of(values))) == []
