"""Random programs: what is derived of them is executed and equal, or they are refused by name and line."""

from __future__ import annotations

import pytest
from tests.fuzz.comparing import forget, function_of
from tests.fuzz.programs import program

from whygrad.emission.entry import derive_function
from whygrad.errors import EmissionError

SEEDS, PARTS = 64, 4


@pytest.mark.parametrize("part", range(PARTS))
def test_programs_are_derived_and_equal_or_refused_by_name(part: int) -> None:
    derived = 0
    for seed in range(part, SEEDS, PARTS):
        made = program(seed)
        f = function_of(made.text)
        try:
            f(*made.inputs)
        except Exception:  # some raise on purpose
            continue
        try:
            _, proof = derive_function(f, made.inputs)
            assert proof is not None
            assert proof.points > 0
            derived += 1
        except EmissionError as refused:
            assert "defect" not in (refused.hint or ""), f"seed {seed}: {refused.message}"
        finally:
            forget(f)
    assert derived >= 2
