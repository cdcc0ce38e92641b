"""The table of operations: every record is in it, and its formulas are true."""

from __future__ import annotations

import math

import mpmath
import numpy as np
import pytest

from whygrad.errors import UsageError
from whygrad.explanation.operations import page_of_operation, table_of_operations
from whygrad.ops import OPS
from whygrad.rendering.text import render_text
from whygrad.report import Table
from whygrad.rules import Elementwise


def rows() -> dict[str, list[str]]:
    table = next(block for block in table_of_operations().blocks if isinstance(block, Table))
    return {row[0].text: [cell.text for cell in row[1:]] for row in table.rows}


ROWS = rows()


def test_every_operation_is_told() -> None:
    assert set(ROWS) == {op.name for op in OPS.values() if op.rule is not None}
    text = render_text(table_of_operations(), width=100, color=False)
    assert [op.name for op in OPS.values() if op.name not in text] == []
    assert [name for name, (*_, words) in ROWS.items() if not words] == []


def test_most_operations_have_a_formula() -> None:
    without = [name for name, (formula, *_) in ROWS.items() if not formula]
    elementwise = [name for name in without if isinstance(OPS[name].rule, Elementwise)]
    assert elementwise == ["sinc"], "whose formula is a series near 0"
    assert len(without) < 20


SPECIAL = {
    "polygamma": lambda x, n: float(mpmath.polygamma(n, x)),
    "gamma": math.gamma,
    "expit": lambda x: 1 / (1 + math.exp(-x)),
}


def scope(**names: float) -> dict[str, object]:
    """What a formula may name."""
    return {**{n: getattr(np, n) for n in dir(np)}, "abs": abs, **SPECIAL, **names}


UNARY = [
    name
    for name, (formula, *_) in ROWS.items()
    if isinstance(OPS[name].rule, Elementwise) and formula and "by " not in formula
    if name not in ("inside", "stop_gradient", "polygamma", "gammaln", "erf", "erfc", "expit", "logit")
]
BINARY = [
    "add",
    "subtract",
    "multiply",
    "divide",
    "power",
    "logaddexp",
    "arctan2",
    "hypot",
    "maximum",
    "remainder",
]


@pytest.mark.parametrize("name", UNARY)
def test_a_formula_of_one_argument_is_the_derivative(name: str) -> None:
    if name in ("ndtr", "log_ndtr", "log_expit"):
        pytest.importorskip("scipy", reason="SciPy is not installed")
    x = {"arccosh": 1.7}.get(name, 0.37)
    value = OPS[name].value
    h = 1e-5
    truth = (value(x - 2 * h) - 8 * value(x - h) + 8 * value(x + h) - value(x + 2 * h)) / (12 * h)
    found = eval(ROWS[name][0], scope(x=x, y=value(x)))
    assert float(found) == pytest.approx(float(truth), rel=1e-8, abs=1e-8)


@pytest.mark.parametrize("name", BINARY)
def test_a_formula_of_two_arguments_is_the_derivative(name: str) -> None:
    point = {"a": 1.3, "b": 0.4}
    value, h = OPS[name].value, 1e-5
    formulas = dict(part.removeprefix("by ").split(": ", 1) for part in ROWS[name][0].split("; "))
    assert set(formulas) == set(point)
    for moved, formula in formulas.items():
        ends = [value(*{**point, moved: point[moved] + k * h}.values()) for k in (-1, 1)]
        found = eval(formula, scope(**point, y=value(*point.values())))
        assert float(found) == pytest.approx(float((ends[1] - ends[0]) / (2 * h)), rel=1e-7, abs=1e-9)


def test_numbers_are_told_by_where_they_come_from() -> None:
    assert ROWS["exp2"][0] == "y * log(2)" and ROWS["erf"][0].startswith("2 / sqrt(pi)")
    assert math.isclose(eval(ROWS["radians"][0], scope()), float(mpmath.pi / 180))


def test_domain_and_kinks() -> None:
    assert ROWS["log"][1] == "x > 0" and ROWS["arcsin"][1] == "-1 < x < 1" and ROWS["sin"][1] == ""
    assert ROWS["maximum"][2] == "a - b = 0" and ROWS["abs"][2] == "x = 0" and ROWS["max"][2] == "ties"


@pytest.mark.parametrize(
    ("name", "op"),
    [("maximum", "maximum"), ("np.fabs", "abs"), ("math.atan2", "arctan2"), ("np.linalg.inv", "inv"),
     ("numpy.sum", "sum"), ("dot", "dot"), ("diff", "subtract")],
)  # fmt: skip
def test_a_page_is_found_by_what_users_write(name: str, op: str) -> None:
    page = page_of_operation(name)
    assert page.title == op
    assert OPS[op].note in render_text(page, width=300, color=False)


@pytest.mark.parametrize(
    ("name", "said"), [("histogram", "no rule: counts"), ("nothing", "no operation is called")]
)
def test_a_name_that_means_no_operation(name: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        page_of_operation(name)


@pytest.mark.parametrize("width", [20, 40, 80])
def test_a_narrow_terminal_is_kept_to(width: int) -> None:
    lines = render_text(table_of_operations(), width=width, color=False).splitlines()
    assert max(map(len, lines)) <= width
