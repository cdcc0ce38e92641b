"""A live page in the browser: it follows, keeps the view, and asks for other formulas."""

from __future__ import annotations

from typing import Any

from whygrad.commands.live import Live, told
from whygrad.errors import WhygradError
from whygrad.explanation.subjects import subject_of
from whygrad.page.document import document_of
from whygrad.page.html import packed


def page_of(formula: str, at: str) -> dict[str, Any]:
    try:
        return {"title": formula, "data": packed(document_of(subject_of(formula, (), at)))}
    except WhygradError as error:
        return dict(told(error))


def test_a_live_page_follows_and_asks(chromium: Any) -> None:
    live = Live(page_of("sigmoid(w*x)", "w=2, x=-1"), page_of)
    live.start()
    context = chromium.new_context()
    page = context.new_page()
    outside: list[str] = []
    page.on("request", lambda r: r.url.startswith(live.url) or outside.append(r.url))
    try:
        page.goto(live.url)
        page.wait_for_selector("#whygrad[data-ready]")
        page.get_by_role("button", name="Close sigmoid").click()
        live.publish(page_of("sigmoid(w*x + b)", "w=2, x=-1, b=3"))
        page.get_by_role("heading", name="sigmoid(w*x + b)").wait_for()
        live.publish({"error": "line 3 does not parse"})
        page.get_by_text("line 3 does not parse").wait_for()
        page.get_by_label("Formula", exact=True).fill("exp(w) * b")
        page.get_by_role("button", name="Draw").click()
        page.get_by_role("heading", name="exp(w) * b").wait_for()
        assert page.get_by_label("b", exact=True).input_value() == "3"
        page.get_by_label("Formula", exact=True).fill("alert(1)")
        page.get_by_role("button", name="Draw").click()
        page.locator(".wg-trouble").wait_for()
        assert page.get_by_role("heading", name="exp(w) * b").is_visible()
        assert [url for url in outside if "favicon" not in url] == []
    finally:
        context.close()
        live.stop()
