"""What readers of all kinds do: exercises, checks, paths, links, keys alone, screen readers."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from whygrad.diagnosis.causes import CAUSES
from whygrad.explanation.subjects import Subject, subject_of
from whygrad.page.claims import with_check
from whygrad.page.document import document_of
from whygrad.scripts import read_script

ROOT = Path(__file__).resolve().parents[2]
AXE = ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js"
INSPECTOR = ".wg-inspector"


def texts(page: Any, selector: str) -> list[str]:
    return [text.strip() for text in page.locator(selector).all_text_contents()]


# --- exercises ------------------------------------------------------------------------------------------
def answer(page: Any, name: str, text: str) -> str:
    """Give an entry, and return what the page says to it."""
    field = page.get_by_label(f"gradient of {name}", exact=True)
    field.fill(text)
    field.press("Enter")
    cause = page.locator(".wg-exercise .wg-cause")
    return cause.inner_text() if cause.count() else ""


@pytest.fixture
def exercise(opened: Any, neuron: Subject) -> Any:
    page = opened(neuron)
    page.get_by_role("button", name="Exercise").click()
    assert texts(page, ".wg-frame .wg-gradient") == ["?"] * 13
    return page


def test_an_exercise_takes_right_entries_and_tells_causes_of_wrong_ones(exercise: Any) -> None:
    page = exercise
    assert answer(page, "out", "1") == ""
    assert (
        "local gradient alone" not in answer(page, "t7", "0.5344") and "sign" in texts(page, ".wg-cause")[0]
    )
    assert answer(page, "t7", "-0.534") == ""
    assert "local gradient alone" in answer(page, "t6", "1")
    assert answer(page, "t6", "-0.5344") == ""
    assert "upstream gradient alone" in answer(page, "t5", "-0.5344")
    assert answer(page, "t5", "-0.19661") == "" and answer(page, "t4", "0.1966") == ""
    page.locator('.wg-frame [data-key="0"]').click()
    assert "value out" in answer(page, "w0", "-0.731").replace("`", "")
    assert "multiplies by w0 itself" in answer(page, "w0", str(2 * 0.19661193)).replace("`", "")
    assert answer(page, "w0", "-0.1966") == ""
    assert "-0.1966" in texts(page, ".wg-frame .wg-gradient")


def test_a_right_step_from_a_wrong_number_is_told_apart(exercise: Any) -> None:
    page = exercise
    answer(page, "out", "1")
    answer(page, "t7", "0.25")
    page.locator('.wg-frame [data-key="13"]').click()
    told = answer(page, "t6", "0.25")
    assert "this step is right" in told and "t7" in told


def test_answers_can_be_shown_and_the_exercise_ends(exercise: Any) -> None:
    page = exercise
    for _ in range(13):
        page.get_by_role("button", name="Show it").click()
    assert "All 13 gradients stand" in page.locator(".wg-exercise").inner_text()
    page.get_by_role("button", name="Leave").click()
    assert "0.1966" in texts(page, ".wg-frame .wg-gradient")


def test_a_closed_gate_has_its_own_slips(exercise: Any) -> None:
    page = exercise
    page.get_by_role("button", name="Close sigmoid").click()
    assert answer(page, "out", "1") == ""
    told = answer(page, "t4", "0.7311")
    assert "WG20" in told and "out" in told


def test_the_codes_of_exercises_are_those_of_causes(neuron: Subject) -> None:
    mutants = document_of(neuron)["program"]["backward"][0]["mutants"]["list"]
    assert {m["code"] for m in mutants} <= {cause.code for cause in CAUSES}
    assert len(mutants) > 50


def reused(w: float, x: float) -> float:
    h = w * x
    return h * h + w


def test_a_forgotten_path_is_named(opened: Any) -> None:
    page = opened(subject_of(reused, (2.0, 3.0)))
    page.get_by_role("button", name="Exercise").click()
    page.locator('.wg-frame [data-key="0"]').click()
    assert "path through" in answer(page, "w", "36")


# --- checks ---------------------------------------------------------------------------------------------
def checked(path: str) -> dict[str, Any]:
    reading = read_script(path, {})
    assert reading.result is not None
    entries = reading.subject.ledger()
    document = document_of(reading.subject)
    return with_check(document, entries, reading.result, reading.source, reading.edits, reading.claimed({}))


def test_a_check_stands_beside_the_truth(opened: Any) -> None:
    page = opened(checked(str(ROOT / "examples" / "sigmoid_neuron.py")))
    claims = texts(page, ".wg-frame .wg-claim")
    assert "✓ grad_product 0.1966" in claims and claims.count("✗ grad_x [-0.7311]") == 2
    assert page.locator(".wg-fault").count() == 4
    assert "WG401" in page.locator(".wg-code").inner_text()
    page.locator('.wg-frame [aria-label^="input x[0]"]').focus()
    assert "WG201, line 10" in page.locator(INSPECTOR).inner_text()


@pytest.mark.parametrize("width", [320, 800])
def test_a_check_is_not_cut_on_small_screens(opened: Any, width: int) -> None:
    document = checked(str(ROOT / "examples" / "sigmoid_neuron.py"))
    page = opened(document, viewport={"width": width, "height": 720})
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert "✗ grad_x wrong" in page.locator(INSPECTOR).inner_text()


def test_claims_go_when_an_input_is_moved(opened: Any) -> None:
    page = opened(checked(str(ROOT / "examples" / "sigmoid_neuron.py")))
    page.get_by_label("x[0]", exact=True).fill("4")
    assert texts(page, ".wg-frame .wg-claim") == []


LAYER = """\
import numpy as np
def make_inputs():
    rng = np.random.default_rng(0)
    return dict(x=rng.normal(size=(4, 3)), W=rng.normal(size=(3, 2)), b=np.zeros(2))
