"""The promises of the layout: nothing overlaps, wires go forward, what should be straight is straight."""

from __future__ import annotations

from functools import partial
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.counting import steps

from whygrad.rendering.layout import Extent, Layout, layout, respaced, spread, wires_in_order
from whygrad.report import Box, Circuit, Wire

GAP, RANK_GAP = 4, 10


@st.composite
def graphs(draw):
    """Extents of boxes, and wires by target."""
    count = draw(st.integers(1, 25))
    even = st.integers(1, 20).map(lambda n: 2 * n)
    extents = [Extent(draw(st.integers(1, 30)), draw(st.integers(1, 30)), draw(even)) for _ in range(count)]
    wires = []
    for target in range(1, count):
        wires += [(s, target) for s in draw(st.lists(st.integers(0, target - 1), max_size=3))]
    return extents, wires


def placed(extents, wires) -> Layout:
    return layout(extents, wires, gap=GAP, rank_gap=RANK_GAP, wire_room=2)


def chain(*labels: str) -> tuple[list[Extent], list[tuple[int, int]]]:
    return [Extent(10, 20, 20)] * len(labels), [(k, k + 1) for k in range(len(labels) - 1)]


@given(graphs())
def test_boxes_and_passing_wires_keep_their_distance(graph):
    extents, wires = graph
    found = placed(extents, wires)
    rows = [[] for _ in found.starts]
    for box, extent in enumerate(extents):
        half = extent.across // 2
        rows[found.rank[box]].append((found.across[box] - half, found.across[box] + half))
    trunks = {
        (s, found.rank[s] + k, y)
        for (s, _), r in zip(wires, found.routes, strict=True)
        for k, y in enumerate(r, 1)
    }
    for _, rank, y in trunks:
        rows[rank].append((y - 1, y + 1))
    for row in rows:
        row.sort()
        assert all(one[1] + GAP <= two[0] for one, two in pairwise(row))


@given(graphs())
def test_everything_lies_within_the_frame(graph):
    extents, wires = graph
    found = placed(extents, wires)
    for box, extent in enumerate(extents):
        rank = found.rank[box]
        assert found.starts[rank] <= found.along[box] - extent.before
        assert found.along[box] + extent.after <= found.ends[rank] <= found.length
        assert found.across[box] >= extent.across // 2
        assert found.across[box] + extent.across // 2 <= found.breadth


@given(graphs())
def test_wires_go_forward_through_every_rank_between(graph):
    extents, wires = graph
    found = placed(extents, wires)
    for (source, target), route in zip(wires, found.routes, strict=True):
        assert found.rank[source] < found.rank[target]
        assert len(route) == found.rank[target] - found.rank[source] - 1


@given(graphs())
def test_the_same_graph_gives_the_same_layout(graph):
    assert placed(*graph) == placed(*graph)


TREES = st.recursive(st.none(), lambda parts: st.lists(parts, min_size=1, max_size=3), max_leaves=30)


def numbered(tree, wires: list[tuple[int, int]], leaves: list[int], count: int) -> int:
    """Number the parts of an expression in order of computation, from `count` on; returns the next number."""
    operands = []
    for part in tree or ():
        count = numbered(part, wires, leaves, count)
        operands.append(count - 1)
    if not operands:
        leaves.append(count)
    wires += [(operand, count) for operand in operands]
    return count + 1


@given(TREES)
def test_leaves_of_an_expression_stand_in_the_order_in_which_they_are_written(tree):
    wires: list[tuple[int, int]] = []
    leaves: list[int] = []
    count = numbered(tree, wires, leaves, 0)
    found = placed([Extent(5, 5, 10)] * count, wires)
    by_rank: dict[int, list[int]] = {}
    for leaf in leaves:
        by_rank.setdefault(found.rank[leaf], []).append(found.across[leaf])
    assert all(row == sorted(row) for row in by_rank.values())


def test_a_chain_is_straight():
    extents, wires = chain(*"abcdef")
    assert len(set(placed(extents, wires).across)) == 1


def test_the_neuron_is_drawn_as_the_notes_draw_it(neuron):
    _, wires = wires_in_order(neuron)
    found = placed([Extent(10, 20, 20)] * len(neuron.boxes), wires)
    number = {box.key: k for k, box in enumerate(neuron.boxes)}
    rows = [found.across[number[k]] for k in ("w0", "x0", "w1", "x1")]
    assert rows == sorted(rows) and len({found.rank[number[k]] for k in ("w0", "x0", "w1", "x1")}) == 1
    main = {found.across[number[k]] for k in ("s0", "s1", "t0", "t1", "t2", "t3", "out")}
    assert len(main) == 1, "the main path is straight"
    assert found.rank[number["w2"]] == found.rank[number["s1"]] - 1, "w2 stands just before its sum"
    assert found.across[number["w2"]] > found.across[number["s0"]]
    assert found.across[number["s0"]] * 2 == found.across[number["p0"]] + found.across[number["p1"]]


