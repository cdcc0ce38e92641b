"""Blocks: what a large graph is shown as, opened and closed, every operation held exactly once."""

import numpy as np
import pytest
from tests.counting import steps

import whygrad as wg
from whygrad.gates.blocks import blocks_of
from whygrad.gates.records import Block
from whygrad.gates.views import COMFORT, MOST_BOXES, Cut
from whygrad.graph import CONSTANT, INPUT
from whygrad.tracing.formulas import parse_formula


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def step(x, h, w):
    gate = sigmoid(w * h + x)
    return gate * np.tanh(h)


def recurrence(x, h, w):
    for _ in range(20):
        h = step(x, h, w)
    return h


def nested(x):
    total = 0.0
    for i in range(12):
        for _ in range(15):
            x = x * 0.9 + 0.1
        total = total + x * i
    return total


def long_loop(a, x, times=3000):
    for _ in range(times):
        x = np.sin(a * x) + 0.1 * x
    return x


def graph_of(function, *args):
    return wg.trace(function)(*args)


def operations(graph):
    return [row for row in range(len(graph)) if graph.op(row) not in (INPUT, CONSTANT)]


def held(tree, part):
    return [part] if isinstance(part, int) else list(tree.members(part))


def check(cut):
    """Every operation is held once, in order, and what is drawn has no circle."""
    tree = cut.tree
    rows = [row for part in cut.boxes for row in held(tree, part)]
    assert sorted(rows) == operations(tree.graph)
    owner = {row: k for k, part in enumerate(cut.boxes) for row in held(tree, part)}
    for row, target in owner.items():
        sources = [owner[a] for a in tree.graph.args(row) if a in owner]
        assert all(source <= target for source in sources)


GRAPHS = {
    "recurrence": (recurrence, 0.3, 0.2, 1.5),
    "nested": (nested, 0.3),
    "long": (long_loop, 0.3, 0.2),
}


@pytest.fixture(scope="module", params=GRAPHS)
def graph(request):
    return graph_of(*GRAPHS[request.param])


def test_what_is_visible_holds_everything_once(graph):
    cut = blocks_of(graph).visible()
    assert len(cut.boxes) <= max(COMFORT, MOST_BOXES)
    check(cut)


def test_opening_goes_down_to_single_rows_and_never_loses_one(graph):
    tree = blocks_of(graph)
    cut = tree.visible()
    for _ in range(12):
        blocks = [part for part in cut.boxes if isinstance(part, Block)]
        if not blocks:
            break
        cut = cut.opened(blocks[len(blocks) // 2])
        assert len(tree.children(cut.open[-1])) <= MOST_BOXES
        check(cut)
    assert any(isinstance(part, int) for part in cut.boxes)


def test_closing_undoes_opening(graph):
    tree = blocks_of(graph)
    before = tree.visible()
    block = next(part for part in before.boxes if isinstance(part, Block))
    opened = before.opened(block)
    inner = [part for part in tree.children(block) if isinstance(part, Block)]
    for one in inner[:1]:
        opened = opened.opened(one)
    after = opened.closed(block)
    assert after.boxes == before.boxes
    assert after.open == before.open


def test_a_loop_says_what_it_repeats():
    tree = blocks_of(graph_of(recurrence, 0.3, 0.2, 1.5))
    assert tree.root.says == "20 x step: 8 rows"
    assert [part.label for part in tree.children(tree.root)] == ["step"] * 20
    first = tree.children(tree.root)[0]
    assert [part if isinstance(part, int) else part.label for part in tree.children(first)][2:3] == [
        "sigmoid"
    ]
    assert tree.graph.op(tree.children(first)[-1]).name == "multiply"


def test_loops_within_loops():
    tree = blocks_of(graph_of(nested, 0.3))
    assert tree.root.label == "12 x for i"
    one = tree.children(tree.root)[3]
    inner = [part for part in tree.children(one) if isinstance(part, Block)]
    assert [part.says for part in inner] == ["15 x for _: 2 rows"]


def test_what_a_block_reads_and_what_others_use():
    tree = blocks_of(graph_of(recurrence, 0.3, 0.2, 1.5))
    second = tree.children(tree.root)[1]
    inputs, outputs = tree.boundary(second)
    names = [tree.graph.name(row) for row in inputs]
    assert set(names) == {"w", "h", "x"}
    assert [tree.graph.name(row) for row in outputs] == ["h"]


def test_gates_take_the_place_of_their_rows_and_of_the_call_that_they_are():
    graph = parse_formula("sigmoid(w0*x0 + w1*x1 + w2)").graph
    grouped, expanded = blocks_of(graph).visible(), blocks_of(graph, ()).visible()
    assert [part.says for part in grouped.boxes if isinstance(part, Block)] == ["sigmoid: 4 rows"]
    assert all(isinstance(part, int) for part in expanded.boxes)
    check(grouped)
    (gate,) = [part for part in grouped.boxes if isinstance(part, Block)]
    check(grouped.opened(gate))


def test_rows_that_repeat_without_a_loop_are_a_block():
    graph = parse_formula(" + ".join(f"w{k}*x{k}" for k in range(400))).graph
    cut = blocks_of(graph).visible()
    assert [part.says for part in cut.boxes if isinstance(part, Block)] == ["399 x (* +): 2 rows"]
    check(cut)


def test_collapsing_and_opening_is_linear_work():
    """What it takes in seconds for a million rows: `python -m bench layout`."""

    def collapsed_and_opened(graph):
        cut = blocks_of(graph).visible()
        first = next(part for part in cut.boxes if isinstance(part, Block))
        Cut(cut.tree, cut.tree.children(first))

    counts = []
    for n in (2_000, 8_000):
        graph = graph_of(lambda a, x, n=n: long_loop(a, x, n), 0.3, 0.2)
        counts.append(steps(lambda graph=graph: collapsed_and_opened(graph)))
    assert counts[1] < 6 * counts[0]


def test_an_empty_graph_has_nothing_to_show():
    graph = parse_formula("x").graph
    assert blocks_of(graph).visible().boxes == ()


def test_a_gate_whose_constants_stand_before_its_block_is_found_there():
    def gelu(x):
        return 0.5 * x * (1 + np.tanh(0.7978845608028654 * (x + 0.044715 * x**3)))

    circuit = wg.show(gelu, 0.3, grouped=True).circuit
    assert [box.label for box in circuit.boxes if box.kind == "gate"] == ["gelu"]
