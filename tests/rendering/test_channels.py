"""Right-angled wires: tracks of a channel never share cells."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from whygrad.rendering.channels import Net, routed

ROWS = 40


def cells(nets: list[Net], tracks: int):
    """The cells (row, column, direction) that each net covers, columns from 0 (left border) to tracks + 1."""
    for number, net in enumerate(nets):
        owner = net.follows if net.follows >= 0 else number
        while nets[owner].follows >= 0:
            owner = nets[owner].follows
        if net.track < 0:
            yield owner, {(net.low, c, "-") for c in range(tracks + 2)}
            continue
        column = net.track + 1
        left = nets[net.follows].track + 1 if net.follows >= 0 else 0
        halves = any(other.follows == number for other in nets)
        covered = {(row, c, "-") for row in net.entries for c in range(left, column + 1)}
        if not halves:
            covered |= {(row, c, "-") for row in net.exits for c in range(column, tracks + 2)}
        yield owner, covered | {(row, column, "|") for row in range(net.low, net.high + 1)}


@st.composite
def channels(draw):
    rows = st.integers(0, 19).map(lambda r: 2 * r)
    entries = draw(st.lists(rows, unique=True, min_size=1, max_size=7))
    exits = draw(st.lists(rows, unique=True, min_size=len(entries), max_size=9))
    nets = [Net((e,), (x,)) for e, x in zip(entries, exits, strict=False)]
    spare = exits[len(entries) :]
    if spare:
        nets[0] = Net(nets[0].entries, (*nets[0].exits, *spare))
    return nets


@given(channels())
def test_no_two_nets_share_a_cell_in_one_direction(nets):
    found, tracks = routed(nets, ROWS)
    assert tracks >= 0
    owner: dict[tuple[int, int, str], int] = {}
    for net, covered in cells(found, tracks):
        for cell in covered:
            assert owner.setdefault(cell, net) == net


def test_a_straight_net_needs_no_track():
    found, tracks = routed([Net((3,), (3,))], ROWS)
    assert (found[0].track, tracks) == (-1, 0)


def test_two_wires_that_change_places_go_round_each_other():
    found, tracks = routed([Net((2,), (6,)), Net((6,), (2,))], ROWS)
    assert len(found) == 3 and tracks == 3


def test_without_a_free_row_it_says_so():
    assert routed([Net((0,), (1,)), Net((1,), (0,))], 2)[1] == -1


def test_wires_that_join_share_one_track():
    found, tracks = routed([Net((0, 6), (3,))], ROWS)
    assert (len(found), tracks) == (1, 1)
