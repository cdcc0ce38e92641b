"""An error as people and programs are told it: what was seen, where, and one suggestion."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from whygrad.errors import Place, WhygradError
from whygrad.rendering.terminal import wants_color
from whygrad.rendering.text import render_text
from whygrad.report import Block, Excerpt, Mark, Report, Words, say
from whygrad.source import Source, read_source

NO_TEXTS: Mapping[str, str] = MappingProxyType({})
ERROR_STATUS = 2
"""Exit status when the work could not be done."""


def tell(error: WhygradError, texts: Mapping[str, str] = NO_TEXTS) -> None:
    """Write an error for people on standard error. `texts` are arguments that a place may point into."""
    color = wants_color() and sys.stderr.isatty()
    for block in report_of(error, texts).blocks:
        print(render_text(Report("", (block,)), color=color), file=sys.stderr)


def report_of(error: WhygradError, texts: Mapping[str, str] = NO_TEXTS) -> Report:
    """The error, the user's line if there is one, and the hint."""
    blocks: list[Block] = [say(Words(error.code, "wrong"), " ", Words(error.message, "strong"))]
    if error.place is not None:
        excerpt = _excerpt(error.place, texts)
        blocks += [excerpt] if excerpt else []
    if error.hint:
        blocks.append(say(Words("help: ", "hint"), error.hint))
    return Report("", tuple(blocks))


def failed_check(file: str | None, error: WhygradError) -> dict[str, Any]:
    """The object that `whygrad check --format json` prints when the check could not be made."""
    return {
        "version": 1,
        "file": file,
        "status": "error",
        "output": None,
        "variables": [],
        "findings": [],
        "error": error.facts(),
    }


def _excerpt(place: Place, texts: Mapping[str, str]) -> Excerpt | None:
    try:
        given = texts.get(place.file)
        source = read_source(place.file) if given is None else Source(place.file, given)
    except WhygradError:  # the very file that cannot be read
        return None
    text = source.line(place.line)
    if place.end_column > place.column and place.end_line == place.line:
        start, stop = place.column, place.end_column
    elif place.column > 1:
        start, stop = place.column, place.column + 1
    else:
        start, stop = len(text) - len(text.lstrip()) + 1, len(text) + 1
    return Excerpt(place, ((place.line, text),), (Mark(place.line, start, stop),))
