"""Drafts: edits of spans stay edits of whole lines of the original."""

from whygrad.diagnosis.drafts import Draft
from whygrad.diagnosis.findings import Edit
from whygrad.source import Source, Span

TEXT = "a = 1\nb = (a +\n     2)\nc = 3"


def draft() -> Draft:
    return Draft.of(Source("f.py", TEXT))


def test_an_edit_is_a_whole_line() -> None:
    new = draft().replaced(Span(1, 5, 1, 6), "7")
    assert new.edits() == (Edit(1, "a = 1", "a = 7"),)


def test_lines_are_kept_when_lines_are_added() -> None:
    new = draft().with_line(1, "import math\na = 1")
    assert [new.original_line(n) for n in range(1, 6)] == [1, 1, 2, 3, 4]
    again = new.replaced(Span(5, 5, 5, 6), "9")
    assert again.edits([4]) == (Edit(4, "c = 3", "c = 9"),)
    assert again.text == "import math\na = 1\nb = (a +\n     2)\nc = 9"


def test_a_shorter_text_leaves_empty_lines() -> None:
    new = draft().replaced(Span(2, 1, 3, 8), "b = a + 2")
    assert new.text == "a = 1\nb = a + 2\n\nc = 3"


def test_a_longer_text_stands_in_the_last_line() -> None:
    new = draft().replaced(Span(4, 1, 4, 6), "c = 3\nd = 4")
    assert new.cells[3] == "c = 3\nd = 4"
    assert draft().changed(new) == [4]


def test_a_line_more_goes_below_a_statement_or_beside_it_where_others_share_its_line() -> None:
    text = "for i in range(2):\n    a = i; b = 2\n    c = 3"
    new = Draft.of(Source("f.py", text))
    first, second, third = new.tree.body[0].body  # type: ignore[attr-defined]
    assert new.with_more(first, "d = 4") == "a = i; d = 4"
    assert new.with_more(second, "d = 4", before=True) == "d = 4; b = 2"
    assert new.with_more(third, "d = 4") == "c = 3\n    d = 4"
    edited = new.replaced(new.source.span_of(first), new.with_more(first, "d = 4"))
    assert edited.text == "for i in range(2):\n    a = i; d = 4; b = 2\n    c = 3"
