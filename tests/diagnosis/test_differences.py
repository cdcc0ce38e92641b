"""The part of a line that is wrong, from the value that the whole should have."""

import ast

import numpy as np
import pytest

from whygrad.diagnosis import check_program
from whygrad.diagnosis.differences import differences, parts
from whygrad.diagnosis.fragments import Fragment
from whygrad.diagnosis.mutation import Material
from whygrad.diagnosis.search import Bench
from whygrad.source import Source

RNG = np.random.RandomState(3)
SPACES = [
    {"g": RNG.randn(4, 3), "p": RNG.rand(4, 3), "s": RNG.rand(4, 1) + 1.0, "f": RNG.randn(4, 3), "n": 3}
    for _ in range(3)
]


def solve(wrong: str, right: str) -> list[str]:
    wants = [eval(right, {"np": np}, dict(space)) for space in SPACES]
    bench = Bench(SPACES, wants, {"np": np})
    return [s.text for s in differences(wrong, bench, Material.of(SPACES[0]))]


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("g * p * (1 - p)", "p * (g - np.sum(g * p, axis=1, keepdims=True))"),
        ("(n * g) / s", "(n * g - f) / s"),
        ("(n * g - p) / (n * s)", "(n * g - p - p * np.sum(g * p, axis=1, keepdims=True)) / (n * s)"),
        ("(g * p) / s ** 2", "(g * p - f * s) / s ** 2"),
        ("-(g + p) * f", "-(g + p - f) * f"),
    ],
)
def test_a_part_is_completed(wrong: str, right: str) -> None:
    found = solve(wrong, right)
    assert found
    for space in SPACES:
        got, want = (eval(t, {"np": np}, dict(space)) for t in (found[0], right))
        assert np.allclose(got, want)
    assert len(found[0]) <= len(right) + 12


def test_nothing_is_said_where_no_part_explains_it() -> None:
    assert solve("g * p", "np.sin(7 * g) + np.cos(f) ** 3") == []


def test_factors_of_shapes_that_do_not_fit_are_left_alone() -> None:
    bench = Bench([{"a": np.ones((5, 4)), "b": np.ones((5, 1))}], [np.ones((5, 2))], {"np": np})
    assert list(differences("a * b", bench, Material.of(bench.environments[0]))) == []


def test_parts_have_the_values_that_make_the_whole_right() -> None:
    bench = Bench([{"a": 6.0, "b": 3.0, "c": 2.0}], [10.0])
    fragment = Fragment("(a - b) / c")
    assert fragment.value is not None
    found = {ast.unparse(n): float(w) for n, w in parts(fragment, fragment.value, np.asarray(10.0), bench)}
    assert found == {"(a - b) / c": 10.0, "a - b": 20.0, "a": 23.0, "b": -14.0, "c": 0.3}


def test_factors_left_to_right() -> None:
    fragment = Fragment("a * (b + c) * d")
    assert fragment.value is not None
    assert [fragment.segment(n) for n in fragment.factors(fragment.value)] == ["a", "b + c", "d"]


@pytest.mark.parametrize("loss", ["np.sum((X.dot(W) - y) ** 2)", "np.sum((X.dot(W) - y) ** 2) / X.shape[0]"])
def test_a_factor_is_said_by_a_number_of_the_text_not_by_sizes_that_equal_it(loss: str) -> None:
    text = f"""\
import numpy as np
def loss(W, X, y, reg):
    l = {loss}
    l += 0.05 * reg * np.sum(W * W)
    dW = 2 * X.T.dot(X.dot(W) - y)
    dW /= {"X.shape[0]" if "shape" in loss else "1"}
    dW += reg * W
    return l, dW
"""
    (finding,) = check_program(Source("user.py", text)).findings
    assert finding.repair is not None
    (edit,) = finding.repair.edits
    space = {"W": 3.0, "reg": 0.5, "dW": 0.0}
    exec(edit.after.strip(), space)
    assert space["dW"] == pytest.approx(0.1 * 0.5 * 3.0)
