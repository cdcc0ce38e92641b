"""A name for every row: the user's where there is one, else t1, t2, ...; the output is `out`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from whygrad.graph import CONSTANT, Graph
from whygrad.source import site

LETTERS = "tuvhzq"


def name_rows(graph: Graph, rows: Iterable[int], output: int) -> dict[int, str]:
    """Names of `rows` (ascending), all different. Constants get none: they are written as numbers."""
    rows = [row for row in rows if graph.op(row) is not CONSTANT]
    given = Counter(graph.name(row) for row in rows if graph.name(row))
    letter = next((c for c in LETTERS if not any(n[:1] == c and n[1:].isdigit() for n in given)), "_")
    names: dict[int, str] = {}
    taken = Counter(name for name, times in given.items() if times == 1)
    placed: dict[tuple[str, int], str] = {}
    unnamed = 0
    for row in rows:
        name = graph.name(row)
        if name and given[name] == 1:
            names[row] = name
            continue
        if name:  # assigned more than once: say where, and at which repetition
            place = name, graph.site_column[row]
            if place not in placed:
                line = site(place[1]).line if place[1] else 0
                placed[place] = f"{name}@{line}" if line else name
            name = placed[place]
        elif row == output:
            name = "out"
        else:
            unnamed += 1
            name = f"{letter}{unnamed}"
        taken[name] += 1
        names[row] = name if taken[name] == 1 else f"{name}#{taken[name]}"
    return names
