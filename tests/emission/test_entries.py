"""Do keys name another entry at every step? Told by counting the entries that all steps name."""

from __future__ import annotations

from itertools import product

import pytest

from whygrad.emission.entries import tells_apart


@pytest.mark.parametrize(
    "key",
    ["i, j", "i, i + j", "i + j", "n - i, j", "i - j, i + j", "2, j", "j, j", "i + j, j - 1"],
)
def test_steps_are_told_apart_only_by_keys_that_differ_at_every_step(key: str) -> None:
    steps = [{"i": i, "j": j, "n": 9} for i, j in product(range(4), range(3))]
    entries = {eval(f"({key},)", {}, step) for step in steps}
    told = tells_apart([key], ["i", "j"])
    assert not told or len(entries) == len(steps)
    assert told == (key in ("i, j", "i, i + j", "n - i, j", "i + j, j - 1"))
