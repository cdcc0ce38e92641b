"""The built page in a real browser: what a reader does, and that the numbers are the engine's."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from whygrad.explanation.subjects import Subject, subject_of

NEURON = "sigmoid(w0*x0 + w1*x1 + w2)"


def numbers_of(page: Any) -> dict[int, tuple[Any, Any]]:
    """Value and gradient of every row, as the page computes them."""
    found = page.evaluate(
        """() => {
            const { state } = window.whygrad;
            const run = state.run.value;
            const array = (v) => ({ shape: v.shape, data: [...v.data] });
            const plain = (v) => v === null || typeof v === "number" ? v : array(v);
            return state.document.rows.map((r) => [r.id, plain(run.value(r.id)), plain(run.gradient(r.id))]);
        }"""
    )
    return {row: (array_of(value), array_of(gradient)) for row, value, gradient in found}


def array_of(plain: Any) -> Any:
    if isinstance(plain, dict):
        return np.array(plain["data"]).reshape(plain["shape"])
    return plain


def assert_same_numbers(page: Any, subject: Subject) -> int:
    """Every value and gradient of the page is the engine's, up to the last digits of exp and the like."""
    entries, compared = subject.ledger(), 0
    for row, (value, gradient) in numbers_of(page).items():
        np.testing.assert_allclose(value, entries.run[row], rtol=1e-13, atol=1e-14, err_msg=f"row {row}")
        wanted = entries.gradient(row)
        assert (gradient is None) == (wanted is None), f"row {row}"
        if wanted is not None:
            np.testing.assert_allclose(gradient, wanted, rtol=1e-12, atol=1e-14, err_msg=f"row {row}")
            compared += 1
    return compared


def texts(page: Any, selector: str) -> list[str]:
    return [text.strip() for text in page.locator(selector).all_text_contents()]


def test_the_page_shows_the_course_notes_numbers(opened: Any, neuron: Subject) -> None:
    page = opened(neuron)
    assert texts(page, ".wg-frame .wg-value")[:5] == ["2", "-1", "-2", "-3", "-2"]
    assert {"0.1966", "-0.5898", "0.3932", "-0.5344", "1"} <= set(texts(page, ".wg-frame .wg-gradient"))
    assert assert_same_numbers(page, neuron) == 13


def test_typing_an_input_moves_all_numbers(opened: Any, neuron: Subject) -> None:
    page = opened(neuron)
    page.get_by_label("w0", exact=True).fill("0.5")
    page.get_by_label("x1", exact=True).fill("1/3")
    moved = subject_of(NEURON, (), {"w0": 0.5, "w1": -3, "w2": -3, "x0": -1, "x1": 1 / 3})
    assert_same_numbers(page, moved)
    page.get_by_role("button", name="Put back").click()
    assert_same_numbers(page, neuron)


def test_typing_into_a_rounded_number_replaces_it(opened: Any) -> None:
    page = opened(subject_of("w * x", (), {"w": 2.0409191213851825, "x": 1 / 3}))
    field = page.get_by_label("w", exact=True)
    assert field.input_value() == "2.04092"
    page.get_by_label("w, slider").focus()
    page.keyboard.press("Tab")
    page.keyboard.type("9")
    assert field.input_value() == "9"
    page.get_by_label("x", exact=True).fill("0.5")
    assert_same_numbers(page, subject_of("w * x", (), {"w": 9.0, "x": 0.5}))


def test_dragging_an_input_moves_all_numbers(opened: Any, neuron: Subject) -> None:
    page = opened(neuron)
    slider = page.get_by_label("w1, slider")
    box = slider.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.8, box["y"] + box["height"] / 2)
    page.mouse.up()
    w1 = float(page.get_by_label("w1", exact=True).input_value())
    assert w1 > -1
    assert_same_numbers(page, subject_of(NEURON, (), {"w0": 2, "w1": w1, "w2": -3, "x0": -1, "x1": -2}))


def test_what_is_no_number_is_marked_and_changes_nothing(opened: Any, neuron: Subject) -> None:
    page = opened(neuron)
    page.get_by_label("w0", exact=True).fill("alert(1)")
    assert page.get_by_label("w0", exact=True).get_attribute("aria-invalid") == "true"
    assert_same_numbers(page, neuron)


def test_stepping_computes_values_and_then_gradients(opened: Any, neuron: Subject) -> None:
    page = opened(neuron)
    page.get_by_role("button", name="Step through").click()
    assert len(texts(page, ".wg-frame .wg-value")) == 5 and not texts(page, ".wg-frame .wg-gradient")
    for count in range(6, 14):
        page.get_by_role("button", name="Next step").click()
        assert len(texts(page, ".wg-frame .wg-value")) == count
    assert "0.7311" in page.locator(".wg-inspector").inner_text()
    page.get_by_role("button", name="Next step").click()
    assert texts(page, ".wg-frame .wg-gradient") == ["1"]
    page.get_by_role("button", name="Next step").click()
    told = page.locator(".wg-inspector").inner_text()
    assert "The upstream gradient 1 arrives at out" in told
    assert set(texts(page, ".wg-frame .wg-gradient")) == {"1", "-0.5344"}
    page.get_by_role("button", name="One step back").click()
    assert texts(page, ".wg-frame .wg-gradient") == ["1"]
    page.get_by_role("button", name="Show all").click()
    assert len(texts(page, ".wg-frame .wg-gradient")) == 13


