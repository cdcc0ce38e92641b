"""What both sides agree on is what this side says today."""

from __future__ import annotations

import json

import numpy as np
import pytest
from tests.page.vectors import FILES, GOLDEN, text_of


@pytest.mark.parametrize("name", ["layouts", "numbers"])
def test_committed_vectors_are_those_of_today(name: str) -> None:
    assert (GOLDEN / f"{name}.json").read_text() == text_of(name), (
        "python -m tests.page.vectors, then npm test"
    )


def test_committed_values_of_operations_are_those_of_today() -> None:
    """Up to rounding: the last digits of exp differ between machines."""
    then, now = json.loads((GOLDEN / "kernels.json").read_text()), json.loads(json.dumps(FILES["kernels"]()))
    assert [case["name"] for case in then] == [case["name"] for case in now]
    for old, new in zip(then, now, strict=True):
        was, is_ = np.array(old["value"], float), np.array(new["value"], float)
        # What cancels to zero in a product with an inverse is a rounding error of the largest entry.
        np.testing.assert_allclose(was, is_, rtol=1e-13, atol=1e-15 * np.abs(was).max(initial=0.0))
