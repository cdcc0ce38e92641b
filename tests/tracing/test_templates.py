"""Templates: what a rule wrote, stamped elsewhere."""

from __future__ import annotations

import numpy as np

from whygrad.graph import Abstract
from whygrad.tracing.templates import Pattern, Patterns, Scratch

FLOAT = Abstract((), float)


def pattern() -> Pattern:
    """exp(a) * exp(a) + b, with a row that nothing needs."""
    scratch = Scratch()
    a, b = scratch.slots([FLOAT, FLOAT])
    np.sin(b)
    local = np.exp(a)
    result = local * np.exp(a) + b
    return scratch.pattern(2, result.row, local.row)


def test_equal_rows_are_written_once_and_needless_ones_left_out() -> None:
    found = pattern()
    assert [op.name for op in found.ops] == ["exp", "multiply", "add"]
    assert found.args == (0, 2, 2, 3, 1)
    assert (found.local, found.result) == (2, 4)


def test_a_result_may_be_what_was_given() -> None:
    scratch = Scratch()
    a, _ = scratch.slots([FLOAT, FLOAT])
    found = scratch.pattern(2, a.row, 2.5)
    assert (found.ops, found.result, found.local) == ((), 0, 2.5)


def test_patterns_are_made_once_and_the_oldest_make_room() -> None:
    patterns, made = Patterns(most=2), []

    def find(key: object) -> object:
        return patterns.find(key, lambda: made.append(key) or [None])

    for key in ("a", "a", "b", "c", "c", "a"):
        assert find(key) == (None,)
    assert (made, len(patterns)) == (["a", "b", "c", "a"], 2)


def test_what_cannot_be_compared_or_is_large_is_not_kept() -> None:
    patterns = Patterns()
    assert patterns.find(([],), lambda: [pattern()]) == patterns.find(([],), lambda: [pattern()])
    scratch = Scratch()
    (x,) = scratch.slots([Abstract((1000,), np.dtype(float))])
    heavy = scratch.pattern(1, (x * np.ones(1000)).row)
    patterns.find("heavy", lambda: [heavy])
    assert (heavy.is_light, len(patterns)) == (False, 0)
