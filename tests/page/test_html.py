"""One file that holds everything, and stays small."""

from __future__ import annotations

import base64
import gzip
import json
import re

from whygrad.explanation.subjects import Subject
from whygrad.page.document import document_of
from whygrad.page.html import html_of, packed


def test_the_page_is_small_without_data(neuron: Subject) -> None:
    assert len(html_of("x", "").encode()) < 700_000


def test_the_page_names_nothing_outside_itself(neuron: Subject) -> None:
    page = html_of("x", packed(document_of(neuron)))
    bare = re.sub(r"http://www\.w3\.org/[\w/]+", "", page)  # names of XML vocabularies
    assert not re.search(r"""(?:src|href)=["']?(?:https?:)?//""", bare)
    assert not re.search(r"url\((?!data:)", bare)
    assert "connect-src" not in page and "default-src 'none'" in page


def test_the_same_document_gives_the_same_bytes(neuron: Subject) -> None:
    document = document_of(neuron)
    assert packed(document) == packed(json.loads(json.dumps(document)))
    assert json.loads(gzip.decompress(base64.b64decode(packed(document)))) == json.loads(json.dumps(document))


def test_a_title_cannot_leave_its_place() -> None:
    page = html_of("</title><script>alert(1)</script>", "")
    assert "<script>alert(1)" not in page
