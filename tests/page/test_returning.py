"""What closed blocks of a large graph bring back, against complex steps of the part that they stand for."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from whygrad.explanation.subjects import subject_of
from whygrad.page.document import document_of
from whygrad.page.large import Large

TIMES = 500


def first(h: Any, w: Any) -> Any:
    for _ in range(TIMES):
        h = h * w + 0.1 * w
    return h


def second(h: Any, w: Any) -> Any:
    for _ in range(TIMES):
        h = h - 0.001 * h * h * w + w * 0.01
    return h


def by_parts(w1: Any, w2: Any) -> Any:
    return second(first(0.3, w1), w2)


def read_one_by_one(x: Any, w: Any) -> Any:
    total = 0.0
    for i in range(len(x)):
        total = total + w * x[i] * x[i]
    for i in range(len(x)):
        total = total + x[i] * w * 0.5
    return total


def brought(subject: Any, name: str) -> list[tuple[dict[str, Any], Any]]:
    """The outermost blocks that read an input, each with what it brings back to it."""
    large = Large(subject.ledger())
    large.json()
    (row,) = (row for row in large.graph.inputs if large.graph.name(row) == name)
    nodes = [large.nodes[key] for key in large.top]
    return [(node, dict(map(tuple, node["brings"]))[row]) for node in nodes if row in node.get("reads", ())]


def test_a_block_brings_back_what_its_own_use_is_worth() -> None:
    found = brought(subject_of(lambda w: by_parts(w, w), (0.7,)), "w")
    assert len(found) == 2
    step = 1e-20
    truth = [by_parts(0.7 + step * 1j, 0.7).imag / step, by_parts(0.7, 0.7 + step * 1j).imag / step]
    assert [value for _, value in found] == pytest.approx(truth, rel=1e-10)


def test_reads_of_an_array_are_put_in_their_places() -> None:
    x = np.linspace(-1, 1, 40)
    found = brought(subject_of(read_one_by_one, (x, 0.7)), "x")
    assert len(found) == 2
    np.testing.assert_allclose(found[0][1], 2 * 0.7 * x, rtol=1e-12)
    np.testing.assert_allclose(found[1][1], np.full(40, 0.35), rtol=1e-12)


def test_at_every_depth_the_parts_add_up_to_the_gradient() -> None:
    subject = subject_of(lambda w: by_parts(w, w), (0.7,))
    large = Large(subject.ledger())
    large.json()
    (row,) = large.graph.inputs
    for node in large.nodes.values():
        if "brings" not in node or not node.get("children") or row not in node["reads"]:
            continue
        parts = [large.nodes[key] for key in node["children"]]
        single = [part["row"] for part in parts if "label" not in part]
        edges = large.entries.derivative.edges.of_rows(single)
        own = sum(large.entries.run[flow.contribution] for edge, flow in edges.items() if large.graph.args(edge[0])[edge[1]] == row)  # fmt: skip  # noqa: E501
        inner = sum(dict(map(tuple, part["brings"])).get(row, 0.0) for part in parts if "brings" in part)
        assert own + inner == pytest.approx(dict(map(tuple, node["brings"]))[row], rel=1e-12)


def test_contributions_at_once_are_those_one_by_one() -> None:
    entries = subject_of(read_one_by_one, (np.linspace(-1, 1, 7), 0.7)).ledger()
    offsets, edges = entries.graph.arg_offsets, entries.derivative.edges
    found = edges.contributions(offsets)
    for row in range(len(entries.graph)):
        for arg in range(len(entries.graph.args(row))):
            flow = edges.get((row, arg))
            assert found[offsets[row] + arg] == (-1 if flow is None else flow.contribution)


def test_the_page_says_what_a_closed_block_brings_back(opened: Any) -> None:
    document = document_of(subject_of(lambda w: by_parts(w, w), (0.7,)))
    page = opened(document)
    key, value = page.evaluate(
        """() => {
            const { state } = window.whygrad;
            const [row] = state.document.inputs;
            const wire = state.circuit.value.wires.filter((one) => one.row === row && state.structure.groups.has(one.target)).at(-1);
            state.choose({ kind: "wire", key: wire.key });
            return [wire.target, state.teller.value.contribution(wire)];
        }"""  # noqa: E501
    )
    brings = dict(map(tuple, document["blocks"]["nodes"][key]["brings"]))
    assert value == brings[document["inputs"][0]]
    page.locator(".wg-inspector").get_by_text("the block brings back").wait_for()
