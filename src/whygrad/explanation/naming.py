"""A name for every row: the user's where there is one, else t1, t2, ...; the output is `out`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import numpy as np

from whygrad.graph import CONSTANT, Graph
from whygrad.source import site

LETTERS = "tuvhzq"


def name_rows(graph: Graph, rows: Iterable[int], output: int) -> dict[int, str]:
    """Names of `rows` (ascending), all different. Constants get none: they are written as numbers."""
    kept = np.asarray(list(rows), np.int64)
    kept = kept[np.asarray(graph.op_column)[kept] != graph.tables.ops.number(CONSTANT)]
    numbers = np.asarray(graph.name_column)[kept]
    texts = graph.tables.names.values
    given: Counter[str] = Counter()  # the columns are read as a whole: a graph may have a million rows
    for number, times in zip(
        *(part.tolist() for part in np.unique(numbers, return_counts=True)), strict=True
    ):
        if texts[number]:
            given[texts[number]] += times
    letter = next((c for c in LETTERS if not any(n[:1] == c and n[1:].isdigit() for n in given)), "_")
    names: dict[int, str] = {}
    taken = Counter(name for name, times in given.items() if times == 1)
    placed: dict[tuple[str, int], str] = {}
    unnamed = 0
    sites = np.asarray(graph.site_column)[kept]
    for row, number, place in zip(kept.tolist(), numbers.tolist(), sites.tolist(), strict=True):
        name = texts[number]
        if name and given[name] == 1:
            names[row] = name
            continue
        if name:  # assigned more than once: say where, and at which repetition
            key = name, place
            if key not in placed:
                line = site(place).line if place else 0
                placed[key] = f"{name}@{line}" if line else name
            name = placed[key]
        elif row == output:
            name = "out"
        else:
            unnamed += 1
            name = f"{letter}{unnamed}"
        times = taken[name] = taken.get(name, 0) + 1
        names[row] = name if times == 1 else f"{name}#{times}"
    return names
