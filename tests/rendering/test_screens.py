"""Reports as SVG: every word is there, columns stand in line, nothing runs."""

import xml.etree.ElementTree as ElementTree

from whygrad.rendering.screens import COLUMNS, bundle_of, lines_as_svg, render_screen
from whygrad.report import Report, Table, Words, say

REPORT = Report(
    "A <title> & more",
    (
        say("the value ", Words("0.5", "value"), " and the gradient ", Words("-3", "gradient")),
        Table(
            ("one", "two"),
            ((Words("a"), Words("1.25", "value")), (Words("b"), Words("-7", "gradient"))),
            "lr",
        ),
    ),
)


def words(svg: str) -> list[str]:
    return [e.text or "" for e in ElementTree.fromstring(svg).iter("{http://www.w3.org/2000/svg}tspan")]


def test_every_word_is_there_and_escaped():
    told = words(render_screen(REPORT))
    assert "A <title> & more" in told
    assert {"0.5", "-3", "1.25", "-7"} <= {word.strip() for word in told}


def test_runs_stand_at_their_columns():
    svg = lines_as_svg([[("ab", "plain"), ("  ", "plain"), ("cd", "value")]], "t")
    spans = list(ElementTree.fromstring(svg).iter("{http://www.w3.org/2000/svg}tspan"))
    starts = [float(span.attrib["x"]) for span in spans]
    width = float(spans[0].attrib["textLength"]) / 2
    assert abs((starts[1] - starts[0]) - 4 * width) < 0.2


def test_a_bundle_has_text_and_pictures_and_no_markup():
    bundle = bundle_of(REPORT)
    assert {"text/plain", "image/svg+xml"} <= set(bundle) <= {"text/plain", "image/svg+xml", "image/png"}
    assert "<script" not in bundle["image/svg+xml"]
    assert max(map(len, bundle["text/plain"].splitlines())) <= COLUMNS


def test_an_empty_report_is_a_picture_too():
    ElementTree.fromstring(render_screen(Report("")))
