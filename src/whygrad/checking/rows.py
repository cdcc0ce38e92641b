"""Backward passes that take the gradient of a vector as a matrix of one row, and give back such rows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from whygrad.checking.comparison import accept
from whygrad.checking.evidence import Failure
from whygrad.checking.lines import RESULT
from whygrad.checking.naming import EXACT, best
from whygrad.checking.observing import Observation
from whygrad.checking.plain import Namespace
from whygrad.checking.programs import Program
from whygrad.checking.variables import first_values, gradient_word


def ran_with_rows(run: Callable[[str], Namespace | Failure], output: Any) -> Namespace | Failure:
    """The run of a backward pass; with the arriving gradient as a row or a column where a plain one raises.

    `run` takes how the gradient of the `output` is handed over. What comes back must be of one row or column
    as well: else it is likelier that the backward pass is at fault.
    """
    plain = run("{}")
    if not isinstance(plain, Failure) or not _is_vector(output):
        return plain
    for text in ("{}.reshape(1, -1)", "{}.reshape(-1, 1)"):
        ended = run(text)
        found = None if isinstance(ended, Failure) else ended[RESULT]
        found = found[0] if isinstance(found, tuple | list) and found else found
        if isinstance(found, np.ndarray) and found.ndim == 2 and 1 in found.shape:
            return ended
    return run("{}")


def accept_rows(program: Program, first: Observation) -> str:
    """Let rows be as good as vectors where a pass that computes a vector returns them for vectors.

    There are no examples, then, that a sum was forgotten over. Returns a note on it.
    """
    accept(False)
    output, upstream = program.objective[0] if program.objective else ("", "")
    if program.form not in ("pair", "class") or not upstream or not _is_vector(first.namespace.get(output)):
        return ""
    inputs = {name: value for name, value in first_values(first).items() if _is_vector(value)}
    for item in program.returned:
        ranked = best(gradient_word(item.name), list(inputs)) if item.path.startswith(RESULT) else []
        value = program.value(item.name, first.namespace) if ranked and ranked[0][0] >= EXACT else None
        if isinstance(value, np.ndarray) and value.shape in (
            (1, size := len(inputs[ranked[0][1]])),
            (size, 1),
        ):
            accept(True)
            return f"`{item.name}` has the shape {value.shape} for a vector: one row, as if of one example"
    return ""


def _is_vector(value: Any) -> bool:
    return isinstance(value, np.ndarray) and value.ndim == 1 and value.size > 1 and value.dtype.kind == "f"
