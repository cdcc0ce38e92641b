"""Gates in blocks that are alike: the same as if each block were searched by itself."""

from __future__ import annotations

import numpy as np
import pytest

import whygrad as wg
from whygrad.gates import Block, Gate, blocks_of
from whygrad.gates.likeness import Likeness
from whygrad.gates.recognition import Memory, recognise
from whygrad.graph import Graph


def cell(h: float, w: float, scale: float) -> float:
    s = 1 / (1 + np.exp(-(w * h)))
    return np.log(1 + np.exp(s * scale)) + h * 0.5  # type: ignore[no-any-return]


def repeated(w: float) -> float:
    h = 0.1
    for _ in range(40):
        h = cell(h, w, 2.0)
    return h


def never_alike(w: float) -> float:
    h = 0.1
    for k in range(100):
        h = cell(h, w, 1.0 + k / 1000)
    return h


def told(gates: list[Gate]) -> list[object]:
    return [(g.name, g.rows, g.inputs, g.output, g.parameters, dict(g.bound)) for g in gates]


def iterations(graph: Graph) -> list[list[int]]:
    tree = blocks_of(graph, ())
    found, pending = [], [tree.root]
    while pending:
        block = pending.pop(0)
        if block.rows < 20:
            found.append(list(tree.members(block)))
        else:
            pending += [part for part in tree.children(block) if isinstance(part, Block)]
    return found


@pytest.mark.parametrize("function", [repeated, never_alike])
def test_gates_by_likeness_are_those_of_a_search(function: object) -> None:
    graph = wg.trace(function)(0.7)
    likeness = Likeness(graph, Memory(graph))
    blocks = iterations(graph)
    assert len(blocks) >= 40
    for members in blocks[:50]:
        found = likeness.gates(members)
        assert told(found) == told(recognise(graph, rows=members))
        assert {"sigmoid", "softplus"} <= {gate.name for gate in found}


def test_alike_rows_are_searched_once(monkeypatch: pytest.MonkeyPatch) -> None:
    graph = wg.trace(repeated)(0.7)
    times = []
    monkeypatch.setattr(
        "whygrad.gates.likeness.recognise", lambda *a, **k: times.append(1) or recognise(*a, **k)
    )
    likeness = Likeness(graph, Memory(graph))
    for members in iterations(graph):
        likeness.gates(members)
    assert len(times) <= 3  # the first reads an input, the last is the output


def test_a_search_of_very_many_kinds_ends() -> None:
    graph = wg.trace(never_alike)(0.7)
    memory = Memory(graph, most=5)
    likeness = Likeness(graph, memory)
    found = [likeness.gates(members) for members in iterations(graph)]
    assert len(memory.meanings) == 5 and not found[-1]