def test_a_skip_edge_is_one_straight_trunk_and_leaves_the_main_path_straight():
    # x -> t1 -> t2 -> t3 -> t4, and x once more into t2 and into t4
    wires = [(0, 1), (1, 2), (0, 2), (2, 3), (3, 4), (0, 4)]
    found = placed([Extent(10, 20, 20)] * 5, wires)
    assert len(set(found.across[1:])) == 1
    assert len({*found.routes[2], *found.routes[5]}) == 1


def test_a_repeated_operand_and_two_outputs_are_placed():
    found = placed([Extent(10, 20, 20)] * 3, [(0, 1), (0, 1), (0, 2)])
    assert found.rank == (0, 1, 1)


def test_no_boxes():
    found = layout([], [], gap=1, rank_gap=1)
    assert (found.length, found.breadth, found.rank) == (0, 0, ())


@pytest.mark.parametrize("wire", [(1, 0), (0, 0), (0, 2), (-1, 0)])
def test_a_wire_that_does_not_go_forward_is_refused(wire):
    with pytest.raises(ValueError, match="sources come before targets"):
        layout([Extent(1, 1, 2)] * 2, [wire], gap=1, rank_gap=1)


def test_respacing_moves_ranks_only():
    extents, wires = chain(*"abc")
    wide = respaced(placed(extents, wires), extents, [50, 7, 0])
    assert wide.starts == (0, 80, 117)
    assert wide.across == placed(extents, wires).across


def test_depth_is_no_limit():
    count = 20_000
    found = placed([Extent(1, 1, 2)] * count, [(k, k + 1) for k in range(count - 1)])
    assert found.rank[-1] == count - 1


def transformer(count: int) -> tuple[int, list[tuple[int, int]]]:
    """Deep and narrow, with skip edges: blocks of attention and a feed-forward layer."""
    wires: list[tuple[int, int]] = []
    boxes = 0

    def box(*operands: int) -> int:
        nonlocal boxes
        wires.extend((o, boxes) for o in operands)
        boxes += 1
        return boxes - 1

    x = box()
    while boxes < count:
        h = box(x, box())
        q, k, v = (box(h, box()) for _ in range(3))
        x = box(x, box(box(box(box(q, k)), v), box()))
        x = box(x, box(box(box(box(x, box()), box())), box()))
    return boxes, wires


def scalar_mlp(count: int, width: int = 6) -> tuple[int, list[tuple[int, int]]]:
    """Wide: a perceptron of scalars, every product and sum a box of its own."""
    wires: list[tuple[int, int]] = []
    boxes = 0

    def box(*operands: int) -> int:
        nonlocal boxes
        wires.extend((o, boxes) for o in operands)
        boxes += 1
        return boxes - 1

    layer = [box() for _ in range(4)]
    while boxes < count:
        following = []
        for _ in range(width):
            total = box()
            for x in layer:
                total = box(total, box(x, box()))
            following.append(box(total))
        layer = following
    return boxes, wires


@pytest.mark.parametrize(
    "graph", [transformer, scalar_mlp, lambda n: scalar_mlp(n, 16)], ids=["deep", "wide", "wider"]
)
def test_the_work_grows_with_the_boxes_and_not_with_their_square(graph):
    """What it takes in seconds, beside Graphviz: `python -m bench layout`."""
    small, large = (
        steps(partial(placed, [Extent(20, 30, 20)] * count, wires))
        for count, wires in (graph(500), graph(2000))
    )
    assert large < 8 * small  # the square would be sixteen


def test_wires_in_order_names_what_is_missing():
    box = Box("a", "a", "input")
    with pytest.raises(ValueError, match="'b'"):
        wires_in_order(Circuit((box,), (Wire("b", "a", 0),)))
    with pytest.raises(ValueError, match="same key"):
        wires_in_order(Circuit((box, box), ()))


def test_ports_put_a_straight_wire_in_the_middle():
    assert spread([0, 10, 20], 10, tight=False) == [-2, 0, 2]
    assert spread([10, 20], 10, tight=False) == [0, 2]
    assert spread([10, 20], 10, tight=True) == [-1, 1]
    assert spread([10, 10], 10, tight=False) == [-1, 1]