def forward(x, W, b):
    z = x @ W + b
    return np.tanh(z), (x, W, z)
def backward(dh, cache):
    x, W, z = cache
    dz = dh * (1 - np.tanh(z) ** 2)
    return dz @ W.T, x.T @ dz, dz.sum(axis=0) * 2
"""


def test_a_layer_has_the_gradients_that_its_backward_pass_should_return(tmp_path: Path) -> None:
    path = tmp_path / "layer.py"
    path.write_text(LAYER)
    document = checked(str(path))
    verdicts = {claim["of"]: claim["verdict"] for claim in document["check"]["claims"]}
    assert verdicts == {"x": "right", "W": "right", "b": "wrong"}
    assert document["check"]["findings"][0]["line"] == 11


def test_entries_that_differ_are_marked_beside_the_true_ones(opened: Any, tmp_path: Path) -> None:
    path = tmp_path / "layer.py"
    path.write_text(
        LAYER.replace("dz.sum(axis=0) * 2", "dz.sum(axis=0)").replace("x.T @ dz", "x.T @ dz * [1, 2]")
    )
    page = opened(checked(str(path)))
    page.locator('.wg-frame [aria-label^="input W"]').focus()
    page.locator(".wg-heat td.wg-bad").first.wait_for()
    true, mine = (page.locator(".wg-heat").nth(k).locator("td").all_text_contents() for k in (1, 2))
    assert [text.startswith("\u2717 ") for text in mine] == [False, True] * 3
    assert [float(text.removeprefix("\u2717 ")) for text in mine[1::2]] == pytest.approx(
        [2 * float(text) for text in true[1::2]], rel=2e-2
    )
    assert "differs (3 of 6)" in page.locator(INSPECTOR).inner_text()


# --- paths, code, links ---------------------------------------------------------------------------------
def test_a_path_lights_up_and_its_product_is_the_gradient(opened: Any) -> None:
    page = opened(subject_of(reused, (2.0, 3.0)))
    shown = page.locator(".wg-paths").inner_text()
    assert "3 paths lead from w to out" in shown.replace("\n", " ")
    assert re.search(r"18 \+ 18 \+ 1 = 37", shown)
    page.locator(".wg-pathlist button").first.click()
    assert page.locator(".wg-wire.wg-path").count() == 4


def test_line_and_gate_light_each_other_up(opened: Any) -> None:
    page = opened(subject_of(reused, (2.0, 3.0)))
    page.get_by_role("button", name=re.compile(r"line \d+: h = w \* x")).hover()
    assert page.locator(".wg-box.wg-lit").count() == 1
    page.locator(".wg-frame .wg-op [data-key]").first.focus()
    assert texts(page, ".wg-code mark") == ["w * x"]


def test_a_link_restores_the_view(opened: Any, neuron: Subject) -> None:
    page = opened(neuron)
    page.get_by_role("button", name="Close sigmoid").click()
    page.get_by_label("w0", exact=True).fill("0.5")
    page.get_by_label("gradient of").select_option(label="t4")
    page.keyboard.press("Escape")
    link = page.evaluate("location.hash")
    again = opened(neuron, link)
    assert again.get_by_label("w0", exact=True).input_value() == "0.5"
    assert texts(again, ".wg-frame .wg-label") == texts(page, ".wg-frame .wg-label")
    assert again.evaluate("location.hash") == link


@pytest.mark.parametrize(
    "hash_",
    [
        "#output=999&turned=<script>&at=0:alert(1),x:2,0:1e999&step=-1",
        "#%%%&&==&at=",
        "#step=99999999&turned=g15-9,,g15-9",
    ],
)
def test_a_broken_link_does_no_harm(opened: Any, neuron: Subject, hash_: str) -> None:
    page = opened(neuron, hash_)
    assert texts(page, ".wg-frame .wg-value")[:5] == ["2", "-1", "-2", "-3", "-2"]


# --- keys, screen readers, screens ----------------------------------------------------------------------
def test_everything_can_be_reached_by_keys(opened: Any, neuron: Subject) -> None:
    page = opened(neuron)
    label = "document.activeElement.getAttribute('aria-label') || document.activeElement.textContent"
    seen = []
    for _ in range(30):
        page.keyboard.press("Tab")
        seen.append(page.evaluate(label))
    assert any(text.startswith("input w0") for text in seen) and "Next step" not in seen
    assert {"w0, slider", "Close sigmoid", "Exercise"} <= set(seen)
    page.locator('.wg-frame [tabindex="0"][data-key]').focus()
    walked = []
    for key in ["ArrowRight"] * 4 + ["ArrowLeft"] * 2 + ["ArrowDown", "End"]:
        page.keyboard.press(key)
        page.evaluate("new Promise((done) => requestAnimationFrame(() => setTimeout(done)))")
        walked.append(page.evaluate(label))
    assert walked[0].startswith("wire from w0 to *") and walked[1].startswith("operation times")
    assert walked[3].startswith("operation plus") and walked[-1].startswith("output out")
    page.keyboard.press("Home")
    outline = page.evaluate("getComputedStyle(document.activeElement.querySelector('.wg-hit')).strokeWidth")
    assert float(outline.removesuffix("px")) >= 3
    page.keyboard.press("n")
    page.keyboard.press("n")
    assert "times" in page.locator('[role="status"]').inner_text()
    page.keyboard.press("g")
    assert "sigmoid" in texts(page, ".wg-frame .wg-label")


def test_sliders_move_by_keys(opened: Any, neuron: Subject) -> None:
    page = opened(neuron)
    page.get_by_label("w0, slider").focus()
    page.keyboard.press("ArrowRight")
    assert page.get_by_label("w0", exact=True).input_value() == "2.1"
    page.keyboard.press("Shift+ArrowLeft")
    assert page.get_by_label("w0", exact=True).input_value() == "1.1"


def test_steps_are_announced(opened: Any, neuron: Subject) -> None:
    page = opened(neuron)
    for _ in range(2):
        page.keyboard.press("n")
    assert "computes t1 = w0 * x0. Its value is -2." in page.locator('[role="status"]').inner_text()


SCENES = {"all": "", "step": "#step=11", "exercise": "#exercise", "closed": "#turned=g15-9"}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("scene", SCENES)
def test_no_serious_fault_of_accessibility(opened: Any, neuron: Subject, scheme: str, scene: str) -> None:
    if not AXE.is_file():
        pytest.skip("axe-core is not there (cd web && npm ci)")
    page = opened(neuron, SCENES[scene], color_scheme=scheme)
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run(document, { resultTypes: ['violations'] })")
    serious = [
        f"{v['id']}: {v['help']}: {v['nodes'][0]['html'][:120]} {v['nodes'][0]['failureSummary'][:200]}"
        for v in found["violations"]
        if v["impact"] in ("serious", "critical")
    ]
    assert serious == []


def test_dark_and_light_follow_the_reader_and_the_button(opened: Any, neuron: Subject) -> None:
    page = opened(neuron, color_scheme="dark")
    paper = "getComputedStyle(document.querySelector('.wg-host')).backgroundColor"
    assert page.evaluate(paper) == "rgb(16, 20, 27)"
    page.get_by_role("button", name="Light or dark").click()
    assert page.evaluate(paper) == "rgb(251, 250, 247)"


def test_values_and_gradients_differ_by_more_than_colour(opened: Any, neuron: Subject) -> None:
    page = opened(neuron)
    styles = "(s) => getComputedStyle(document.querySelector(s)).fontStyle"
    assert page.evaluate(styles, ".wg-frame .wg-value") == "normal"
    assert page.evaluate(styles, ".wg-frame .wg-gradient") == "italic"


def test_printing_leaves_the_controls_out(opened: Any, neuron: Subject) -> None:
    page = opened(neuron)
    page.emulate_media(media="print")
    assert not page.get_by_role("button", name="Exercise").is_visible()
    assert page.get_by_label("w0", exact=True).bounding_box()["width"] < 200
    assert not page.locator(".wg-transport").is_visible() and page.locator(".wg-frame > svg").is_visible()


def test_zooming_and_moving(opened: Any, neuron: Subject) -> None:
    page = opened(neuron)
    where = "document.querySelector('.wg-frame svg > g').getAttribute('transform')"
    before = page.evaluate(where)
    page.get_by_role("button", name="Enlarge").click()
    larger = page.evaluate(where)
    frame = page.locator(".wg-frame").bounding_box()
    page.mouse.move(frame["x"] + 300, frame["y"] + frame["height"] - 12)
    page.mouse.down()
    page.mouse.move(frame["x"] + 250, frame["y"] + frame["height"] - 30)
    page.mouse.up()
    moved = page.evaluate(where)
    assert len({before, larger, moved}) == 3
    page.get_by_role("button", name="Fit into the frame").click()
    assert page.evaluate(where) == before


def test_the_circuit_follows_the_step_on_a_small_screen(opened: Any, neuron: Subject) -> None:
    page = opened(neuron, "#step=8", viewport={"width": 320, "height": 640})
    now = page.locator(".wg-box.wg-now").bounding_box()
    frame = page.locator(".wg-frame").bounding_box()
    assert frame["x"] <= now["x"] and now["x"] + now["width"] <= frame["x"] + frame["width"]
