"""The table of the classics in docs/derive.md: its counts and texts are current, its numbers agree."""

from __future__ import annotations

from pathlib import Path

import pytest
from bench.derive import TITLES, assert_same, both_texts, code_lines, emitted_calls, speeds_of, with_table

DOCS = Path(__file__).resolve().parents[1] / "docs"


@pytest.mark.parametrize("name", TITLES)
def test_both_backward_passes_give_the_same_numbers(name: str) -> None:
    assert_same(name, *emitted_calls(name))


def test_the_page_counts_and_shows_what_there_is() -> None:
    page = (DOCS / "derive.md").read_text(encoding="utf-8")
    assert set(speeds_of(page)) == set(TITLES.values())
    assert with_table(page, speeds_of(page)) == page, "python -m bench.derive --write"
    assert (DOCS / "classics.md").read_text(encoding="utf-8") == both_texts(), (
        "python -m bench.derive --write"
    )


def test_lines_of_code_are_counted_without_comments_and_docstrings() -> None:
    function = [
        "def f(x):",
        '    """Two',
        '    lines."""',
        "    # said",
        "    y = (",
        "        x",
        "    )",
        "",
    ]
    assert code_lines("\n".join(['"""Module."""', "", *function, "    return y", ""])) == 1 + 1 + 3 + 1
