"""Large graphs: collapsed at first, opened block by block, quickly."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from whygrad.explanation.subjects import Subject, subject_of
from whygrad.page.document import document_of
from whygrad.page.large import Large


def chain(w: float, u: float, times: int) -> float:
    h = 0.1
    for _ in range(times):
        a = w * h
        h = (a + u * a) * 0.5 + 0.1
    return h


@pytest.fixture(scope="module")
def long_chain() -> Subject:
    return subject_of(lambda w, u: chain(w, u, 4000), (0.5, 0.3))


@pytest.fixture(scope="module")
def document(long_chain: Subject) -> dict[str, Any]:
    return document_of(long_chain)


def test_every_operation_stands_once_in_the_tree(long_chain: Subject) -> None:
    large = Large(long_chain.ledger(), most=100_000)
    leaves = [node["row"] for node in large.nodes.values() if "label" not in node]
    assert sorted(leaves) == large.tree.operations.tolist() and len(set(leaves)) == len(leaves)


def test_what_a_block_reads_and_makes_is_what_its_rows_do(long_chain: Subject) -> None:
    large = Large(long_chain.ledger(), most=2000)
    blocks = [part for part in large.tree.children(large.tree.root) if not isinstance(part, int)]
    for block in blocks[:5]:
        reads, makes = large.tree.boundary(block)
        assert large._boundary(block) == (sorted(reads), makes)


def test_no_view_has_more_boxes_than_one_can_read(document: dict[str, Any]) -> None:
    blocks = document["blocks"]
    assert len(blocks["top"]) <= 300
    assert all(len(node.get("children") or ()) <= 300 for node in blocks["nodes"].values())


def test_a_large_graph_opens_collapsed_and_its_blocks_open(opened: Any, document: dict[str, Any]) -> None:
    page = opened(document)
    assert page.locator(".wg-box").count() <= 120
    ready = int(page.get_attribute("#whygrad", "data-ready"))
    took = page.evaluate(
        """async () => {
            const { state } = window.whygrad;
            const shown = (group) => group.carried && state.circuit.value.box.has(group.id);
            const group = [...state.structure.groups.values()].find(shown);
            const began = performance.now();
            state.toggle(group.id);
            await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
            return performance.now() - began;
        }"""
    )
    assert page.locator(".wg-group").count() >= 1
    assert ready < 5000 and took < 3000, (ready, took)  # the targets are 1000 and 300; machines are busy


def test_very_many_boxes_are_drawn_on_a_canvas(opened: Any, document: dict[str, Any]) -> None:
    page = opened(document)
    page.evaluate(
        """() => {
            const { state } = window.whygrad;
            for (let turn = 0; turn < 40 && state.circuit.value.boxes.length <= 1600; turn++) {
                const shown = (g) => g.carried && state.circuit.value.box.has(g.id);
                const open = new Set(state.open.value);
                const groups = [...state.structure.groups.values()].filter(shown);
                for (const g of groups.slice(0, 20)) open.add(g.id);
                state.open.value = open;
            }
        }"""
    )
    page.locator(".wg-canvas").wait_for()
    painted = page.evaluate(
        """() => {
            const canvas = document.querySelector(".wg-canvas");
            const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
            return data.some((value) => value !== 0);
        }"""
    )
    assert painted and page.locator(".wg-box").count() == 0


def test_numbers_of_a_large_page_are_the_engines(document: dict[str, Any], long_chain: Subject) -> None:
    entries = long_chain.ledger()
    for key, known in (("values", lambda row: entries.run[row]), ("gradients", entries.gradient)):
        assert len(document[key]) > 500
        for row, stated in document[key][::7]:
            assert stated == pytest.approx(known(row), rel=1e-15, abs=1e-320)


def test_the_ends_of_a_long_loop_are_carried_down_to_their_rows(document: dict[str, Any]) -> None:
    nodes = document["blocks"]["nodes"]
    rows = {node["row"] for node in nodes.values() if "label" not in node}
    assert len(nodes) < 6000 and len(rows) > 500
    assert min(rows) < 20 and max(rows) > 4000 * 5 - 20


def test_what_flows_between_rows_of_a_large_page_is_the_engines(
    opened: Any, document: dict[str, Any], long_chain: Subject
) -> None:
    entries = long_chain.ledger()
    assert len(document["flows"]) > 500
    for row, arg, local, contribution in document["flows"][::11]:
        flow = entries.edge(row, arg)
        assert (local, contribution) == pytest.approx((flow.local, flow.contribution), rel=1e-15, abs=1e-320)
    page = opened(document)
    for _ in range(3):
        page.evaluate(
            """() => {
                const { state } = window.whygrad;
                const shown = (g) => g.carried && state.circuit.value.box.has(g.id);
                state.toggle([...state.structure.groups.values()].filter(shown).at(-1).id);
            }"""
        )
    page.locator('.wg-wire [aria-label*="to *"]').last.focus()
    assert "local gradient" in page.locator(".wg-inspector").inner_text()


def test_large_arrays_are_told_by_shape_and_range() -> None:
    subject = subject_of(lambda x: np.sum(np.tanh(x)), (np.linspace(-1, 1, 10_000),))
    document = document_of(subject)
    assert document["program"] is None and "4096" in document["frozen"]
    assert dict(map(tuple, document["values"]))[0] == {"shape": [10_000], "range": [-1, 1]}


@pytest.fixture
def many(opened: Any, document: dict[str, Any]) -> Any:
    """The page of the long chain with a few hundred boxes."""
    page = opened(document)
    page.evaluate(
        """() => {
            const { state } = window.whygrad;
            const open = new Set(state.open.value);
            const shown = (g) => g.carried && state.circuit.value.box.has(g.id);
            for (let turn = 0; turn < 40 && state.circuit.value.boxes.length < 200; turn++) {
                open.add([...state.structure.groups.values()].find(shown).id);
                state.open.value = new Set(open);
            }
        }"""
    )
    assert 200 <= page.evaluate("window.whygrad.state.circuit.value.boxes.length") < 1500
    return page


def test_of_many_boxes_those_in_the_frame_are_drawn(many: Any) -> None:
    total = many.evaluate("window.whygrad.state.circuit.value.boxes.length")
    many.wait_for_function("document.querySelectorAll('.wg-box').length > 5")
    assert many.locator(".wg-box").count() < total / 2
    gone = many.evaluate(
        """() => {
            const frame = document.querySelector(".wg-frame").getBoundingClientRect();
            const { drawing, circuit } = window.whygrad.state;
            const drawn = new Map([...document.querySelectorAll(".wg-box [data-key]")].map((g) => [g.dataset.key, g]));
            const [first] = drawn;
            const k = circuit.value.box.get(first[0]);
            const body = first[1].getBoundingClientRect();
            const scale = body.width / (2 * drawing.value.boxes[k].half);
            const left = body.left + body.width / 2 - drawing.value.boxes[k].x * scale;
            return drawing.value.boxes.filter((box, n) => {
                const x = left + box.x * scale;
                return x > frame.left && x < frame.right && !drawn.has(circuit.value.boxes[n].key);
            }).length;
        }"""  # noqa: E501
    )
    assert gone == 0


def test_walking_reaches_boxes_that_were_not_drawn(many: Any) -> None:
    many.locator(".wg-frame [tabindex='0'][data-key]").focus()
    many.keyboard.press("End")
    out = many.locator('[data-key="out"]')
    assert out.evaluate("box => box === document.activeElement")
    assert out.bounding_box()["x"] < 1280
    many.keyboard.press("ArrowLeft")
    many.keyboard.press("ArrowLeft")
    key = many.evaluate("document.activeElement.dataset.key")
    assert key not in ("out", None)


def test_who_opens_a_block_by_keys_stands_within_it(opened: Any, document: dict[str, Any]) -> None:
    page = opened(document)
    block = page.evaluate(
        """() => {
            const { state } = window.whygrad;
            const shown = [...state.structure.groups.values()].filter((g) => g.carried && state.circuit.value.box.has(g.id));
            state.choose({ kind: "box", key: shown.at(-1).id });
            return shown.at(-1).id;
        }"""  # noqa: E501
    )
    page.locator(f'[data-key="{block}"]').focus()
    page.keyboard.press("Enter")
    inside = page.locator(".wg-frame [data-key]:focus")
    inside.wait_for()
    key = inside.get_attribute("data-key")
    assert page.evaluate(f'window.whygrad.state.document.blocks.nodes["{key}"].parent') == block
    frame, box = page.locator(".wg-frame").bounding_box(), inside.bounding_box()
    assert frame["x"] <= box["x"] and box["x"] + box["width"] <= frame["x"] + frame["width"]


def with_gates(w: float, times: int) -> float:
    h = 0.1
    for _ in range(times):
        s = 1 / (1 + np.exp(-(w * h)))
        h = s + 0.5 * h
    return h


def test_gates_within_opened_blocks_are_found(opened: Any) -> None:
    document = document_of(subject_of(lambda w: with_gates(w, 600), (0.5,)))
    nodes = document["blocks"]["nodes"]
    gates = {key: node for key, node in nodes.items() if node.get("kind") == "gate"}
    assert len(gates) > 100 and {node["label"] for node in gates.values()} == {"sigmoid"}
    assert document["derivations"]["sigmoid"]["worst"] < 1e-12
    for node in list(gates.values())[::20]:
        ((read, brought),) = node["brings"]
        slope = float(dict(map(tuple, document["values"]))[node["row"]])
        upstream = dict(map(tuple, document["gradients"]))[node["row"]]
        assert read in node["reads"] and brought == pytest.approx(upstream * slope * (1 - slope), rel=1e-12)
    page = opened(document)
    key = page.evaluate(
        """() => {
            const { state } = window.whygrad;
            const at = (test) => state.circuit.value.boxes.find((box) => box.group && box.group.carried && test(box.group));
            for (let turn = 0; turn < 9; turn++) {
                const gate = at((group) => group.kind === "gate");
                if (gate) {
                    state.choose({ kind: "box", key: gate.key });
                    return gate.key;
                }
                state.toggle(at((group) => group.kind !== "gate").key);
            }
        }"""  # noqa: E501
    )
    gate = page.locator(f'[data-key="{key}"]')
    gate.wait_for()
    assert "sigmoid" in gate.get_attribute("aria-label")
    page.locator(".wg-inspector").get_by_text("Why its derivative is").wait_for()
    gate.click()
    assert page.locator(f'[data-key="{gates[key]["children"][0]}"]').count() == 1
