"""Emitted text read statement by statement."""

from __future__ import annotations

import ast

import pytest

from whygrad.emission.passages import factor_beside, passages, place_of

TEXT = """\
def f_backward(grad_y, cache):
    x, w = cache
    # y = x * w
    grad_x = grad_y * w
    grad_w = grad_y * x
    for t in reversed(range(3)):
        # a line of prose
        grad_x += t
    return grad_x, grad_w
"""


def test_every_line_has_the_statement_that_it_answers_to() -> None:
    function = ast.parse(TEXT).body[0]
    assert isinstance(function, ast.FunctionDef)
    found = passages(function.body, TEXT)
    by_line = {p.line: p for p in found}
    assert by_line[2].heading is None
    assert [ast.unparse(by_line[k].heading) for k in (4, 5)] == ["y = x * w"] * 2  # type: ignore[arg-type]
    assert [by_line[k].first for k in (4, 5)] == [True, False]
    assert by_line[8].depth == 1 and by_line[8].heading is None and by_line[8].comment == "a line of prose"


@pytest.mark.parametrize(
    ("text", "factor"),
    [
        ("g * w", "w"),
        ("x * g", "x"),
        ("g", "1"),
        ("-g", "-1"),
        ("2 * g / std", "2 / std"),
        ("g * a * (1 - a)", "a * (1 - a)"),
        ("[x * g, g]", "[x, 1]"),
        ("x.T @ g", None),
        ("g.sum(axis=0)", None),
        ("g * g", None),
        ("w / g", None),
    ],
)
def test_what_a_cotangent_is_multiplied_by(text: str, factor: str | None) -> None:
    found = factor_beside(ast.parse(text, mode="eval").body, "g")
    assert (None if found is None else ast.unparse(found)) == factor


def test_places_of_statements() -> None:
    assert [place_of(ast.parse(t).body[0]) is None for t in ("x = 1", "x += 1", "return x", "x")] == [
        False, False, True, True,
    ]  # fmt: skip
