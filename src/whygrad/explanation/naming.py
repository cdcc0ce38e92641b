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
    names: dict[int, str] = {}
    taken = set(given)
    letter = next((c for c in LETTERS if not any(_is_numbered(name, c) for name in taken)), "_")
    count = 0
    for row in rows:
        name = graph.name(row)
        if not name and row == output:
            name = "out"
        elif not name:
            count += 1
            name = f"{letter}{count}"
        elif given[name] > 1:
            name = _with_line(graph, row, name)
        while name in names.values() if given[name] or name == "out" else False:
            name += "'"
        names[row] = name
    return names


def _is_numbered(name: str, letter: str) -> bool:
    return name[:1] == letter and name[1:].isdigit()


def _with_line(graph: Graph, row: int, name: str) -> str:
    """A name that is assigned more than once says where."""
    number = graph.site_column[row]
    return f"{name}@{site(number).line}" if number else name
