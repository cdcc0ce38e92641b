"""Where each box stands across its rank.

After Brandes and Koepf, "Fast and Simple Horizontal Coordinate Assignment" (Graph Drawing 2001), with the
choice of what is drawn straight made for circuits: a box is aligned with its deepest operand (with the
middle ones, where several are equally deep), an operand with the consumer that is farthest from the output.
So the main path is one straight line, and a leaf never bends it. Four passes (towards inputs or consumers,
packed up or down) are combined by their median, which keeps every distance and what is straight in all
four. Compaction is longest paths over blocks, which needs no repair of the original's class shifts.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from itertools import pairwise

from whygrad.rendering.layers import Layers


def across(layers: Layers, heights: Sequence[int], gap: int) -> list[int]:
    """Centre of every box and stand-in across its rank; whole numbers for whole numbers.

    `heights` are even or odd alike; neighbours of a rank stay `gap` apart.
    """
    position = [0] * len(layers.rank)
    for row in layers.order:
        for place, node in enumerate(row):
            position[node] = place
    befores, afters = _straight(layers, position)
    passes = []
    for near in (befores, afters):
        for upward in (False, True):
            roots = _blocks(layers, position, near, near is befores, upward)
            passes.append(_compacted(layers, heights, gap, roots, upward))
    return _combined(passes)


def _straight(layers: Layers, position: list[int]) -> tuple[list[list[int]], list[list[int]]]:
    """For each node, the neighbours before and after with which it may be in line."""
    wanted: set[tuple[int, int]] = set()
    depth = layers.depth
    for node, inputs in enumerate(layers.inputs):
        if inputs:
            deepest = max([depth[i] for i in inputs])
            wanted.update([(i, node) for i in inputs if depth[i] == deepest])
    wanted = _undisputed(layers, position, wanted)
    befores: list[list[int]] = [[] for _ in layers.rank]
    afters: list[list[int]] = [[] for _ in layers.rank]
    for source, target in sorted(wanted, key=lambda edge: (position[edge[0]], position[edge[1]])):
        befores[target].append(source)
        afters[source].append(target)
    for node, targets in enumerate(afters):
        if len(targets) > 1:
            best = max([_pull(layers, node, t) for t in targets])
            afters[node] = [t for t in targets if _pull(layers, node, t) == best]
    for node, sources in enumerate(befores):
        befores[node] = [s for s in sources if node in afters[s]]
    return befores, afters


def _pull(layers: Layers, source: int, target: int) -> int:
    """How much a wire wants to be straight: a trunk goes on as a trunk, a box as its longest way out."""
    if layers.is_box(target):
        return layers.height[target]
    return -1 if layers.is_box(source) else 1 << 30


def _undisputed(layers: Layers, position: list[int], wanted: set[tuple[int, int]]) -> set[tuple[int, int]]:
    """Without the wires that cross a stronger one: the longest path first, then trunks, then the rest."""
    spine = _spine(layers)
    kept: set[tuple[int, int]] = set()
    by_rank: list[list[tuple[int, int, int]]] = [[] for _ in layers.order]
    for source, target in wanted:
        inner = not layers.is_box(source) and not layers.is_box(target)
        strength = 0 if (source, target) in spine else 1 if inner else 2
        by_rank[layers.rank[source]].append((strength, source, target))
    for edges in by_rank:
        strong: list[tuple[int, int]] = []
        edges.sort(key=lambda e: (e[0], position[e[1]], position[e[2]]))
        for strength, source, target in edges:
            pair = position[source], position[target]
            at = bisect_left(strong, pair)
            if (at and strong[at - 1][1] > pair[1]) or (at < len(strong) and strong[at][1] < pair[1]):
                continue
            kept.add((source, target))
            if strength < 2:
                strong.insert(at, pair)
    return kept


def _spine(layers: Layers) -> set[tuple[int, int]]:
    """The wires of one longest path: the first in operand order."""
    if not layers.boxes:
        return set()
    node = max(range(layers.boxes), key=lambda box: (layers.depth[box], -box))
    found = set()
    while layers.inputs[node]:
        deepest = max(layers.inputs[node], key=lambda i: layers.depth[i])
        found.add((deepest, node))
        node = deepest
    return found


def _blocks(
    layers: Layers, position: list[int], near: list[list[int]], forward: bool, upward: bool
) -> list[int]:
    """Vertical alignment: the root of the block of each node."""
    root = list(range(len(layers.rank)))
    taken = [False] * len(layers.rank)
    for row in layers.order if forward else reversed(layers.order):
        limit = 1 << 60 if upward else -1
        for node in reversed(row) if upward else row:
            choices = near[node]
            if not choices:
                continue
            middle, odd = divmod(len(choices), 2)
            pair = (middle,) if odd else (middle, middle - 1) if upward else (middle - 1, middle)
            for index in pair:
                other = choices[index]
                place = position[other]
                if not taken[other] and (place < limit if upward else place > limit):
                    root[node], taken[other], limit = root[other], True, place
                    break
    return root


def _compacted(layers: Layers, heights: Sequence[int], gap: int, root: list[int], upward: bool) -> list[int]:
    """Blocks as close together as they go, packed from above (or from below), then let loose inwards."""
    sign = -1 if upward else 1
    after: list[list[tuple[int, int]]] = [[] for _ in root]
    waiting = [0] * len(root)
    for row in layers.order:
        line = row[::-1] if upward else row
        for one, two in pairwise(line):
            after[root[one]].append((root[two], (heights[one] + heights[two]) // 2 + gap))
            waiting[root[two]] += 1
    ready = [node for node in range(len(root)) if root[node] == node and not waiting[node]]
    place = [0] * len(root)
    for block in ready:  # grows while it is walked: Kahn's order
        here = place[block]
        for other, distance in after[block]:
            if here + distance > place[other]:
                place[other] = here + distance
            waiting[other] -= 1
            if not waiting[other]:
                ready.append(other)
    for block in reversed(ready):
        if after[block]:
            place[block] = max(place[block], min([place[o] - distance for o, distance in after[block]]))
    return [sign * place[r] for r in root]


def _combined(passes: list[list[int]]) -> list[int]:
    """The mean of the two middle ones of four, after moving each to the edges of the narrowest."""
    if not passes[0]:
        return []
    narrow = min(passes, key=lambda p: max(p) - min(p))
    low, high = min(narrow), max(narrow)
    moved = []
    for index, one in enumerate(passes):
        shift = high - max(one) if index % 2 else low - min(one)
        moved.append([value + shift for value in one])
    middle = [sum(sorted(four)[1:3]) // 2 for four in zip(*moved, strict=True)]
    lowest = min(middle)
    return [value - lowest for value in middle]
