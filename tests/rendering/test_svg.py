"""Circuits as SVG: well formed, complete within the frame, readable without colour, safe."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whygrad.rendering.svg import render_svg
from whygrad.report import Box, Circuit, Wire

NS = "{http://www.w3.org/2000/svg}"
CHARACTER = 0.61


def parsed(circuit: Circuit, **options) -> ElementTree.Element:
    return ElementTree.fromstring(render_svg(circuit, **options))


def widths(cells: str) -> float:
    return sum(2 if c == "大" else 1 for c in cells)


def frames(root: ElementTree.Element):
    """Left, top, right, bottom of every shape and text, in the picture's own units."""
    for group in root.iter(f"{NS}g"):
        if "transform" not in group.attrib:
            continue
        dx, dy = map(float, re.findall(r"[-\d.]+", group.attrib["transform"]))
        for e in group.iter():
            if e.tag == f"{NS}circle":
                x, y, r = (float(e.attrib[k]) for k in ("cx", "cy", "r"))
                yield dx + x - r, dy + y - r, dx + x + r, dy + y + r
            elif e.tag == f"{NS}rect":
                x, y, w, h = (float(e.attrib[k]) for k in ("x", "y", "width", "height"))
                yield dx + x, dy + y, dx + x + w, dy + y + h
            elif e.tag == f"{NS}text":
                size = 14 if "label" in e.attrib["class"] else 12
                half = widths(e.text or "") * size * CHARACTER / 2
                x, y = float(e.attrib["x"]) + dx, float(e.attrib["y"]) + dy
                x += half if e.attrib["class"] == "title" else 0
                yield x - half, y - 0.8 * size, x + half, y + 0.25 * size


def labels(root: ElementTree.Element):
    """Frames of the texts alone."""
    for group in root.iter(f"{NS}g"):
        if "transform" in group.attrib:
            for e in group.iter(f"{NS}text"):
                size = 14 if "label" in e.attrib["class"] else 12
                half = widths(e.text or "") * size * CHARACTER / 2
                x, y = float(e.attrib["x"]), float(e.attrib["y"])
                yield x - half, y - 0.75 * size, x + half, y, e.text


@given(st.data())
def test_every_picture_parses_and_nothing_is_cut(circuits, data):
    root = parsed(data.draw(circuits))
    _, _, width, height = map(float, root.attrib["viewBox"].split())
    assert (root.attrib["width"], root.attrib["height"]) == (f"{width:g}", f"{height:g}")
    for left, top, right, bottom in frames(root):
        assert left >= 0 and top >= 0 and right <= width and bottom <= height


@given(st.data())
def test_no_text_lies_on_another(circuits, data):
    found = sorted(labels(parsed(data.draw(circuits))))
    for k, one in enumerate(found):
        for two in found[k + 1 :]:
            if two[0] >= one[2]:
                break
            assert two[1] >= one[3] or one[1] >= two[3], (one, two)


@given(st.data())
def test_the_same_circuit_gives_the_same_picture(circuits, data):
    circuit = data.draw(circuits)
    assert render_svg(circuit) == render_svg(circuit)


def test_values_stand_above_the_wire_in_green_and_gradients_below_slanted_in_red(neuron):
    root = parsed(neuron, theme="light")
    texts = {e.text: e for e in root.iter(f"{NS}text")}
    value, gradient, label = texts["0.3679"], texts["-0.5898"], texts["exp"]
    assert value.attrib["class"] == "value" and gradient.attrib["class"] == "gradient"
    wire = float(label.attrib["y"]) - 5
    assert float(value.attrib["y"]) < wire < float(texts["-0.5344"].attrib["y"])
    style = root.find(f"{NS}style").text
    assert ".gradient{font-style:italic}" in style
    assert ".value{fill:#116329}" in style and ".gradient{fill:#b3121d}" in style
    said = " ".join(e.text for e in root.iter(f"{NS}text"))
    assert "above a wire: forward value" in said and "below a wire, slanted: gradient" in said


