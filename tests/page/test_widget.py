"""The built widget module, as a notebook uses it: it draws, tells what is chosen, draws a new document."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from whygrad.explanation.subjects import Subject, subject_of
from whygrad.page.document import document_of

WIDGET = Path(__file__).resolve().parents[2] / "src" / "whygrad" / "_web" / "widget.js"
MODEL = """
(documents) => {
    const state = { document: documents[0], selection: [] };
    const calls = {};
    window.model = {
        get: (name) => state[name],
        set: (name, value) => { state[name] = value; },
        save_changes: () => {},
        on: (event, call) => { calls[event] = call; },
        off: (event) => { delete calls[event]; },
        state, calls, next: () => { state.document = documents[1]; calls["change:document"](); },
    };
}
"""


def test_the_widget_draws_selects_and_changes(chromium: Any, neuron: Subject) -> None:
    documents = [document_of(neuron), document_of(subject_of("w * x", (), "w=1, x=2"))]
    context = chromium.new_context()
    page = context.new_page()
    try:
        page.set_content("<html lang=en><body><div id=cell></div></body></html>")
        page.evaluate(MODEL, [json.dumps(document) for document in documents])
        page.evaluate(
            """async (code) => {
                const url = URL.createObjectURL(new Blob([code], { type: "text/javascript" }));
                const widget = (await import(url)).default;
                window.clean = widget.render({ model: window.model, el: document.getElementById("cell") });
            }""",
            WIDGET.read_text(encoding="utf-8"),
        )
        page.locator('.wg-frame [aria-label^="input w0"]').focus()
        page.wait_for_function("window.model.state.selection.length === 1")
        assert page.evaluate("window.model.state.selection") == [0]
        page.evaluate("window.model.next()")
        page.get_by_role("heading", name="w * x").wait_for()
        page.evaluate("window.clean()")
        assert page.locator("#cell .wg-page").count() == 0
        assert page.evaluate("Object.keys(window.model.calls)") == []
    finally:
        context.close()
