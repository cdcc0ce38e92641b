"""What an expression should give, from what its variable should be."""

import ast

import numpy as np

from whygrad.checking.evidence import Claim
from whygrad.checking.programs import Program
from whygrad.diagnosis.wants import operand, value_of
from whygrad.source import Source

ENVIRONMENT = {"d": np.array([2.0, 4.0]), "k": 1}
WANT = np.array([6.0, 2.0])


def wanted(text: str, name: str = "d") -> list[float]:
    node = ast.parse(text).body[0]
    return np.ravel(operand(node, name, ENVIRONMENT, {"np": np}, WANT)).tolist()


def test_of_assignments_and_of_changes() -> None:
    assert wanted("d = z") == [6.0, 2.0]
    assert wanted("d += z") == [4.0, -2.0]
    assert wanted("d *= z") == [3.0, 0.5]


def test_of_a_place_of_an_array() -> None:
    assert wanted("d[k] = z") == [2.0]
    assert wanted("d[k] -= z") == [2.0]


def test_the_expression_that_makes_a_claim() -> None:
    program = Program(Source("x.py", ""))

    def found(text: str, name: str) -> str | None:
        node = value_of(ast.parse(text).body[0], program, Claim(name, "x", "final", 1))
        return None if node is None else ast.unparse(node)

    assert found("dx = g * s", "dx") == "g * s"
    assert found("dx[:, t] = g", "dx") == "g"
    assert found("grads['W'] = g", 'grads["W"]') == "g"
    assert found("dy = g", "dx") is None
