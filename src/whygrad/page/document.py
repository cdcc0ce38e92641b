"""A ledger as the document of a page: rows, edges, gates, program, point. docs/page-json.md has the keys.

What the page shows at another point it computes itself, by the emitted program; where that cannot be (an
operation that the page does not have, too many rows), the document says why, and carries the numbers of this
point.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from whygrad.differentiation import differentiate
from whygrad.emission.javascript import KERNELS, javascript
from whygrad.emission.typesetting import name_tex, tex_of
from whygrad.errors import EmissionError
from whygrad.explanation.circuit import label_of
from whygrad.explanation.ledger import Ledger
from whygrad.explanation.numbers import number_text
from whygrad.explanation.parts import batch_row
from whygrad.explanation.subjects import Subject
from whygrad.gates import Blocks, blocks_of
from whygrad.graph import CONSTANT, INPUT, Graph
from whygrad.page.groups import derivations_of, gates_of, groups_of
from whygrad.page.large import Large
from whygrad.page.mutants import mutants_of
from whygrad.page.placing import with_places
from whygrad.page.plainly import flows, plain, stated
from whygrad.source import Source, site

SCHEMA = 1
MOST_LIVE_ROWS = 3000
"""Rows that the page computes anew while an input is dragged."""
MOST_BACKWARD_ROWS = 6000
"""Rows of all backward passes of a page, one for each output that can be chosen."""
LARGEST_ARRAY = 4096
MOST_INPUTS = 200
"""Inputs that are listed beside the circuit."""

Json = dict[str, Any]


def document_of(subject: Subject, grouped: bool = False) -> Json:
    """The document of a subject at its point; `grouped` closes each gate, such as the sigmoid, at first."""
    entries = subject.ledger()
    graph = entries.graph
    source = _source(graph)
    large = Large(entries) if len(graph) > MOST_LIVE_ROWS else None
    rows = large.shown_rows() if large else range(len(graph))
    return {
        "schema": SCHEMA,
        "title": subject.title,
        "note": subject.note,
        "source": {"name": source.filename, "text": source.text} if source else None,
        "rows": [_row(entries, row, source) for row in rows],
        "notes": {graph.op(row).name: graph.op(row).note for row in rows},
        "inputs": _read_inputs(graph),
        "output": entries.output,
        **(_still(entries, large) if large else _moving(entries, grouped)),
    }


def _read_inputs(graph: Graph) -> list[int]:
    read = np.zeros(len(graph), bool)
    read[np.asarray(graph.arg_column)] = True
    return [row for row in graph.inputs if read[row] or row in graph.outputs][:MOST_INPUTS]


def _still(entries: Ledger, large: Large) -> Json:
    """The part of the document of a graph that the page does not compute anew."""
    return {
        "groups": [],
        "derivations": large.derivations(),
        "edges": [_edge(entries, *edge) for edge in large.edges()],
        "point": [],
        "program": None,
        "frozen": f"{len(entries.graph)} operations are too many to follow ({MOST_LIVE_ROWS} can be)",
        "blocks": large.json(),
        **large.numbers(),
    }


def _moving(entries: Ledger, grouped: bool) -> Json:
    """The part of the document of a graph that the page computes anew at every point, where it can."""
    tree = blocks_of(entries.graph)
    program, frozen = _program(entries, tree)
    return {
        "groups": groups_of(entries, tree, grouped),
        "derivations": derivations_of(entries, (gate for _, gate in gates_of(tree))),
        "edges": [_edge(entries, *edge) for edge in entries.edges],
        "examples": [[row, at] for row in entries.graph.inputs if (at := _meeting(entries, row)) is not None],
        "point": [[row, plain(entries.run[row])] for row in entries.graph.inputs],
        "program": program,
        "frozen": frozen,
        **({} if program else _numbers(entries)),
    }


def _meeting(entries: Ledger, row: int) -> int | None:
    """The array in which the examples of a batch stand one by one, for an input that they share."""
    return None if entries.gradient(row) is None else batch_row(entries, row)


def _numbers(entries: Ledger) -> Json:
    """Values and gradients at the point, where the page cannot compute them."""
    gradients = ((row, entries.gradient(row)) for row in entries.names)
    return {
        "values": [[row, stated(entries.run[row])] for row in entries.names],
        "gradients": [[row, stated(g)] for row, g in gradients if g is not None],
        "flows": flows(entries, entries.edges),
    }


def _row(entries: Ledger, row: int, source: Source | None) -> Json:
    graph = entries.graph
    op = graph.op(row)
    kind = "input" if op is INPUT else "constant" if op is CONSTANT else "op"
    name = entries.names.get(row) or _constant_name(graph, row)
    said: Json = {
        "id": row, "kind": kind, "op": op.name, "args": list(graph.args(row)), "label": name, "name": name,
        "symbol": name_tex(name) if kind != "constant" else name, "given": graph.name(row),
        "shape": list(graph.abstract(row).shape),
    }  # fmt: skip
    if kind == "op":
        said["label"], said["folds"] = label_of(graph, row)
        said["formula"] = entries.formula(row) if row in entries.names else ""
        said["template"] = _template(graph, row)
    place = site(graph.site_column[row])
    if place.number and place.source is source:
        span = place.span
        said["span"] = [span.line, span.column, span.end_line, span.end_column]
    return said


def _template(graph: Graph, row: int) -> str:
    """TeX over {0}, {1}, ...; the name applied to the arguments where the record says nothing."""
    op, count = graph.op(row), len(graph.args(row))
    if op.name == "index":
        return rf"{{0}}_{{{{{label_of(graph, row)[0][1:-1]}}}}}"
    if op.latex:
        return op.latex
    args = ", ".join(f"{{{k}}}" for k in range(min(count, 6))) + (", ..." if count > 6 else "")
    return rf"\operatorname{{{{{op.name}}}}}({args})".replace("_", r"\_")


def _constant_name(graph: Graph, row: int) -> str:
    if graph.op(row) is not CONSTANT:
        return f"%{row}"
    value = graph.params(row)["value"]
    return number_text(value) if np.ndim(value) == 0 else f"array {np.shape(value)}"


def _edge(entries: Ledger, row: int, arg: int) -> Json:
    edge = entries.edge(row, arg)
    return {
        "row": row,
        "arg": arg,
        "formula": edge.formula,
        "tex": tex_of(edge.formula) if edge.formula else "",
    }


def _source(graph: Graph) -> Source | None:
    """The text that most rows come from."""
    found: dict[int, int] = {}
    sources = {}
    for number, times in zip(*np.unique(np.asarray(graph.site_column), return_counts=True), strict=True):
        if number:
            source = site(int(number)).source
            sources[id(source)] = source
            found[id(source)] = found.get(id(source), 0) + int(times)
    if not found:
        return None
    return sources[max(found, key=lambda key: found[key])]


def _program(entries: Ledger, tree: Blocks) -> tuple[Json | None, str]:
    """The program of the page, or the reason why there is none."""
    graph = entries.graph
    if any(math.prod(graph.abstract(row).shape) > LARGEST_ARRAY for row in range(len(graph))):
        return None, f"its arrays have more than {LARGEST_ARRAY} entries, too many to follow in a page"
    try:
        return {
            "forward": javascript(graph, range(len(graph))),
            "backward": list(_backward(entries, tree)),
            "guards": [
                {"row": g.row, "expected": plain(g.expected), "line": site(g.site).line if g.site else 0}
                for g in graph.guards
            ],
        }, ""
    except EmissionError as error:
        return None, f"{error.message}{_where(entries)}, so the numbers stay those of this point"


def _where(entries: Ledger) -> str:
    """The first value that the page cannot compute, with its line."""
    graph = entries.graph
    lacking = (
        row for row in entries.names if graph.op(row) is not INPUT and graph.op(row).name not in KERNELS
    )
    row = next(lacking, None)
    if row is None:
        return ""
    number = graph.site_column[row]
    line = f" in line {site(number).line}" if number and site(number).line else ""
    return f" (it makes `{entries.label(row)}`{line})"


def _backward(entries: Ledger, tree: Blocks) -> Iterator[Json]:
    """Backward passes: of the output, then of other named numbers while there is room."""
    graph, room = entries.graph, MOST_BACKWARD_ROWS
    for output in dict.fromkeys([entries.output, *_outputs(entries)]):
        derivative = differentiate(graph.with_outputs([output]))
        combined = derivative.graph
        room -= len(combined) - len(graph)
        if room < 0 and output != entries.output:
            return
        whole, places = with_places(derivative, len(graph))
        yield {
            "output": output,
            "seed": derivative.seeds[0],
            "code": javascript(combined, range(len(graph), len(combined))),
            "placing": javascript(whole.graph, range(len(combined), len(whole.graph))),
            "cotangents": [[row, slot] for row, slot in enumerate(derivative.cotangents) if slot >= 0],
            "edges": [
                [row, arg, *_local(edge.local), edge.contribution, *places.get((row, arg), ())]
                for (row, arg), edge in derivative.edges.items()
            ],
            **({"mutants": mutants_of(entries, whole, gates_of(tree))} if output == entries.output else {}),
        }


def _local(local: int | float | None) -> tuple[int | None, float | None]:
    """A row of the local gradient, or the number that it is everywhere."""
    return (local, None) if type(local) is int else (None, local)


def _outputs(entries: Ledger) -> Sequence[int]:
    """Single real numbers whose gradients one may ask for: those with a name of the user's first."""
    graph = entries.graph
    inner = (row for row in entries.names if graph.op(row) not in (INPUT, CONSTANT))
    found = [row for row in inner if not graph.abstract(row).shape and graph.abstract(row).is_float]
    return sorted(found, key=lambda row: (not graph.name(row), -row))
