"""Sizes of one: a bias that has an axis for each of the output's, as `b[:, :, :, c]` takes it."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from whygrad.checking.examples.complaints import Complaint
from whygrad.checking.examples.templates import Array
from whygrad.checking.naming import similarity

if TYPE_CHECKING:
    from whygrad.checking.examples.search import Guess, Search

_MANY = re.compile(
    r"setting an array element with a sequence|only (0-dimensional|length-1) arrays"
    r"|input array from shape \((?P<own>[\d,]+)\) into shape \((?P<room>[\d,]*)\)"
)
"""Complaints of several numbers where one was to be, or of more axes than there is room for."""


def is_of_many(complaint: Complaint) -> bool:
    """Was an array given where one number belongs?"""
    found = _MANY.search(complaint.message)
    return found is not None and (found["own"] is None or _axes(found["own"]) > _axes(found["room"]))


def _axes(shape: str) -> int:
    return len([size for size in shape.split(",") if size])


def narrow(search: Search, guess: Guess, complaint: Complaint) -> bool:
    """Let an array on the line that raised have a size of one along all axes but its last."""
    arrays = [
        (name, t)
        for name, t in guess.templates.items()
        if isinstance(t, Array) and t.domain in ("real", "zeros") and len(t.dimensions) > 2
    ]
    for name, template in sorted(arrays, key=lambda pair: -similarity("bias", pair[0])):
        if name not in complaint.names:
            continue
        trial = guess.copy()
        ones = tuple(trial.dimensions.constant(1) for _ in template.dimensions[1:])
        trial.templates[name] = replace(template, dimensions=(*ones, template.dimensions[-1]))
        found = search.tried(trial.texts(small=False))
        if found is None or not is_of_many(found):
            guess.templates, guess.dimensions = trial.templates, trial.dimensions
            return True
    return False
