"""An error as people and programs are told it: what was seen, where, and one suggestion."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from whygrad.errors import WhygradError
from whygrad.rendering.findings import error_report
from whygrad.rendering.terminal import wants_color
from whygrad.rendering.text import render_text
from whygrad.report import Report
from whygrad.source import read_source

NO_TEXTS: Mapping[str, str] = MappingProxyType({})
ERROR_STATUS = 2
"""Exit status when the work could not be done."""


def tell(error: WhygradError, texts: Mapping[str, str] = NO_TEXTS) -> None:
    """Write an error for people on standard error. `texts` are arguments that a place may point into."""
    file = error.place.file if error.place else ""
    color = wants_color() and sys.stderr.isatty()
    for block in error_report(error.facts(), file, _text_of(file, texts)).blocks:
        write(render_text(Report("", (block,)), color=color))


def write(text: str) -> None:
    """A line on standard error, after all that standard output was given."""
    sys.stdout.flush()
    print(text, file=sys.stderr, flush=True)


def _text_of(file: str, texts: Mapping[str, str]) -> str:
    if file in texts:
        return texts[file]
    try:
        return read_source(file).text
    except WhygradError:  # no place, or the very file that cannot be read
        return ""


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
