"""Paths between arrays in the page: what each sends back, that the parts close, and batches."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

from whygrad.explanation.subjects import subject_of

RNG = np.random.default_rng(3)
A, X = RNG.normal(size=(2, 3)), RNG.normal(size=(2, 3))


def two_ways(x: Any, a: Any) -> Any:
    return np.sum(x * a) + np.sum((x[0] * x[1]) ** 2)


TERM = X[0] * X[1]
WAYS = {"direct": A, "first": [2 * TERM * X[1], np.zeros(3)], "second": [np.zeros(3), 2 * TERM * X[0]]}
"""What each path sends back, by the product rule."""


def choose(page: Any, name: str, part: str = "") -> None:
    page.locator(".wg-paths .wg-head select").select_option(label=name)
    if part:
        page.locator(".wg-part select").select_option(label=part)


def sent(page: Any) -> list[str]:
    page.locator(".wg-pathlist li").first.wait_for()
    return [re.sub(r".*back (norm )?", "", text) for text in page.locator(".wg-product").all_text_contents()]


def test_each_path_sends_back_its_part(opened: Any) -> None:
    page = opened(subject_of(two_ways, (X, A)))
    norms = sorted((float(np.linalg.norm(way)) for way in WAYS.values()), reverse=True)
    assert [float(text) for text in sent(page)] == pytest.approx(norms, rel=1e-3)
    page.locator(".wg-pathlist button").first.click()
    assert page.locator(".wg-wire.wg-path").count() > 2
    cells = page.locator(".wg-along .wg-heat td").all_text_contents()
    largest = max(WAYS.values(), key=lambda way: float(np.linalg.norm(way)))
    assert [float(cell) for cell in cells] == pytest.approx(np.ravel(largest), rel=1e-2, abs=1e-9)


def test_paths_of_an_entry_add_up_to_it(opened: Any) -> None:
    page = opened(subject_of(two_ways, (X, A)))
    choose(page, "x", "entry x[0, 2]")
    ways = sorted((float(np.asarray(way)[0, 2]) for way in WAYS.values()), key=abs, reverse=True)
    assert [float(text) for text in sent(page)] == pytest.approx(ways, rel=1e-3, abs=1e-9)
    note = page.locator(".wg-paths .wg-note").last.inner_text()
    assert float(note.rpartition("= ")[2].rstrip(".")) == pytest.approx(sum(ways), rel=1e-3)
    choose(page, "x", "row x[1], as norms")
    rows = sorted((float(np.linalg.norm(way[1])) for way in WAYS.values()), reverse=True)
    assert [float(text) for text in sent(page)] == pytest.approx(rows, rel=1e-3, abs=1e-9)


def layer(X: Any, W: Any, b: Any) -> Any:
    return np.mean(np.tanh(X @ W + b) ** 2)


def test_parts_by_example_are_those_of_each_example_alone(opened: Any) -> None:
    W, b = RNG.normal(size=(3, 2)), RNG.normal(size=2)
    page = opened(subject_of(layer, (A, W, b)))
    choose(page, "W", "by example of the batch")
    page.locator(".wg-examples > table > tbody > tr").first.wait_for()
    h = np.tanh(A @ W + b)
    parts = [np.outer(A[k], 2 * h[k] * (1 - h[k] ** 2) / 4) for k in range(2)]
    for row in page.locator(".wg-examples > table > tbody > tr").all():
        name = row.locator("th").inner_text()
        wanted = sum(parts) if name == "in all" else parts[int(name[1])]
        cells = [float(cell) for cell in row.locator(".wg-heat td").all_text_contents()]
        assert cells == pytest.approx(wanted.ravel(), rel=1e-2, abs=1e-6), name


def test_closed_gates_carry_paths_too(opened: Any) -> None:
    W, b = RNG.normal(size=(3, 2)), RNG.normal(size=2)
    page = opened(subject_of(layer, (A, W, b)))
    choose(page, "W")
    before = sent(page)
    page.locator("body").press("g")
    page.locator(".wg-frame .wg-gate").first.wait_for()
    assert sent(page) == before


def deep(x: Any, w: Any) -> Any:
    for _ in range(12):
        x = np.tanh(x * w) + x
    return np.sum(x)


def test_of_very_many_paths_the_rest_is_told(opened: Any) -> None:
    page = opened(subject_of(deep, (np.array([0.3, -0.4]), np.array([0.5, 0.25]))))
    choose(page, "x", "entry x[0]")
    assert "4 096 paths lead from x" in page.locator(".wg-paths").inner_text().replace("\n", " ").replace(
        "\u202f", " "
    )
    parts = [float(text) for text in sent(page)]
    assert parts == sorted(parts, reverse=True) and len(parts) == 8
    note = page.locator(".wg-paths .wg-note").last.inner_text().replace("\u202f", "")
    rest, gradient = re.findall(r"([\d.e+-]+) of the other 4088 = ([\d.e+-]+)\.$", note)[0]
    assert sum(parts) + float(rest) == pytest.approx(float(gradient), rel=2e-3)


def test_paths_follow_an_input_once_it_rests(opened: Any) -> None:
    page = opened(subject_of(two_ways, (X, A)))
    before = sent(page)
    page.get_by_label("a, entry 1").fill("9")
    moved = A.copy()
    moved[0, 0] = 9.0
    page.evaluate(
        """async (before) => {
            const now = () => document.querySelector(".wg-product").textContent;
            const end = performance.now() + 4000;
            const pause = () => new Promise((go) => setTimeout(go, 20));
            while (now().endsWith(before) && performance.now() < end) await pause();
        }""",
        before[0],
    )
    norms = sorted((float(np.linalg.norm(w)) for w in (moved, WAYS["first"], WAYS["second"])), reverse=True)
    assert [float(text) for text in sent(page)] == pytest.approx(norms, rel=1e-3)
    assert sent(page) != before
