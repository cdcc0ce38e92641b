"""Reports in notebooks: well-formed, escaped, the same words as in the terminal."""

from __future__ import annotations

import xml.etree.ElementTree as ET

from tests.rendering.results import TEXT, finding, result

from whygrad.rendering.findings import report_of
from whygrad.rendering.markup import STYLES, render_markup
from whygrad.rendering.text import render_text


def test_it_is_the_text_with_colours():
    report = report_of(result(finding(title="a < b & <script>alert(1)</script>")), TEXT)
    shown = ET.fromstring(render_markup(report, 80))
    words = "".join(shown.itertext())
    plain = render_text(report, 80, False, True)
    assert [line.rstrip() for line in words.split("\n")] == plain.split("\n")
    assert [child.tag for child in shown.iter()][1:] == ["span"] * (len(list(shown.iter())) - 1)
    assert {child.get("style") for child in shown} <= set(STYLES.values())
