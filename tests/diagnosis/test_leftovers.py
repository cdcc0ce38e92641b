"""The operand that an augmented assignment should have."""

import ast

import numpy as np
import pytest

from whygrad.diagnosis.leftovers import left_over


@pytest.mark.parametrize(
    "op, symbol", [(ast.Add(), "+="), (ast.Sub(), "-="), (ast.Mult(), "*="), (ast.Div(), "/=")]
)
def test_it_gives_the_wanted_value(op: ast.operator, symbol: str) -> None:
    before, want = np.array([2.0, 4.0]), np.array([6.0, 2.0])
    scope = {"d": before.copy(), "z": left_over(op, before, want)}
    exec(f"d {symbol} z", scope)
    assert scope["d"].tolist() == want.tolist()


def test_other_operators_have_none() -> None:
    assert left_over(ast.Pow(), 2.0, 8.0) is None