def test_a_gate_closes_and_opens(opened: Any, neuron: Subject) -> None:
    page = opened(neuron)
    page.get_by_role("button", name="Close sigmoid").click()
    assert "sigmoid" in texts(page, ".wg-frame .wg-label") and "exp" not in texts(page, ".wg-frame .wg-label")
    assert set(texts(page, ".wg-frame .wg-gradient")) == {
        "-0.1966",
        "0.3932",
        "-0.3932",
        "-0.5898",
        "0.1966",
        "1",
    }
    page.locator(".wg-frame .wg-gate [data-key]").click()
    assert "exp" in texts(page, ".wg-frame .wg-label")


def test_a_wire_shows_its_ledger_row(opened: Any, neuron: Subject) -> None:
    page = opened(neuron)
    page.locator('.wg-wire [aria-label^="wire from w0"]').focus()
    told = page.locator(".wg-inspector").inner_text()
    for part in (
        "carries forward",
        "2",
        "local gradient",
        "x0 = -1",
        "upstream gradient",
        "0.1966",
        "-0.1966",
    ):
        assert part in told


def test_another_output_can_be_chosen(opened: Any, neuron: Subject) -> None:
    page = opened(neuron)
    page.get_by_label("gradient of").select_option(label="t4")
    assert "exp" not in texts(page, ".wg-frame .wg-label")
    assert {"-1", "2", "-2", "-3", "1"} == set(texts(page, ".wg-frame .wg-gradient"))


def layer(W: Any, b: Any, x: Any, y: Any) -> Any:
    h = np.maximum(W @ x + b, 0)
    p = np.exp(h) / np.sum(np.exp(h))
    return -np.log(p[1]) + 0.5 * np.sum(W**2) - np.mean((h - y) ** 2, axis=0)


def test_arrays_are_followed_too(opened: Any) -> None:
    W, b, x, y = np.arange(6.0).reshape(3, 2) / 5 - 0.3, np.zeros(3), np.array([1.0, 2.0]), np.ones(3)
    page = opened(subject_of(layer, (W, b, x, y)))
    page.get_by_label("x, entry 2").fill("-0.75")
    assert assert_same_numbers(page, subject_of(layer, (W, b, np.array([1.0, -0.75]), y))) > 10


def branching(x: float, w: float) -> float:
    y = w * x
    y = y * 3 if y > 1 else y * y
    return y + x


def test_another_branch_is_told(opened: Any) -> None:
    page = opened(subject_of(branching, (0.5, 0.8)))
    assert page.locator(".wg-warning").count() == 0
    page.get_by_label("w", exact=True).fill("4")
    assert "takes another branch" in page.locator(".wg-warning").inner_text()
    page.get_by_label("w", exact=True).fill("1")
    assert page.locator(".wg-warning").count() == 0


def picked(z: Any, y: Any) -> Any:
    return np.sum(z[np.arange(2), y] ** 2)


def test_inputs_at_which_the_code_stops_are_told_and_the_numbers_stay(opened: Any) -> None:
    z = np.array([[0.5, -1.0, 2.0], [1.5, 0.25, -0.75]])
    page = opened(subject_of(picked, (z, np.array([0, 2]))))
    field = page.get_by_label("y, entry 1")
    for text, said in (("7", "no entry 7 along an axis of length 3"), ("1.5", "1.5 is no whole number")):
        field.fill(text)
        page.locator(".wg-inputs .wg-warning").filter(has_text=said).wait_for()
        output = page.evaluate("whygrad.state.run.value.value(whygrad.state.output.value)")
        assert output == pytest.approx(0.5**2 + 0.75**2)
    field.fill("1")
    page.locator(".wg-inputs .wg-warning").wait_for(state="detached")
    assert_same_numbers(page, subject_of(picked, (z, np.array([1, 2]))))


def test_a_small_array_is_a_table(opened: Any) -> None:
    W, b, x, y = np.arange(6.0).reshape(3, 2) / 5 - 0.3, np.zeros(3), np.array([1.0, 2.0]), np.ones(3)
    subject = subject_of(layer, (W, b, x, y))
    page = opened(subject)
    page.locator('.wg-frame [aria-label^="input W"]').focus()
    cells = page.locator(".wg-heat").nth(1).locator("td").all_text_contents()
    gradient = subject.ledger().gradient(subject.graph.inputs[0])
    assert [float(cell) for cell in cells] == pytest.approx(gradient.ravel(), rel=1e-2, abs=1e-6)


@pytest.mark.parametrize("width", [320, 800, 1600])
def test_nothing_is_cut_at_any_width(opened: Any, neuron: Subject, width: int) -> None:
    page = opened(neuron, viewport={"width": width, "height": 720})
    assert page.evaluate("document.documentElement.scrollWidth") <= width
