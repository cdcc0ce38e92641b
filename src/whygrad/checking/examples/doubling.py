"""Dimensions that must be even: what is split into groups, heads, or windows of two."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from whygrad.checking.examples.complaints import Complaint
from whygrad.checking.examples.templates import Array

if TYPE_CHECKING:
    from whygrad.checking.examples.search import Guess, Search


def double(search: Search, guess: Guess, complaint: Complaint) -> bool:
    """A dimension may have to be even, to be split into groups or heads; or two, for windows of two."""
    if guess.mended:
        return False
    free = guess.dimensions.free()
    both = [
        pair
        for name, template in guess.templates.items()
        if isinstance(template, Array) and name in complaint.names and len(template.dimensions) > 2
        for pair in itertools.combinations(dict.fromkeys(map(guess.dimensions.root, template.dimensions)), 2)
        if set(pair) <= set(free)
    ]
    for owners in (*((owner,) for owner in free), *both):
        trial = guess.copy()
        for owner in owners:
            trial.dimensions.bound[owner] = ("product", 2, (trial.dimensions.new(),))
        if search.runs(trial):
            guess.dimensions, guess.mended = trial.dimensions, 1
            return True
        if search.is_late():
            break
    return False
