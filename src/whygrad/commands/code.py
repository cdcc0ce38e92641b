"""`whygrad code WG203`: the page of a cause or an error; without a code, the list of them."""

from __future__ import annotations

import argparse
import difflib
from collections.abc import Mapping

from whygrad.errors import Place, UsageError
from whygrad.pages import FAMILIES, PARTS, Page, all_pages
from whygrad.rendering.text import render_text
from whygrad.report import Block, Excerpt, Report, Section, Table, Words, say

EXAMPLES = """\
examples:
  whygrad code
  whygrad code WG203
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("code", metavar="WGnnn", nargs="?", help="a code; without one, all are listed")


def run(args: argparse.Namespace) -> int:
    """Print the page, or the list; returns the exit status."""
    pages = all_pages()
    print(render_text(report_of(args.code.upper(), pages) if args.code else list_of(pages)))
    return 0


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
        blocks.append(Excerpt(Place(f"{name}.py", 1), tuple(enumerate(text.splitlines(), 1))))
    return Report(f"{code}: {page.title}", tuple(blocks))


def list_of(pages: Mapping[str, Page]) -> Report:
    """All codes with their titles, by family."""
    sections = []
    for digit, family in FAMILIES.items():
        rows = tuple((Words(c, "code"), Words(p.title)) for c, p in pages.items() if c[2] == digit)
        sections.append(Section(family, (Table(("code", "means"), rows, "ll"),)))
    return Report("", (*sections, say("whygrad code WG203 prints the page of a code.")))


def _paragraph(text: str) -> Block:
    name, colon, rest = text.partition(":")
    return say(Words(name + ":", "strong"), rest) if colon and name in PARTS else say(text)
