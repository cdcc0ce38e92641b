"""The display tree: data that can be compared, and that prints itself."""

from __future__ import annotations

import subprocess
import sys

import pytest

from whygrad.report import Box, Circuit, Paragraph, Report, Wire, Words, say


def test_say_mixes_strings_and_styled_words():
    assert say("the ", Words("1", "value")) == Paragraph((Words("the "), Words("1", "value")))


def test_trees_are_values():
    one, two = (Circuit((Box("a", "a", "input"),), (Wire("a", "a", 0),)) for _ in range(2))
    assert one == two and hash(one) == hash(two)
    with pytest.raises(AttributeError):
        one.caption = "other"


def test_a_report_prints_itself(monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    assert str(Report("title", (say("text"),))).split("\n") == ["title", "═════", "", "text"]


def test_the_tree_itself_loads_nothing_else():
    code = "import sys, whygrad.report; print('numpy' in sys.modules, 'whygrad.rendering' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False False\n"
