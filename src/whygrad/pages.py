"""The pages of codes: the docstring of a cause or an error, with its examples, as text and as Markdown."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import NamedTuple

from whygrad.errors import WhygradError, all_errors
from whygrad.rendering.sarif import rule

PARTS = ("What happened", "Why", "Fix")
"""What the paragraphs of a page begin with."""
FAMILIES = {
    "1": "Shapes and sums",
    "2": "Factors and operands",
    "3": "Terms, paths and state",
    "4": "Language and forward pass",
    "6": "The check could not be made",
}
"""First digit of a code -> what its family is about."""


class Page(NamedTuple):
    """The page of a code."""

    name: str
    title: str
    paragraphs: tuple[str, ...]
    examples: tuple[tuple[str, str], ...] = ()
    """Title and program: the wrong lines and the right ones, each with the forward pass it belongs to."""


def all_pages() -> dict[str, Page]:
    """Code -> page, in order of codes: causes of wrong gradients, then errors."""
    from whygrad.diagnosis.causes import CAUSES  # a file for each; they load NumPy

    pages = {kind.code: _page(kind, kind.__name__) for kind in all_errors() if kind is not WhygradError}
    for cause in CAUSES:
        programs = ((name, getattr(cause, name)) for name in ("wrong", "right"))
        examples = tuple((name, _program(cause.forward, text)) for name, text in programs if text)
        pages[cause.code] = _page(type(cause), cause.name)._replace(examples=examples)
    return dict(sorted(pages.items()))


def markdown_of(pages: Mapping[str, Page]) -> str:
    """All pages as one document: a table of contents by family, then each code under its own heading."""
    parts = [_INTRODUCTION]
    for digit, family in FAMILIES.items():
        rows = [f"| [{c}](#{c.lower()}) | {p.title} |" for c, p in pages.items() if c[2] == digit]
        parts.append("\n".join([f"**{family}**\n", "| code | means |", "|---|---|", *rows]))
    parts += [f"## {code}\n\n{markdown(page)}" for code, page in pages.items()]
    return "\n\n".join(parts) + "\n"


def markdown(page: Page) -> str:
    """One page, without a heading: its title, its parts, and the examples as code."""
    parts = [f"**{page.title}.**"]
    for text in page.paragraphs:
        name, colon, rest = text.partition(":")
        parts.append(f"*{name}.*{rest}" if colon and name in PARTS else text)
    parts += [f"{name.capitalize()}:\n\n```python\n{text}\n```" for name, text in page.examples]
    return "\n\n".join(parts)


def rules_of(pages: Mapping[str, Page]) -> list[dict[str, object]]:
    """The pages as the rules of a SARIF log."""
    return [
        rule(code, page.name, page.title, "\n\n".join(page.paragraphs), markdown(page))
        for code, page in pages.items()
    ]


_INTRODUCTION = """\
# Codes

Every finding and every error has a code; `whygrad code WG203` prints its page, `whygrad code` this list.
A cause never decides that code is wrong: it names and words an edit that was found by search and run.
This page is written by `WHYGRAD_UPDATE_DOCS=1 pytest tests/test_pages.py`, from the causes themselves."""


def _program(forward: str, lines: str) -> str:
    return f"{forward.strip()}\n{lines.strip()}".strip()


def _page(kind: type, name: str) -> Page:
    title, _, rest = (inspect.getdoc(kind) or "").partition("\n")
    paragraphs: list[str] = []
    for block in rest.strip().split("\n\n"):
        # A part begins with its name and a colon ("Why: ..."); lines without one go on.
        for line in block.splitlines():
            if not paragraphs or line.partition(":")[0] in PARTS:
                paragraphs.append(line)
            else:
                paragraphs[-1] += " " + line.strip()
    return Page(name, title.rstrip("."), tuple(paragraphs))
