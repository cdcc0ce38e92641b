"""Circuits in the terminal: as wide as it is, as plain as it must be."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whygrad.rendering.cells import width_of
from whygrad.rendering.wiring import circuit_text
from whygrad.report import Box, Circuit, Wire


@given(st.data(), st.integers(20, 120), st.booleans())
def test_no_line_is_wider_than_the_terminal(circuits, data, width, unicode):
    text = circuit_text(data.draw(circuits), width=width, color=False, unicode=unicode)
    assert all(width_of(line) <= width for line in text.split("\n"))
    assert unicode or not set(text) & set("─│╭╮╰╯├┤┬┴┼●┄←→…")


@pytest.mark.parametrize("name", ["neuron", "grouped", "skip"])
@pytest.mark.parametrize("width", [120, 80, 40])
def test_drawings_are_as_reviewed(name, width, golden, request):
    text = circuit_text(request.getfixturevalue(name), width=width, color=False, unicode=True)
    golden(f"{name}_{width}.txt", text + "\n")


def test_colour_marks_values_and_gradients_and_is_only_added(grouped):
    plain = circuit_text(grouped, width=100, color=False, unicode=True)
    colored = circuit_text(grouped, width=100, color=True, unicode=True)
    assert "\x1b[32m0.7311\x1b[0m" in colored.replace("\x1b[32m      0.7311", "\x1b[32m0.7311")
    assert "\x1b[3;31m" in colored
    assert re.sub(r"\x1b\[[\d;]*m", "", colored) == plain


def test_plain_signs_keep_the_shape(grouped):
    unicode = circuit_text(grouped, width=100, color=False, unicode=True).split("\n")
    plain = circuit_text(grouped, width=100, color=False, unicode=False).split("\n")
    assert [len(line) for line in unicode] == [len(line) for line in plain]
    assert "w0 ----------+" in plain[2]


def test_what_does_not_fit_becomes_a_table_and_says_so():
    circuit = Circuit(
        (Box("a", "a_very_long_input_name", "input", "1", "2"), Box("s", "sum", "op", "3", "4")),
        (Wire("a", "s", 0),),
    )
    text = circuit_text(circuit, width=24, color=False)
    assert text.startswith("too large to draw in 24\ncolumns")
    assert "sum" in text and "a_very_long_input_name" in text


def test_a_thousand_boxes_become_a_table():
    boxes = tuple(Box(str(k), "tanh" if k else "x", "op" if k else "input") for k in range(3000))
    wires = tuple(Wire(str(k), str(k + 1), 0) for k in range(2999))
    fans = tuple(Wire("0", str(k), 1) for k in range(5, 3000, 7))
    assert "as a table" in circuit_text(Circuit(boxes, wires + fans), width=80, color=False)


def test_an_empty_circuit_draws_nothing():
    assert circuit_text(Circuit((), ()), width=80) == ""
