"""Placing a thousand boxes beside Graphviz, and collapsing a million rows."""

from __future__ import annotations

import math
import random
import shutil
import subprocess
import time

from bench.measuring import Line, seconds
from whygrad.gates.blocks import blocks_of
from whygrad.gates.records import Block
from whygrad.gates.views import Cut
from whygrad.graph import Graph
from whygrad.rendering.layout import Extent, layout
from whygrad.tracing import trace_function

BOXES, ROWS = 1000, 1_000_000
Wires = list[tuple[int, int]]


def run() -> list[Line]:
    """Times of the layout (beside `dot -Tplain` over the same graph), and of collapsing a long loop."""
    lines = []
    for name, wires in (("deep", deep()), ("wide", wide(6)), ("wider", wide(16))):
        count = 1 + max(target for _, target in wires)
        extents = [Extent(20, 30, 20)] * count
        spent, _ = seconds(lambda extents=extents, wires=wires: layout(extents, wires, gap=4, rank_gap=10), 5)
        lines.append(Line("layout", f"{name}, {count} boxes", spent, "s"))
        peer = graphviz(count, wires)
        ratio, note = (math.nan, "Graphviz is missing") if peer is None else (peer / spent, "")
        lines.append(Line("layout", f"{name}, Graphviz / ours", ratio, "times", note))
    graph = trace_function(loop, (0.3, 0.2)).graph
    lines.append(
        Line(
            "layout",
            f"collapse {len(graph)} rows, open the first block",
            seconds(lambda: opened(graph))[0],
            "s",
        )
    )
    return lines


def deep() -> Wires:
    """Blocks as of a transformer: long, narrow, with skip edges."""
    wires: Wires = []
    last = 0
    while last < BOXES - 12:
        x = last
        wires += [(x, x + 1), (x + 1, x + 2), (x + 1, x + 3), (x + 1, x + 4), (x + 2, x + 5), (x + 3, x + 5)]
        wires += [(x + 5, x + 6), (x + 4, x + 6), (x + 6, x + 7), (x, x + 7), (x + 7, x + 8), (x + 8, x + 9)]
        wires += [(x + 9, x + 10), (x + 7, x + 10)]
        last = x + 10
    return wires


def wide(width: int) -> Wires:
    """A random network of scalars in layers: each box has two operands in the layer before."""
    draw = random.Random(0)
    return [
        (width * (box // width - 1) + operand, box)
        for box in range(width, BOXES)
        for operand in draw.sample(range(width), 2)
    ]


def graphviz(count: int, wires: Wires) -> float | None:
    """Seconds on the wall that `dot` takes, its start subtracted."""
    if shutil.which("dot") is None:
        return None

    def spent(edges: Wires) -> float:
        text = "digraph {rankdir=LR; node [shape=box]\n" + "\n".join(f"{a} -> {b}" for a, b in edges) + "}"
        start = time.perf_counter()
        subprocess.run(["dot", "-Tplain"], input=text, text=True, capture_output=True, check=True)
        return time.perf_counter() - start

    return spent(wires) - spent([(0, 1)])


def loop(a: float, x: float) -> float:
    """Three operations a step."""
    for _ in range(ROWS // 3):
        x = a * x + 0.1 * x
    return x


def opened(graph: Graph) -> None:
    """The collapsed picture, and its first block opened."""
    cut = blocks_of(graph).visible()
    first = next(part for part in cut.boxes if isinstance(part, Block))
    Cut(cut.tree, cut.tree.children(first))
