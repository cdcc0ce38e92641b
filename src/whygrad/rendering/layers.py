"""Boxes and wires to layers: the rank of every box and the order within each rank.

Ranks are longest paths from the sources, with leaves (and whole subtrees that feed one place) pulled next to
their consumer. A wire over several ranks passes a stand-in in each rank between; the wires of one box share
theirs, as a trunk that branches late. The first order is that of a depth-first walk from the outputs in
operand order, so that operands stand as the formula reads; sweeps replace it only where they save crossings.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(slots=True)
class Layers:
    """Boxes are numbered as given; numbers from `boxes` on are stand-ins on long wires."""

    boxes: int
    depth: list[int]
    """Longest path from a source, before anything was pulled; a stand-in has that of its box."""
    rank: list[int]
    height: list[int]
    """Longest path to a sink; -1 for a stand-in."""
    order: list[list[int]]
    inputs: list[list[int]]
    """Neighbours one rank before, in operand order; a repeated operand is repeated."""
    consumers: list[list[int]]
    last: list[int] = field(default_factory=list)
    """For each wire, the box or stand-in from which its last piece starts."""

    def is_box(self, node: int) -> bool:
        return node < self.boxes


def layers(count: int, wires: Sequence[tuple[int, int]], sweeps: int = 8) -> Layers:
    """Layers of `count` boxes; a wire is (source, target), the wires of a target in operand order.

    Sources must come before targets in number (the order of computation); ValueError if not.
    """
    inputs: list[list[int]] = [[] for _ in range(count)]
    consumers: list[list[int]] = [[] for _ in range(count)]
    for source, target in wires:
        if not 0 <= source < target < count:
            raise ValueError(f"a wire leads from box {source} to box {target}: sources come before targets")
        inputs[target].append(source)
        consumers[source].append(target)
    depth = [0] * count
    for box in range(count):
        depth[box] = 1 + max((depth[i] for i in inputs[box]), default=-1)
    rank = _pulled(depth, inputs, consumers)
    height = [0] * count
    for box in reversed(range(count)):
        height[box] = 1 + max((height[c] for c in consumers[box]), default=-1)
    result = _walked(count, wires, depth, rank, height, inputs, consumers)
    _sweep(result, sweeps)
    return result


def _pulled(depth: list[int], inputs: list[list[int]], consumers: list[list[int]]) -> list[int]:
    """Ranks: a box whose whole past feeds only it may move right, next to its first consumer."""
    movable = [True] * len(depth)
    for box, sources in enumerate(inputs):
        movable[box] = all(movable[i] and len(set(consumers[i])) == 1 for i in sources)
    rank = depth[:]
    for box in reversed(range(len(depth))):
        if movable[box] and consumers[box]:
            rank[box] = min(rank[c] for c in consumers[box]) - 1
    return rank


def _walked(
    count: int,
    wires: Sequence[tuple[int, int]],
    depth: list[int],
    rank: list[int],
    height: list[int],
    sources: list[list[int]],
    targets: list[list[int]],
) -> Layers:
    """Stand-ins and the order of a depth-first walk from the sinks, in operand order."""
    order: list[list[int]] = [[] for _ in range(max(rank, default=-1) + 1)]
    result = Layers(count, depth[:], rank[:], height[:], order, [[] for _ in range(count)], [])
    trunk: dict[tuple[int, int], int] = {}

    def stand_in(source: int, at: int) -> int:
        """The node that carries `source` at rank `at`; new ones are linked back to the box."""
        first = ahead = -1
        while at > rank[source]:
            node = trunk.get((source, at))
            if node is not None:
                if ahead >= 0:
                    result.inputs[ahead].append(node)
                return first if ahead >= 0 else node
            node = trunk[source, at] = len(result.rank)
            result.depth.append(depth[source])
            result.rank.append(at)
            result.height.append(-1)
            result.inputs.append([])
            order[at].append(node)
            if ahead >= 0:
                result.inputs[ahead].append(node)
            else:
                first = node
            ahead = node
            at -= 1
        if ahead >= 0:
            result.inputs[ahead].append(source)
            return first
        return source

    seen = [False] * count
    stack = [box for box in reversed(range(count)) if not targets[box]]
    while stack:
        entry = stack.pop()
        if entry >= 0:
            if seen[entry]:
                continue
            seen[entry] = True
            order[rank[entry]].append(entry)
            # A link is pushed as ~(target * count + source): it runs just before its source is visited.
            for source in reversed(sources[entry]):
                stack.append(source)
                stack.append(~(entry * count + source))
        else:
            target, source = divmod(~entry, count)
            result.inputs[target].append(stand_in(source, rank[target] - 1))
    result.consumers = [[] for _ in result.rank]
    for node, before in enumerate(result.inputs):
        for one in before:
            result.consumers[one].append(node)
    result.last = [trunk.get((s, rank[t] - 1), s) for s, t in wires]
    return result


def _positions(layers: Layers) -> list[int]:
    position = [0] * len(layers.rank)
    for row in layers.order:
        for place, node in enumerate(row):
            position[node] = place
    return position


def crossings(layers: Layers) -> int:
    """How often two wires cross between neighbouring ranks."""
    position = _positions(layers)
    found = 0
    for row in layers.order[:-1]:
        placed: list[int] = []
        for node in row:
            ends = sorted([position[c] for c in layers.consumers[node]])
            for end in ends:
                found += len(placed) - bisect_right(placed, end)
            for end in ends:
                insort(placed, end)
    return found


def _sweep(layers: Layers, sweeps: int) -> None:
    """Order each rank by the mean position of its neighbours, forth and back; keep the best seen."""
    best, kept = crossings(layers), [row[:] for row in layers.order]
    idle = 0
    for turn in range(sweeps):
        if best == 0 or idle == 3:
            break
        forth = turn % 2 == 1
        neighbours = layers.inputs if forth else layers.consumers
        position = _positions(layers)
        for row in layers.order if forth else reversed(layers.order):
            mean = {
                node: sum([position[n] for n in near]) / len(near) if (near := neighbours[node]) else -1.0
                for node in row
            }
            free = [node for node in row if mean[node] >= 0]
            free.sort(key=mean.__getitem__)
            if len(free) < len(row):  # boxes without neighbours on this side keep their places
                moved = iter(free)
                free = [next(moved) if mean[node] >= 0 else node for node in row]
            row[:] = free
            for place, node in enumerate(row):
                position[node] = place
        now = crossings(layers)
        if now < best:
            best, kept, idle = now, [row[:] for row in layers.order], 0
        else:
            idle += 1
    layers.order[:] = kept
