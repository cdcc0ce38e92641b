"""What the terminal can show."""

from __future__ import annotations

import io
import sys

import pytest

from whygrad.rendering.terminal import can_draw, painted, terminal_width, wants_color


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch):
    for name in ("NO_COLOR", "FORCE_COLOR", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm")


class Screen(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("columns", "width"), [("40", 40), ("5", 20), ("500", 120)])
def test_width_follows_columns_within_reason(monkeypatch, columns, width):
    monkeypatch.setenv("COLUMNS", columns)
    assert terminal_width() == width


def test_colour_only_on_a_terminal_that_can(monkeypatch):
    monkeypatch.setattr(sys, "stdout", io.StringIO())
    assert not wants_color()
    monkeypatch.setattr(sys, "stdout", Screen())
    assert wants_color()
    monkeypatch.setenv("TERM", "dumb")
    assert not wants_color()


def test_no_color_wins(monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert wants_color()
    monkeypatch.setenv("NO_COLOR", "1")
    assert not wants_color()


@pytest.mark.parametrize(("encoding", "able"), [("utf-8", True), ("ascii", False), ("cp1252", False)])
def test_signs_need_an_encoding_that_has_them(monkeypatch, encoding, able):
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(io.BytesIO(), encoding=encoding))
    assert can_draw() is able


def test_trailing_blanks_are_dropped_and_styles_joined():
    line = [("a", "value"), ("b ", "value"), ("  ", "plain")]
    assert painted([line], color=False) == "ab"
    assert painted([line], color=True) == "\x1b[32mab\x1b[0m"
