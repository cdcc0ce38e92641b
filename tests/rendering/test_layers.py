"""Ranks and orders."""

from __future__ import annotations

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from whygrad.rendering.layers import crossings, layers


@st.composite
def graphs(draw):
    count = draw(st.integers(1, 14))
    wires = []
    for target in range(1, count):
        wires += [(s, target) for s in draw(st.lists(st.integers(0, target - 1), max_size=3))]
    return count, wires


@given(graphs())
def test_every_box_stands_once_and_links_join_neighbouring_ranks(graph):
    made = layers(*graph)
    standing = sorted(node for row in made.order for node in row)
    assert standing == list(range(len(made.rank)))
    for node, before in enumerate(made.inputs):
        assert all(made.rank[one] == made.rank[node] - 1 for one in before)


@given(graphs())
def test_crossings_are_counted_as_by_hand(graph):
    made = layers(*graph, sweeps=0)
    place = {node: k for row in made.order for k, node in enumerate(row)}
    links = [(a, b) for b, before in enumerate(made.inputs) for a in before]
    by_hand = sum(
        made.rank[a] == made.rank[c] and (place[a] - place[c]) * (place[b] - place[d]) < 0
        for (a, b), (c, d) in combinations(links, 2)
    )
    assert crossings(made) == by_hand


@given(graphs())
def test_sweeps_never_add_crossings(graph):
    assert crossings(layers(*graph)) <= crossings(layers(*graph, sweeps=0))


def test_a_leaf_stands_next_to_its_consumer_and_takes_its_subtree_along():
    # 0 -> 1 -> 2 -> 3 is the main path; 4 -> 5 feeds 3 alone
    made = layers(6, [(0, 1), (1, 2), (3, 4), (2, 5), (4, 5)])
    assert made.rank == [0, 1, 2, 1, 2, 3]


def test_wires_of_one_box_share_a_trunk():
    made = layers(5, [(0, 1), (1, 2), (2, 3), (0, 3), (3, 4), (0, 4)])
    assert len(made.rank) - 5 == 3
