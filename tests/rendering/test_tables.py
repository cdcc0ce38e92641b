"""Tables: columns, wrapped columns, lists."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from whygrad.rendering.cells import line_width
from whygrad.rendering.tables import table_lines
from whygrad.report import Table, Words


def shown(table: Table, width: int) -> list[str]:
    return ["".join(text for text, _ in line).rstrip() for line in table_lines(table, width)]


def row(*texts: str) -> tuple[Words, ...]:
    return tuple(Words(text) for text in texts)


def test_alignment():
    table = Table(("name", "n", "mid"), (row("a", "1", "x"), row("bb", "-12.5", "xyz")), "lrc")
    assert shown(table, 40) == ["name      n  mid", "────  ─────  ───", "a         1   x", "bb    -12.5  xyz"]


def test_the_widest_column_is_wrapped_first():
    table = Table(("k", "text"), (row("key", "one two three four five"),))
    assert shown(table, 20)[2:] == ["key  one two three", "     four five"]


def test_no_columns_and_ragged_rows():
    assert shown(Table((), ()), 20) == []
    assert shown(Table(("a", "b"), (row("1"), row("2", "3"))), 20)[2:] == ["1", "2  3"]


@given(
    st.lists(st.text("ab 大", max_size=12), min_size=1, max_size=5),
    st.lists(st.lists(st.text("cd 大-", max_size=30), min_size=1, max_size=5), max_size=4),
    st.integers(20, 80),
)
def test_every_table_fits(columns, rows, width):
    table = Table(tuple(columns), tuple(row(*cells[: len(columns)]) for cells in rows), "r", "caption " * 6)
    assert all(line_width(line) <= width for line in table_lines(table, width))