def test_operands_stand_in_the_order_of_the_formula(neuron):
    texts = {e.text: float(e.attrib["y"]) for e in parsed(neuron).iter(f"{NS}text")}
    rows = [texts[name] for name in ("w0", "x0", "w1", "x1")]
    assert rows == sorted(rows)


def test_it_is_for_screen_readers_too(neuron):
    root = parsed(neuron, title="a neuron")
    assert root.attrib["role"] == "group"
    ids = root.attrib["aria-labelledby"].split()
    assert [e.attrib["id"] for e in root if e.tag in (f"{NS}title", f"{NS}desc")] == ids
    assert root.find(f"{NS}title").text == "a neuron"
    spoken = [g.attrib["aria-label"] for g in root.iter(f"{NS}g") if "aria-label" in g.attrib]
    assert "input w2, value -3, gradient 0.1966" in spoken


def test_it_stands_alone_and_follows_the_readers_theme(neuron):
    text = render_svg(neuron)
    assert "prefers-color-scheme:dark" in text
    assert not re.search(r"<script|@import|url\(|href|<foreignObject|\son\w+=", text)
    assert "prefers-color-scheme" not in render_svg(neuron, theme="dark")


def test_text_is_escaped():
    circuit = Circuit((Box("a", "<script>&\"'", "input", "<1", "&2", "n<"),), (), "</title><b>")
    text = render_svg(circuit)
    assert "<script" not in text and "</title><b>" not in text
    assert ElementTree.fromstring(text).find(f"{NS}title").text == "</title><b>"


def test_branches_show_what_they_contribute_and_the_sum_stands_at_their_start(skip):
    texts = [e.text for e in parsed(skip).iter(f"{NS}text")]
    assert texts.count("-0.025") == 1 and texts.count("-0.125") == 4
    assert any("contribution" in t for t in texts)


def test_operands_out_of_order_are_numbered_where_order_matters():
    boxes = [Box(k, k, "input") for k in "ab"] + [
        Box("p", "exp", "op"), Box("q", "-", "op"), Box("r", "-", "op"), Box("s", "*", "op"),
    ]  # fmt: skip
    pairs = [
        ("a", "p", 0),
        ("p", "q", 0),
        ("b", "q", 1),
        ("b", "r", 0),
        ("p", "r", 1),
        ("q", "s", 0),
        ("r", "s", 1),
    ]
    circuit = Circuit(tuple(boxes), tuple(Wire(*pair) for pair in pairs))
    texts = [e.text for e in parsed(circuit).iter(f"{NS}text")]
    assert texts.count("1") == texts.count("2") == 1


def test_a_wire_to_nowhere_is_refused():
    with pytest.raises(ValueError, match="does not have"):
        render_svg(Circuit((Box("a", "a", "input"),), (Wire("a", "z", 0),)))


def test_control_characters_do_not_break_the_picture():
    text = "\x00\x1b[31m\ud800"
    assert parsed(Circuit((Box("a", text, "input", text, text),), (), text)).tag == f"{NS}svg"


def test_pictures_of_one_page_keep_out_of_each_others_way(neuron, skip):
    one, two = parsed(neuron), parsed(skip)
    assert one.attrib["aria-labelledby"] != two.attrib["aria-labelledby"]
    rules = re.sub(r"@media[^{]*\{", "", one.find(f"{NS}style").text)
    selectors = [s for line in rules.split("\n") if "{" in line for s in line.partition("{")[0].split(",")]
    assert selectors and all(s.startswith(".wg-auto ") for s in selectors)


def test_an_empty_circuit_is_a_picture():
    assert parsed(Circuit((), ())).tag == f"{NS}svg"


@pytest.mark.parametrize("name", ["neuron", "grouped", "skip"])
def test_pictures_are_as_reviewed(name, golden, request):
    golden(f"{name}.svg", render_svg(request.getfixturevalue(name)))
