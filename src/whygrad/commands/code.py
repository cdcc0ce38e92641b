"""`whygrad code WG203`: the page of a cause or an error; without a code, the list of them."""

from __future__ import annotations

import argparse
import difflib
import inspect
from collections.abc import Mapping
from typing import NamedTuple

from whygrad.errors import Place, UsageError, WhygradError, all_errors
from whygrad.rendering.text import render_text
from whygrad.report import Block, Excerpt, Report, Table, Words, say

EXAMPLES = """\
examples:
  whygrad code
  whygrad code WG203
"""


PARTS = ("What happened", "Why", "Fix")
"""What the paragraphs of a page begin with."""


class Page(NamedTuple):
    """What stands in the docstring of a cause or an error, and its examples (title, code)."""

    title: str
    paragraphs: tuple[str, ...]
    examples: tuple[tuple[str, str], ...] = ()


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("code", metavar="WGnnn", nargs="?", help="a code; without one, all are listed")


def run(args: argparse.Namespace) -> int:
    """Print the page, or the list; returns the exit status."""
    pages = all_pages()
    print(render_text(report_of(args.code.upper(), pages) if args.code else list_of(pages)))
    return 0


def all_pages() -> dict[str, Page]:
    """Code -> page, in order of codes: causes of wrong gradients, then errors."""
    from whygrad.diagnosis.causes import CAUSES  # a file for each; no other command needs them here

    pages = {kind.code: _page(kind) for kind in all_errors() if kind is not WhygradError}
    for cause in CAUSES:
        examples = tuple((name, getattr(cause, name)) for name in ("forward", "wrong", "right"))
        pages[cause.code] = _page(type(cause))._replace(examples=tuple(e for e in examples if e[1]))
    return dict(sorted(pages.items()))


def report_of(code: str, pages: Mapping[str, Page]) -> Report:
    """The page of a code; UsageError, with the nearest code, where there is none."""
    if code not in pages:
        near = difflib.get_close_matches(code, pages, n=1, cutoff=0)
        raise UsageError(
            f"there is no code {code}", hint=f"whygrad code {near[0]}" if near else "whygrad code"
        )
    page = pages[code]
    blocks: list[Block] = [_paragraph(text) for text in page.paragraphs]
    for name, text in page.examples:
        lines = inspect.cleandoc(text).splitlines()
        blocks.append(Excerpt(Place(f"{name}.py", 1), tuple(enumerate(lines, 1))))
    return Report(f"{code}: {page.title}", tuple(blocks))


def list_of(pages: Mapping[str, Page]) -> Report:
    """All codes with their titles."""
    rows = tuple((Words(code, "code"), Words(page.title)) for code, page in pages.items())
    return Report("", (Table(("code", "means"), rows, "ll"),))


def _page(kind: type) -> Page:
    title, _, rest = (inspect.getdoc(kind) or "").partition("\n")
    paragraphs: list[str] = []
    for block in rest.strip().split("\n\n"):
        # A part begins with its name and a colon ("Why: ..."); lines without one go on.
        for line in block.splitlines():
            if not paragraphs or line.partition(":")[0] in PARTS:
                paragraphs.append(line)
            else:
                paragraphs[-1] += " " + line.strip()
    return Page(title.rstrip("."), tuple(paragraphs))


def _paragraph(text: str) -> Block:
    name, colon, rest = text.partition(":")
    return say(Words(name + ":", "strong"), rest) if colon and name in PARTS else say(text)
