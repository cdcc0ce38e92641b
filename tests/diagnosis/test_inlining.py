"""Expressions of the forward pass in the names that the backward pass has."""

from whygrad.diagnosis.inlining import Part, rewritten
from whygrad.diagnosis.scopes import Scope


def test_names_with_equal_values_are_put_in() -> None:
    part = Part("x * w + 1", {"x": 2.0, "w": 3.0}, 7.0)
    scope = Scope([[{"saved": 2.0, "weight": 3.0}]])
    assert rewritten([part], scope) == {"saved * weight + 1": 7.0}


def test_what_is_in_scope_already_or_cannot_be_said_is_left_out() -> None:
    part = Part("x * w", {"x": 2.0, "w": 3.0}, 6.0)
    assert rewritten([part], Scope([[{"x": 2.0, "w": 3.0, "y": 6.0}]])) == {}
    assert rewritten([part], Scope([[{"x": 2.0}]])) == {}
