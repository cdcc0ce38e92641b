"""Pages in Debian's Chromium. Without a browser these tests are skipped, and say so; CI installs one."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from whygrad.explanation.subjects import Subject, subject_of
from whygrad.page.document import document_of
from whygrad.page.html import html_of, packed

FLAGS = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-sync",
    "--no-first-run",
    "--disable-domain-reliability",
]
POINT = "w0=2, w1=-3, w2=-3, x0=-1, x1=-2"


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """A running browser."""
    place = shutil.which("chromium") or shutil.which("chromium-browser")
    if place is None:
        pytest.skip("no chromium here (apt-get install chromium)")
    library = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    root = ["--no-sandbox"] if os.geteuid() == 0 else []
    with library.sync_playwright() as play:
        browser = play.chromium.launch(executable_path=place, args=FLAGS + root)
        yield browser
        browser.close()


@pytest.fixture
def opened(chromium: Any, tmp_path: Path) -> Iterator[Callable[..., Any]]:
    """Write the page of a subject or a document, open it as a file, and wait until it stands.

    Any error in the page, and any request that leaves it, fails the test.
    """
    troubles: list[str] = []
    contexts = []

    def open_(shown: Subject | dict[str, Any], hash_: str = "", **options: Any) -> Any:
        document = shown if isinstance(shown, dict) else document_of(shown)
        path = tmp_path / f"page{len(contexts)}.html"
        path.write_text(html_of(document["title"], packed(document)), encoding="utf-8")
        context = chromium.new_context(**{"viewport": {"width": 1280, "height": 900}, **options})
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(5000)
        page.on("pageerror", lambda error: troubles.append(f"error: {error}"))
        page.on("console", lambda said: said.type == "error" and troubles.append(f"console: {said.text}"))
        page.on("request", lambda r: r.url.startswith("file:") or troubles.append(f"request: {r.url[:80]}"))
        page.goto(path.as_uri() + hash_)
        page.wait_for_selector("#whygrad[data-ready]")
        return page

    yield open_
    for context in contexts:
        context.close()
    assert not troubles


@pytest.fixture
def neuron() -> Subject:
    return subject_of("sigmoid(w0*x0 + w1*x1 + w2)", (), POINT)
