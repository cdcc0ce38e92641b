"""Widths, cutting and wrapping in cells."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whygrad.rendering.cells import cut, line_width, visible, width_of, wrapped
from whygrad.report import Words


def joined(lines) -> list[str]:
    return ["".join(text for text, _ in line) for line in lines]


@pytest.mark.parametrize(
    ("text", "cells"), [("abc", 3), ("大", 2), ("e\u0301", 1), ("Σ", 1), ("", 0), ("a\u200bb", 2), ("é", 1)]
)
def test_width(text, cells):
    assert width_of(text) == cells


def test_control_characters_are_made_visible():
    assert visible("a\tb\x1b[31mc") == "a    b?[31mc"


@given(st.text(max_size=40), st.integers(0, 30))
def test_a_cut_text_fits(text, width):
    assert width_of(cut(text, width)) <= width
    assert cut(text, 200) == text


@given(st.lists(st.text("abc 大-", max_size=20), max_size=5), st.integers(8, 30))
def test_wrapping_fits_and_keeps_every_character(texts, width):
    lines = wrapped([Words(t) for t in texts], width, indent="  ", first="> ")
    assert all(line_width(line) <= width for line in lines)
    assert "".join(joined(lines)).replace(" ", "").removeprefix(">") == "".join(texts).replace(" ", "")


def test_lines_break_at_blanks_and_keep_line_ends():
    assert joined(wrapped([Words("one two three")], 8)) == ["one two", "three"]
    assert joined(wrapped([Words("one\ntwo\n\nthree")], 20)) == ["one", "two", "", "three"]
    assert joined(wrapped([Words("a" * 10)], 4)) == ["aaaa", "aaaa", "aa"]
