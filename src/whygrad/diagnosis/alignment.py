"""The derivative of a variable, written in the user's own names as they are in scope at a statement.

Every row of the derivative graph has a fingerprint; where it equals a quantity in scope, the row is that
quantity and its expression is not followed further. What is left is the line as it should have been.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from whygrad.checking.evidence import Claim, Evidence, Value
from whygrad.checking.truth import cotangent_of, flat_rows, last_event
from whygrad.checking.values import is_number, shape_of
from whygrad.diagnosis.sayings import Array, as_array, fingerprint
from whygrad.diagnosis.scopes import Scope
from whygrad.diagnosis.search import numeric_leaves
from whygrad.diagnosis.sums import gathered
from whygrad.emission.expressions import expression
from whygrad.errors import EmissionError, WhygradError
from whygrad.execution import execute
from whygrad.simplification import simplify

LONGEST = 220
MOST_ROWS = 4000
SHAPED = frozenset({"reshape", "broadcast_to", "zeros", "ones", "full", "tile", "repeat", "eye"})
"""Functions whose arguments say lengths."""


def derived_texts(
    evidence: Evidence, claim: Claim, scope: Scope, point: int, want: Value = None
) -> Iterator[str]:
    """Expressions for the gradient that a claim should be, at most one; empty where none can be written.

    Of a variable that is bound in every round of a loop, `want` tells which round is meant.
    """
    recording, derivative, run = (
        kept[point] if point < len(kept) else None
        for kept in (evidence.recordings, evidence.derivatives, evidence.runs)
    )
    if recording is None or derivative is None or run is None:
        return
    event = last_event(recording, claim.of)
    if want is not None:
        rounds = [e for e in recording.events if e.target == claim.of and _gives(e, want, derivative, run)]
        event = rounds[-1] if rounds else event
    if event is None or len(derivative.graph) > MOST_ROWS:
        return
    known = by_fingerprint(scope)
    library = "np" if any(isinstance(v, np.ndarray) for v in scope.first.values()) else "math"
    texts = []
    for row in flat_rows(event.rows):
        cotangent = derivative.cotangents[row] if 0 <= row < len(derivative.cotangents) else -1
        text = "0" if cotangent < 0 else written(derivative.graph, run, cotangent, known, library)
        if not text:
            return
        texts.append(text)
    if any(_sized(text, evidence.program.text) for text in texts):
        return
    if isinstance(event.rows, list | tuple):
        yield f"[{', '.join(texts)}]"
    elif texts:
        yield gathered(texts[0])


def spellings(text: str) -> Iterator[str]:
    """Shorter ways to write a derivative first: without the mean that a later line takes, or a power's guard.

    What they leave out counts at some numbers, so each is to be run.
    """
    powers = _GUARDED.sub(r"(\1 - 1)", text)
    yield from dict.fromkeys((_MEANS.sub("", powers), powers, _MEANS.sub("", text), text))


_GUARDED = re.compile(r"np\.where\(([\w.]+) == 0, 1, \1 - 1\)")
"""The exponent of the slope of `x ** k`, where a `k` of 0 has a slope of 0."""
_MEANS = re.compile(r"(?<![\w.*/] )\b1 / \d+ \* ")


def _sized(text: str, program: str) -> bool:
    """Does it name entries, or write lengths, that the program does not? Then it holds for one size only."""
    sized: set[str] = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Subscript) and any(_written(part, 0) for part in _places(node.slice)):
            sized.add(ast.unparse(node))
        elif isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] in SHAPED:
            sized |= {ast.unparse(a) for a in node.args if _written(a, 2)}
    return any(part.replace(" ", "") not in program.replace(" ", "") for part in sized)


def _places(index: ast.expr) -> Iterator[ast.expr]:
    """The entries and bounds in an index; a step, `[::-1]`, holds for any size."""
    for part in index.elts if isinstance(index, ast.Tuple) else [index]:
        if isinstance(part, ast.Slice):
            yield from (bound for bound in (part.lower, part.upper) if bound is not None)
        else:
            yield part


def _written(node: ast.expr, least: int) -> bool:
    """Does a whole number of some size stand in an expression?"""
    numbers = (n.value for n in ast.walk(node) if isinstance(n, ast.Constant))
    return any(isinstance(n, int) and n >= least for n in numbers)


def _gives(event: Any, want: Value, derivative: Any, run: Any) -> bool:
    """Is the cotangent of what was bound there a wanted value?"""
    numbers, wanted = cotangent_of(event.rows, derivative, run), as_array(want)
    if wanted is None or numbers.size != wanted.size:
        return False
    return bool(np.allclose(numbers, wanted.ravel(), rtol=1e-7, atol=1e-10))


def by_fingerprint(scope: Scope) -> dict[tuple[tuple[int, ...], str], list[tuple[str, Array]]]:
    """Quantities in scope by shape and rounded fingerprint; common numbers (1, 2) are left out."""
    found: dict[tuple[tuple[int, ...], str], list[tuple[str, Array]]] = {}
    for text, value in numeric_leaves(scope.quantities()):
        array = as_array(value)
        if array is None or (is_number(value) and float(value) in (0.0, 1.0, 2.0, -1.0, 0.5)):
            continue
        for shown, numbers in ((text, array), (f"{text}.T", array.T)):
            if shown == text or array.ndim == 2:
                found.setdefault(key_of(numbers), []).append((shown, numbers))
    return found


def key_of(value: Array) -> tuple[tuple[int, ...], str]:
    """Shape and rounded fingerprint: equal values have equal keys."""
    return value.shape, f"{fingerprint(value):.7e}"


def written(graph: Any, run: Any, row: int, known: Mapping[Any, Any], library: str) -> str:
    """A row in names that are in scope; empty where it cannot be said shortly."""
    try:
        simple = simplify(graph.with_outputs((row,))).graph
        values = execute(simple, [run[r] for r in graph.inputs], keep=True)
        names: dict[int, str] = {}
        for number in range(len(simple)):
            name = named(values[number], known)
            if name:
                names[number] = name
        output = simple.outputs[0]
        if output in names:
            return names[output]
        text = expression(simple, output, names, library=library, longest=LONGEST)
    except (EmissionError, WhygradError, KeyError, IndexError, TypeError, ValueError):
        return ""
    return text


def named(value: Value, known: Mapping[Any, list[tuple[str, Array]]]) -> str:
    """The quantity in scope that a row is, or ""."""
    array = as_array(value)
    if array is None or (not shape_of(value) and float(array) in (0.0, 1.0, 2.0, -1.0, 0.5)):
        return ""
    for text, other in known.get(key_of(array), ()):
        if np.allclose(array, other, rtol=1e-9, atol=0):
            return text
    return ""
