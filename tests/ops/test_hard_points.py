"""The table of hard points, from the calls that people write: the gradient at the stated point."""

from __future__ import annotations

import numpy as np
import pytest
from bench.hard_points import BEGIN, LIBRARIES, PAGE, Whygrad, answer, cell, is_right
from bench.point_rows import EYE, POINTS
from bench.structure_rows import STRUCTURES

import whygrad as wg
from whygrad.errors import NoRuleError
from whygrad.ops import lookup
from whygrad.ops.gaps import GAPS, reason

MORE = {
    "norm of order 3": (lambda x: np.linalg.norm(x, 3), np.zeros(2), [0.0, 0.0]),
    "logaddexp2": (lambda x: np.logaddexp2(x, 0.0), 1000.0, 1.0),
    "sum of eigvalsh": (lambda x: np.sum(np.linalg.eigvalsh(x)), EYE, EYE),
    "overflow before a root": (lambda x: np.sqrt(np.exp(x)), 2000.0, np.nan),
    "overflow that saturates": (lambda x: np.tanh(np.exp(x)), 1000.0, 0.0),
    "log of a sum": (lambda x: np.log(np.sum(np.exp(x))), np.array([1000.0, 0.0]), [np.nan, np.nan]),
}
ROWS = (*POINTS, *STRUCTURES)
WHYGRAD = Whygrad()


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.name} {getattr(row, 'where', '')}")
def test_the_answer_to_a_hard_point_is_right(row):
    found = answer(WHYGRAD, row)
    assert is_right(found, row), f"{found!r}, and right is: {row.says}"


def committed():
    """Row by row, what the page says that whygrad answers."""
    cells = [line.split(" | ") for line in PAGE.read_text(encoding="utf-8").partition(BEGIN)[2].splitlines()]
    columns = [c for c in cells if len(c) > 3 and not c[0].startswith(("| function", "| case", "|---"))]
    return [c[3] if c[0].startswith("| `") else c[2] for c in columns]


@pytest.mark.parametrize(("row", "said"), zip(ROWS, committed(), strict=True))
def test_the_page_says_what_is_measured(row, said):
    """The column of whygrad, which alone can change here; the others are of the versions stated there."""
    if not getattr(row, "timed", False):
        assert cell(WHYGRAD, row) == said


def test_the_page_has_every_library():
    head = PAGE.read_text(encoding="utf-8").partition(BEGIN)[2].splitlines()[0]
    assert all(f"{kind.package} " in head for kind in LIBRARIES)


@pytest.mark.parametrize("name", MORE)
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_gradient_at_a_hard_point(name):
    function, at, expected = MORE[name]
    np.testing.assert_allclose(wg.grad(function)(at), expected, rtol=1e-13, atol=1e-15)


@pytest.mark.parametrize("name", ["nextafter", "histogram", "i0"])
def test_what_is_listed_as_a_gap_is_refused(name):
    rest = {"nextafter": (0.5,), "histogram": (50,), "i0": ()}[name]
    assert reason(f"numpy.{name}")
    with pytest.raises(NoRuleError, match=name):
        wg.grad(lambda x: np.sum(getattr(np, name)(x, *rest)))(np.array([[1.0, 2.0], [4.0, 3.0]]))


def test_the_list_of_gaps_is_true():
    """Nothing listed has a rule, and everything listed is a function of NumPy's."""
    for name in GAPS:
        function = np
        for part in name.split("."):
            function = getattr(function, part)
        found = lookup(function)
        assert found is None or found.op.rule is None, name
