"""Exercises over arrays: entries by rows or one by one, wrong ones marked, and the causes of the usual slips.

What the reader types here is computed by NumPy from the formulas of a textbook, not by the engine.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from whygrad.diagnosis.causes import CAUSES
from whygrad.explanation.subjects import Subject, subject_of
from whygrad.page.document import document_of

AXE = Path(__file__).resolve().parents[2] / "web" / "node_modules" / "axe-core" / "axe.min.js"
RNG = np.random.default_rng(0)
X, W1, B1, W2, B2, Y = (RNG.normal(size=s) for s in ((4, 3), (3, 2), (2,), (2, 1), (1,), (4, 1)))


def network(X: Any, W1: Any, b1: Any, W2: Any, b2: Any, y: Any) -> Any:
    h = np.tanh(X @ W1 + b1)
    return np.mean((h @ W2 + b2 - y) ** 2)


H = np.tanh(X @ W1 + B1)
ERROR = H @ W2 + B2 - Y
UPSTREAM = 2 * ERROR / 4
GRAD_H = UPSTREAM @ W2.T
GRAD_Z = GRAD_H * (1 - H**2)
GRADS = {"W1": X.T @ GRAD_Z, "b1": GRAD_Z.sum(axis=0), "W2": H.T @ UPSTREAM, "b2": UPSTREAM.sum(axis=0)}


def text_of(values: Any, between: str = "\n") -> str:
    return between.join(" ".join(f"{x:.4g}" for x in row) for row in np.atleast_2d(values))


class Learner:
    """One who fills in gradients by name, and hears what the page says."""

    def __init__(self, page: Any, subject: Subject) -> None:
        entries = subject.ledger()
        self.page, self.rows = page, {entries.label(row): row for row in entries.names}
        page.get_by_role("button", name="Exercise").click()

    def choose(self, name: str) -> None:
        self.page.evaluate(f"whygrad.state.exercise.current.value = '{self.rows[name]}'")
        self.page.get_by_label(f"gradient of {name}").first.wait_for()

    def says(self, name: str, text: str) -> str:
        self.choose(name)
        if self.page.get_by_role("button", name="As text").count():
            self.page.get_by_role("button", name="As text").click()
        self.page.get_by_label(f"gradient of {name}", exact=True).fill(text)
        self.page.get_by_role("button", name="Check").click()
        given = self.page.evaluate(
            f"(() => {{ const a = whygrad.state.exercise.answers.value.get('{self.rows[name]}');"
            " return [a.verdict, a.code, a.title]; })()"
        )
        return "right" if given[0] == "right" else " ".join(given[1:]).strip()

    def known(self, name: str) -> bool:
        return bool(self.page.evaluate(f"whygrad.state.exercise.known('{self.rows[name]}')"))

    def marked(self) -> list[str]:
        self.page.locator(".wg-entry").first.wait_for()
        return [one.get_attribute("aria-label") for one in self.page.locator(".wg-entry.wg-bad input").all()]


@pytest.fixture
def learner(opened: Any) -> Learner:
    subject = subject_of(network, (X, W1, B1, W2, B2, Y))
    return Learner(opened(subject), subject)


@pytest.mark.parametrize("between", ["\n", "; "])
def test_right_arrays_are_taken(learner: Learner, between: str) -> None:
    for name, gradient in GRADS.items():
        assert learner.says(name, text_of(gradient, between)) == "right", name
    assert learner.says("X", str((GRAD_Z @ W1.T).round(6).tolist())) == "right"


def test_slips_of_arrays_are_named(learner: Learner) -> None:
    for name, wrong, said in (
        ("W1", GRADS["W1"].T, "WG104 this is the transpose"),
        ("W1", -GRADS["W1"], "WG204 the sign"),
        ("b1", GRAD_Z, "WG103 this is not summed over axis 0"),
        ("b1", GRAD_Z.mean(axis=0), "WG205 this is the mean over axis 0"),
        ("W2", 4 * GRADS["W2"], "WG205 the factor 0.25"),
        ("W2", W2, "WG208 this is the value of `W2`"),
        ("t2", GRAD_H, "WG207 this is the upstream gradient alone"),
        ("t2", 1 - H**2, "WG206 this is the local gradient alone"),
        ("t5", ERROR / 4, "WG205 the exponent"),
    ):
        assert learner.says(name, text_of(wrong)).startswith(said), said


def test_wrong_entries_are_marked_and_mended_there(learner: Learner) -> None:
    wrong = GRADS["W1"].copy()
    wrong[1, 0] *= -1
    assert learner.says("W1", text_of(wrong)) == "WG204 in the entries that are marked: the sign is wrong"
    assert learner.marked() == ["gradient of W1, [1, 0]"]
    learner.page.get_by_label("gradient of W1, [1, 0]").fill(f"{GRADS['W1'][1, 0]:.4g}")
    learner.page.get_by_role("button", name="Check").click()
    assert learner.known("W1")
    wrong[:, 1] = 0.123
    assert "4 of 6 entries are wrong" in learner.says("W1", text_of(wrong))


def test_a_right_step_from_a_wrong_array_is_told_apart(learner: Learner) -> None:
    wrong = UPSTREAM * 1.5
    assert "no usual slip" in learner.says("t3", text_of(wrong))
    assert "it starts from a wrong number" in learner.says("W2", text_of(H.T @ wrong))
    assert "it starts from a wrong number" in learner.says("h", text_of(wrong @ W2.T))


def test_what_cannot_be_read_is_told(learner: Learner) -> None:
    assert "row 2 has 1 entry" in learner.says("W1", "1 2; 3; 4 5")
    assert "`x` is no number" in learner.says("W1", "1 2; 3 x; 4 5")
    assert "this has the shape (2,)" in learner.says("W1", "1 2")


def test_entry_by_entry_by_keys_alone(learner: Learner) -> None:
    page = learner.page
    learner.choose("b1")
    page.get_by_role("button", name="Entry by entry").click()
    page.get_by_label("gradient of b1, [0]").focus()
    page.keyboard.type(f"{GRADS['b1'][0]:.4g}")
    page.keyboard.press("Tab")
    page.keyboard.type(f"{GRADS['b1'][1]:.4g}")
    page.keyboard.press("Enter")
    assert learner.known("b1")


def test_an_exercise_by_keys_alone_begins_at_its_field(opened: Any, neuron: Subject) -> None:
    page = opened(neuron)
    page.keyboard.press("e")
    page.locator(".wg-exercise").wait_for()
    for text in ("1", "0.53"):
        page.wait_for_timeout(100)
        page.keyboard.type(text)
        page.keyboard.press("Enter")
    page.locator(".wg-cause").wait_for()
    assert "the sign is wrong" in page.locator(".wg-cause").inner_text()  # two digits are enough to see it
    label = "document.activeElement.getAttribute('aria-label')"
    assert page.evaluate(label) == "gradient of t7"


def cube(x: Any) -> Any:
    return x[0] * x[1] + x[1] ** 3


def test_reads_of_an_array_are_put_in_their_places(opened: Any) -> None:
    subject = subject_of(cube, (np.array([2.0, 3.0, 5.0]),))
    learner = Learner(opened(subject), subject)
    assert learner.says("x", "3 29 0") == "right"


def loss(X: Any, W: Any, b: Any) -> Any:
    z = X @ W + b
    p = np.exp(z) / np.sum(np.exp(z), axis=1, keepdims=True)
    return -np.mean(np.log(p[np.arange(4), [0, 2, 1, 1]]))


def test_the_softmax_layer_is_an_exercise_too(opened: Any) -> None:
    W, b = np.ones((3, 3)) * np.arange(3) / 4, np.array([0.1, -0.2, 0.3])
    subject = subject_of(loss, (X, W, b))
    learner = Learner(opened(subject), subject)
    z = X @ W + b
    p = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
    grad = (p - np.eye(3)[[0, 2, 1, 1]]) / 4
    assert learner.says("z", text_of(grad)) == "right"
    assert learner.says("b", text_of(grad.sum(axis=0))) == "right"
    assert learner.says("b", text_of(grad.sum(axis=0) * 4)).startswith("WG205 the factor 0.25")
    assert learner.says("W", text_of((X.T @ grad).T)).startswith("WG104 this is the transpose")


def test_closed_gates_of_arrays_have_their_slips(opened: Any) -> None:
    W, b = np.ones((3, 3)) * np.arange(3) / 4, np.array([0.1, -0.2, 0.3])
    subject = subject_of(loss, (X, W, b))
    learner = Learner(opened(subject), subject)
    learner.page.get_by_role("button", name="Close softmax with cross-entropy").click()
    z = X @ W + b
    p, y = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True), np.eye(3)[[0, 2, 1, 1]]
    for wrong, said in (
        (p / 4, "WG301 the term `- y` is missing"),
        (p - y, "WG207 the factor `1 / n` is missing"),
        ((p + y) / 4, "WG204 a sign is wrong in `s - y`"),
        ((y - p) / 4, "WG204 the sign is wrong"),
    ):
        assert learner.says("z", text_of(wrong)) == said
    assert learner.says("z", text_of((p - y) / 4)) == "right"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_fault_of_accessibility_on_a_small_screen(opened: Any, scheme: str) -> None:
    if not AXE.is_file():
        pytest.skip("axe-core is not there (cd web && npm ci)")
    subject = subject_of(network, (X, W1, B1, W2, B2, Y))
    page = opened(subject, color_scheme=scheme, viewport={"width": 320, "height": 640})
    page.locator(".wg-paths .wg-head select").select_option(label="W1")
    page.locator(".wg-part select").select_option(label="by example of the batch")
    page.locator(".wg-examples").wait_for()
    page.evaluate(AXE.read_text(encoding="utf-8"))
    assert_accessible(page)
    learner = Learner(page, subject)
    learner.says("W1", text_of(-GRADS["W1"]))
    page.locator(".wg-entry.wg-bad").first.wait_for()
    assert_accessible(page)


def assert_accessible(page: Any) -> None:
    found = page.evaluate("axe.run(document, { resultTypes: ['violations'] })")["violations"]
    assert [f"{v['id']}: {v['nodes'][0]['html'][:120]}" for v in found] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_the_codes_are_those_of_causes() -> None:
    document = document_of(subject_of(network, (X, W1, B1, W2, B2, Y)))
    mutants = document["program"]["backward"][0]["mutants"]["list"]
    assert {m["code"] for m in mutants} <= {cause.code for cause in CAUSES}
    assert len(mutants) > 100
