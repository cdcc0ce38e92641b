"""Right-angled wires between two neighbouring ranks: which vertical track each net takes.

A net has rows where it enters the channel on the left and rows where it leaves on the right, and one
vertical piece that joins them all. Two nets must not share cells of a row, so where one enters in the row
in which another leaves, the first must turn earlier. Where that is circular, one net turns twice, by way of
a free row.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(slots=True)
class Net:
    """Rows of entry on the left and of exit on the right."""

    entries: tuple[int, ...]
    exits: tuple[int, ...]
    track: int = -1
    """Column within the channel; -1 for a net that goes straight through."""
    follows: int = -1
    """For the second half of a net that turns twice: the first half."""

    @property
    def low(self) -> int:
        return min(*self.entries, *self.exits)

    @property
    def high(self) -> int:
        return max(*self.entries, *self.exits)


def routed(nets: Sequence[Net], rows: int) -> tuple[list[Net], int]:
    """Nets with their tracks, and how many tracks there are. Nets that turn twice come back in two halves.

    `rows` is how many rows there are. The number of tracks is -1 where there is no row to turn twice in.
    """
    work = [Net(n.entries, n.exits) for n in nets]
    while True:
        order, stuck = _ordered(work)
        if stuck < 0:
            return work, _assigned(work, order)
        if not _doubled(work, stuck, rows):
            return work, -1


def _before(nets: Sequence[Net]) -> list[list[int]]:
    """For each net, the nets that must turn further left."""
    entering = {row: i for i, net in enumerate(nets) if net.follows < 0 for row in net.entries}
    found: list[list[int]] = []
    for i, net in enumerate(nets):
        earlier = [entering[row] for row in net.exits if entering.get(row, i) != i]
        if net.follows >= 0:
            earlier.append(net.follows)
        found.append(earlier)
    return found


def _ordered(nets: Sequence[Net]) -> tuple[list[int], int]:
    """Nets from left to right, and one on a circle of demands (or -1)."""
    before = _before(nets)
    waiting = [len(set(b)) for b in before]
    after: list[list[int]] = [[] for _ in nets]
    for i, earlier in enumerate(before):
        for j in set(earlier):
            after[j].append(i)
    ready = [i for i in range(len(nets)) if not waiting[i]]
    for i in ready:
        for j in after[i]:
            waiting[j] -= 1
            if not waiting[j]:
                ready.append(j)
    left = [i for i in range(len(nets)) if waiting[i]]
    return ready, (left[0] if left else -1)


def _doubled(nets: list[Net], i: int, rows: int) -> bool:
    """Split a net that is waiting for another; False when no row is free."""
    net = nets[i]
    used = {row for other in nets for row in (*other.entries, *other.exits)}
    centre = (net.low + net.high) // 2
    free = min((row for row in range(rows) if row not in used), key=lambda r: abs(r - centre), default=-1)
    if free >= 0:
        nets.append(Net((free,), net.exits, follows=i))
        nets[i] = Net(net.entries, (free,), follows=net.follows)
    return free >= 0


def _assigned(nets: Sequence[Net], order: Sequence[int]) -> int:
    before = _before(nets)
    taken: list[list[tuple[int, int]]] = []
    for i in order:
        net = nets[i]
        if net.low == net.high:
            continue
        track = max([nets[j].track + 1 for j in before[i]], default=0)
        while track < len(taken) and any(a <= net.high and net.low <= b for a, b in taken[track]):
            track += 1
        while track >= len(taken):
            taken.append([])
        taken[track].append((net.low, net.high))
        net.track = track
    return len(taken)
