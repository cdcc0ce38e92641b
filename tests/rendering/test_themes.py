"""Colours: readable against their paper in every theme, black and white in print."""

import re

import pytest

from whygrad.rendering.themes import style_of


def luminance(colour: str) -> float:
    """WCAG 2.2, relative luminance."""
    parts = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, two: str) -> float:
    bright, dark = sorted((luminance(one), luminance(two)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def colour_of(style: str, selector: str, what: str = "fill") -> str:
    match = re.search(rf"{re.escape(selector)}[^{{]*\{{[^}}]*?{what}:(#[0-9a-f]{{6}})", style)
    assert match, selector
    return match[1]


@pytest.mark.parametrize("theme", ["light", "dark", "print"])
def test_all_words_are_readable_on_paper_and_within_boxes_and_frames(theme):
    style = style_of(theme, heats=True)
    grounds = [
        colour_of(style, f".wg-{theme} {name}") for name in (".paper", ".frame", ".op", ".gate", ".block")
    ]
    for ground in grounds[:2]:
        for words in (".label", ".faint", ".value", ".gradient"):
            ink = re.search(rf"\.wg-{theme} \{words}\{{fill:(#\w+)", style) or re.search(
                rf"\.wg-{theme} \{words},[^{{]*\{{fill:(#\w+)", style
            )
            assert ink and contrast(ink[1], ground) >= 4.5, (words, ground)
    for ground in grounds[2:]:
        assert contrast(colour_of(style, f".wg-{theme} .label{{".rstrip("{")), ground) >= 4.5


def test_print_has_no_colour():
    for colour in re.findall(r"#[0-9a-f]{6}", style_of("print", heats=True)):
        assert len({colour[k : k + 2] for k in (1, 3, 5)}) == 1, colour


def test_auto_follows_the_reader():
    style = style_of("auto", heats=False)
    assert "prefers-color-scheme:dark" in style
    assert ".wg-auto .paper{fill:#ffffff}" in style and ".wg-auto .paper{fill:#0d1117}" in style
