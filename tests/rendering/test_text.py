"""Reports as text: every kind of block, at every width, with and without colour."""

from __future__ import annotations

import io
import re
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whygrad.errors import Place
from whygrad.rendering.cells import width_of
from whygrad.rendering.text import render_text
from whygrad.report import (
    Box,
    Bullets,
    Circuit,
    Diff,
    Excerpt,
    Formula,
    Heading,
    Mark,
    Report,
    Section,
    Table,
    Wire,
    Words,
    say,
)

LINE = "grad_x = [w[0] * activation + w[2] * activation]"
EVERYTHING = Report(
    "every kind of block",
    (
        say("The gradient of ", Words("w2", "name"), " is ", Words("0.1966", "gradient"), ", its value ",
            Words("-3", "value"), ": the local gradient of an addition is 1 for every input."),
        Heading("a heading"),
        say("right below it"),
        Heading("a smaller one", 2),
        Formula("(1 - s) * s", r"(1 - s) \\, s", "the sigmoid gate"),
        Bullets((say("one"), say("two, long enough to go on in a second line on a narrow terminal")), True),
        Bullets((say("plain"), Table(("a",), ((Words("1"),),)))),
        Section(
            "WG203 `activation` stands where `grad_product` belongs",
            (
                Excerpt(
                    Place("neuron.py", 10, 18),
                    ((8, "grad_product = (1 - activation) * activation"), (10, LINE)),
                    (Mark(8, 1, 13, "the upstream gradient", False), Mark(10, 18, 28, "here"),
                     Mark(10, 38, 48, "and here")),
                    (say("computed ", Words("-0.7311", "wrong"), ", true ", Words("0.3932", "right")),),
                ),
                Diff(((10, LINE, "grad_x = [w[0] * grad_product, w[1] * grad_product]"),), "this edit"),
            ),
        ),
        Table(
            ("edge", "local gradient", "upstream", "contribution"),
            (
                (Words("w0 -> *", "code"), Words("x0 = -1"), Words("0.1966"), Words("-0.1966", "gradient")),
                (Words("w2 -> +", "code"), Words("1"), Words("0.1966"), Words("0.1966", "gradient")),
            ),
            "llrr",
            "a caption",
        ),
        Circuit(
            (Box("x", "x", "input", "1", "2"), Box("e", "exp", "op", "2.718", "1")),
            (Wire("x", "e", 0),),
            "a gate",
        ),
    ),
)  # fmt: skip


def text_of(report: Report = EVERYTHING, width: int = 100, color: bool = False, unicode: bool = True) -> str:
    return render_text(report, width, color, unicode)


@pytest.mark.parametrize("width", [100, 60, 40])
def test_every_block_is_as_reviewed(width, golden):
    golden(f"blocks_{width}.txt", text_of(width=width) + "\n")


def test_colours_are_as_reviewed(golden):
    golden("blocks_colored.txt", text_of(width=80, color=True) + "\n")


@pytest.mark.parametrize("width", range(20, 130, 7))
def test_no_line_is_wider_than_the_terminal(width):
    for unicode in (True, False):
        assert max(width_of(line) for line in text_of(width=width, unicode=unicode).split("\n")) <= width


@given(st.integers(20, 90), st.data())
def test_any_text_fits_any_terminal(width, data):
    words = st.text(st.characters(codec="utf-8"), max_size=60)
    code = data.draw(words).replace("\n", " ")
    start = data.draw(st.integers(1, 70))
    report = Report(
        data.draw(words),
        (
            say(data.draw(words), Words(data.draw(words), "code")),
            Bullets((say(data.draw(words)),)),
            Table(("a", data.draw(words)), ((Words(data.draw(words)), Words(data.draw(words))),), "rl"),
            Excerpt(Place("f.py", 7, 1), ((7, code),), (Mark(7, start, start + 4, data.draw(words)),)),
            Diff(((7, code, data.draw(words)),), data.draw(words)),
            Section(data.draw(words), (Formula(data.draw(words)),)),
        ),
    )
    for line in render_text(report, width, False, True).split("\n"):
        assert width_of(line) <= width
        assert not any(ord(c) < 32 or c == "\x7f" for c in line), "no control character reaches the terminal"


def test_colour_is_only_added():
    assert re.sub(r"\x1b\[[\d;]*m", "", text_of(color=True)) == text_of()


@pytest.mark.parametrize(("encoding", "kept"), [("ascii", "? ?"), ("cp1252", "é ?"), ("utf-8", "é 大")])
def test_our_signs_are_ascii_and_the_users_stay_where_they_can_be_written(monkeypatch, encoding, kept):
    monkeypatch.setattr("sys.stdout", io.TextIOWrapper(io.BytesIO(), encoding=encoding))
    text = text_of(Report("σ → é 大", (Table(("a",), ((Words("x"),),)),)), unicode=False)
    assert text.startswith(f"s > {kept}\n") and text.replace(kept, "").isascii()


def test_environment_decides_about_colour(monkeypatch):
    report = Report("", (say(Words("x", "wrong")),))
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\x1b[" in render_text(report, 40)
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[" not in render_text(report, 40)


def test_carets_stand_below_the_span_also_behind_tabs_and_wide_characters():
    line = "\tx = '大' + bad"
    start = line.index("bad") + 1
    text = text_of(
        Report("", (Excerpt(Place("f.py", 3, start), ((3, line),), (Mark(3, start, start + 3),)),))
    )
    code, carets = text.split("\n")[1:3]
    assert width_of(code[: code.index("bad")]) == carets.index("^")
    assert carets.count("^") == 3


def test_a_long_line_is_shown_around_its_mark():
    line = "total = " + " + ".join(f"term{k}" for k in range(60))
    start = line.index("term55") + 1
    text = text_of(
        Report("", (Excerpt(Place("f.py", 3, start), ((3, line),), (Mark(3, start, start + 6),)),)), 50
    )
    code, carets = text.split("\n")[1:3]
    assert code[carets.index("^") : carets.rindex("^") + 1] == "term55"


def test_a_diff_shows_what_changes_and_loses_nothing():
    first = "w = [2, -3, -3]"
    lines = text_of(Report("", (Diff(((1, first, f"import math\n{first}"),)),))).split("\n")
    assert lines == ["1 + import math", f"2   {first}"]
    long = "x = " + "a + " * 40 + "b"
    rows = text_of(Report("", (Diff(((1, "x = 1", long),)),)), 40).split("\n")
    assert "".join(row[4:].ljust(36) for row in rows[1:]).rstrip() == long
    assert text_of(Report("", (Diff(((4, "dead()", ""),)),))) == "4 - dead()"


def test_words_of_two_styles_without_a_blank_stay_together():
    text = render_text(Report("", (say("a" * 18, Words("x", "code"), ", then"),)), 20, False)
    assert text == "a" * 18 + "x,\nthen"


def test_a_table_too_narrow_for_columns_becomes_a_list():
    columns = tuple(f"column{k}" for k in range(6))
    table = Table(columns, (tuple(Words(f"value{k}") for k in range(6)),))
    assert render_text(Report("", (table,)), 30, False).split("\n")[1] == "column1: value1"


def test_printing_a_verdict_loads_neither_numpy_nor_rich():
    code = (
        "import sys; from whygrad.report import Report, say; from whygrad.rendering.text import render_text;"
        "import whygrad.rendering.findings, whygrad.rendering.svg, whygrad.rendering.wiring;"
        "render_text(Report('t', (say('x'),)));"
        "print([m for m in ('numpy', 'rich') if m in sys.modules])"
    )
    assert (
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
        == "[]\n"
    )
