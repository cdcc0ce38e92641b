"""What is in scope before a statement."""

from whygrad.checking.evidence import Evidence
from whygrad.checking.programs import GIVEN, Program
from whygrad.diagnosis.drafts import Draft
from whygrad.diagnosis.scopes import fresh, scope_of
from whygrad.diagnosis.suspects import statements
from whygrad.source import Source


def test_the_scope_ends_before_the_statement(evidence: Evidence, draft: Draft) -> None:
    node = next(s.node for s in statements(draft.tree) if s.line == 10)
    scope = scope_of(evidence.program, node, evidence.points[:2])
    assert {"x", "W", "b", "z", "h", "loss", "dh", "dz"} <= set(scope.first)
    assert "dW" not in scope.first
    assert len(scope.environments) == 2
    assert "np" in scope.shared


def test_attributes_are_quantities_and_locals_come_first() -> None:
    text = (
        "k = 2.0\nclass Box:\n    def __init__(self):\n        self.v = 3.0\n"
        "    def f(self, inner):\n        out = inner * self.v\n        return out\ny = Box().f(5.0)\n"
    )
    source = Source("script.py", text)
    node = next(s.node for s in statements(Draft.of(source).tree) if s.line == 6)
    scope = scope_of(Program(source), node, [GIVEN])
    assert scope.quantities()["self.v"] == 3.0
    assert scope.names()[0] == "inner"
    assert "k" in scope.names()


def test_copies_are_independent() -> None:
    first = {"a": [1.0]}
    fresh(first)["a"].append(2.0)
    assert first == {"a": [1.0]}
