"""Sentences with marks (`code` in backticks, values by `v`, gradients by `g`) become styled words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from whygrad.explanation.numbers import cell_text, texts, value_text
from whygrad.report import Paragraph, Style, Words

# Private-use characters delimit numbers in a sentence; no text of a user's is expected to hold them.
_VALUE, _GRADIENT, _END = "\ue000", "\ue001", "\ue002"
_MARKED = re.compile(f"`([^`]+)`|{_VALUE}([^{_END}]*){_END}|{_GRADIENT}([^{_END}]*){_END}")
_STYLES: tuple[Style, ...] = ("code", "value", "gradient")


def v(number: Any) -> str:
    """A forward value, to be put into a sentence."""
    return f"{_VALUE}{value_text(number)}{_END}"


def g(number: Any) -> str:
    """A gradient, to be put into a sentence."""
    return f"{_GRADIENT}{value_text(number)}{_END}"


def tell(text: str) -> Paragraph:
    """A paragraph from a sentence with marks."""
    words: list[Words] = []
    end = 0
    for mark in _MARKED.finditer(text):
        if mark.start() > end:
            words.append(Words(text[end : mark.start()]))
        kind = mark.lastindex or 1
        words.append(Words(mark[kind], _STYLES[kind - 1]))
        end = mark.end()
    if end < len(text):
        words.append(Words(text[end:]))
    return Paragraph(tuple(words))


def code(text: str) -> Words:
    """Code, as a cell of a table."""
    return Words(text, "code")


def value(number: Any) -> Words:
    """A forward value, as a cell of a table."""
    return Words(cell_text(number), "value")


def grad(number: Any) -> Words:
    """A gradient, as a cell of a table."""
    return Words(cell_text(number), "gradient")


def product_text(factors: Sequence[Any]) -> str:
    """`1 * (-3) * 0.1966`."""
    return " * ".join(_in_parentheses(text) for text in texts(factors))


def sum_text(terms: Sequence[Any], places: Sequence[str] = ()) -> str:
    """`-1 + 2 + (-3)`; with places `-1 at [0] + 2 at [1]`."""
    written = [value_text(term) for term in terms]
    if any(places):
        return " + ".join(f"{text} at {place}" for text, place in zip(written, places, strict=True))
    return " + ".join([*written[:1], *(_in_parentheses(text) for text in written[1:])])


def _in_parentheses(text: str) -> str:
    return f"({text})" if text.startswith("-") else text
