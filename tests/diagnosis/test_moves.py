"""A statement that changes a value is moved behind those that still need it."""

from whygrad.diagnosis.drafts import Draft
from whygrad.diagnosis.moves import indentations, moves, unreached
from whygrad.diagnosis.suspects import statements
from whygrad.source import Source


def moved(text: str, line: int) -> list[str]:
    draft = Draft.of(Source("script.py", text))
    return [m.draft.text for m in moves(draft, [s for s in statements(draft.tree) if s.line == line])]


def test_an_update_goes_behind_the_last_reader() -> None:
    text = "W = 2.0\ng = 3.0\nW -= 0.1 * g\ndx = g * W\ndy = W"
    assert moved(text, 4) == ["W = 2.0\ng = 3.0\ndx = g * W\ndy = W\nW -= 0.1 * g"]


def test_an_update_is_not_moved_past_a_change_of_its_operands() -> None:
    assert moved("W = 2.0\ng = 3.0\nW -= 0.1 * g\ng = 4.0\ndx = g * W", 5) == []


def test_an_update_goes_between_the_result_and_its_return() -> None:
    text = "def f(self, g):\n    self.W -= g\n    self.b -= g\n    return g * self.W\n"
    assert moved(text, 4) == [
        "def f(self, g):\n    self.b -= g\n    result = g * self.W\n    self.W -= g\n    return result\n"
    ]


def test_what_changes_nothing_stays() -> None:
    assert moved("W = 2.0\nV = 3.0\ndx = W", 3) == []


def test_statements_are_tried_in_and_behind_the_loop_beside_them() -> None:
    text = "for i in a:\n    for j in b:\n        z = i * j\nd = d + z\n"
    draft = Draft.of(Source("x.py", text))
    found = [m.solution.text for m in indentations(draft, list(statements(draft.tree)))]
    assert "    d = d + z" in found and "        d = d + z" in found
    text = "def f(a):\n    for i in a:\n        d = i\n        return d\n"
    draft = Draft.of(Source("x.py", text))
    assert [m.solution.text for m in indentations(draft, list(statements(draft.tree)))] == ["    return d"]


def test_a_return_goes_behind_the_lines_that_never_run() -> None:
    text = "def f(a):\n    d = 2 * a\n    return d\n    d += a\n"
    draft = Draft.of(Source("x.py", text))
    found = [m.draft.text for m in unreached(draft, list(statements(draft.tree)))]
    assert found == ["def f(a):\n    d = 2 * a\n    d += a\n    return d\n"]
    draft = Draft.of(Source("x.py", "def f(a):\n    if a:\n        return a\n    return -a\n"))
    assert not list(unreached(draft, list(statements(draft.tree))))
