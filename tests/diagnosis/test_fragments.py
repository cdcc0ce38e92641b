"""Fragments: other text in a node's place, with the parentheses that it needs there."""

import ast

import pytest

from whygrad.diagnosis.fragments import Fragment


def name(fragment: Fragment, text: str) -> ast.expr:
    return next(n for n in fragment.expressions() if fragment.segment(n) == text)


@pytest.mark.parametrize(
    ("text", "old", "new", "wanted"),
    [
        ("g = a * b", "b", "1 - b", "g = a * (1 - b)"),
        ("g = a + b", "b", "c * d", "g = a + c * d"),
        ("g = a - b", "b", "c - d", "g = a - (c - d)"),
        ("g = f(a)", "a", "b + c", "g = f(b + c)"),
        ("g = (a) * 2", "a", "b + c", "g = (b + c) * 2"),
        ("g = a.T", "a", "b @ c", "g = (b @ c).T"),
        ("g = a ** 2", "a", "-b", "g = (-b) ** 2"),
        ("g = a", "a", "b +\n    c", "g = (b +\n    c)"),
        ("g = \u03b1 * b", "b", "1 - b", "g = \u03b1 * (1 - b)"),
    ],
)
def test_parentheses_where_they_are_needed(text: str, old: str, new: str, wanted: str) -> None:
    fragment = Fragment(text)
    assert fragment.replaced(name(fragment, old), new) == wanted


def test_the_parentheses_of_a_call_are_its_own() -> None:
    fragment = Fragment("g = f(a)")
    assert not fragment.is_parenthesised(name(fragment, "a"))
    fragment = Fragment("g = f((a))")
    assert fragment.is_parenthesised(name(fragment, "a"))


def test_terms_of_a_sum() -> None:
    fragment = Fragment("a * b + c - (d + e)")
    assert fragment.value is not None
    assert [fragment.segment(t) for t in fragment.terms(fragment.value)] == ["a * b", "c", "d + e"]
