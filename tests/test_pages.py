"""The pages of codes: complete, and the same in the documentation as in the causes."""

from __future__ import annotations

import ast
import os
import re
from pathlib import Path

import pytest

from whygrad.pages import FAMILIES, PARTS, all_pages, markdown, markdown_of

DOCUMENT = Path(__file__).resolve().parents[1] / "docs" / "codes.md"
PAGES = all_pages()


def test_the_document_is_what_the_causes_say():
    text = markdown_of(PAGES)
    if os.environ.get("WHYGRAD_UPDATE_DOCS"):
        DOCUMENT.write_text(text, encoding="utf-8")
    assert DOCUMENT.read_text(encoding="utf-8") == text, "WHYGRAD_UPDATE_DOCS=1 writes it anew"


def test_every_code_has_its_heading_and_its_line_in_a_table():
    text = DOCUMENT.read_text(encoding="utf-8")
    assert re.findall(r"^## (WG\d{3})$", text, re.MULTILINE) == list(PAGES)
    assert re.findall(r"^\| \[(WG\d{3})\]\(#wg\d{3}\)", text, re.MULTILINE) == list(PAGES)
    assert {code[2] for code in PAGES} == set(FAMILIES)


@pytest.mark.parametrize("code", PAGES)
def test_a_page_says_what_happened_and_shows_it(code):
    page = PAGES[code]
    assert page.title and not page.title.endswith(".")
    if code < "WG6":
        assert [text.partition(":")[0] for text in page.paragraphs] == list(PARTS)
    if code < "WG6" and code != "WG299":
        assert [name for name, _ in page.examples] == ["wrong", "right"]
        for name, program in page.examples:
            ast.parse(program)
            assert program in markdown(page), name
        assert page.examples[0][1] != page.examples[1][1]
