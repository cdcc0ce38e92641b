"""300 random programs, in parts that workers share; `python -m tests.fuzz` runs as many as wanted."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest
from tests.fuzz.comparing import judge, ridders
from tests.fuzz.programs import PREAMBLE, program
from tests.fuzz.shrinking import shrink


@pytest.mark.parametrize("part", range(10))
def test_programs_agree(part: int) -> None:
    verdicts = {
        seed: judge(program(seed).text, program(seed).inputs) for seed in range(30 * part, 30 * part + 30)
    }
    failing = {seed: verdict for seed, verdict in verdicts.items() if verdict.is_failure}
    assert not failing, f"see `python -m tests.fuzz --programs 1 --seed {min(failing)}`: {failing}"
    assert sum(verdict.kind == "agreed" for verdict in verdicts.values()) >= 15


def test_the_numeric_truth_is_true_and_knows_kinks() -> None:
    slope, doubt = ridders(lambda t: float(np.exp(np.sin(1.3 + t))))
    want = float(mpmath.diff(lambda t: mpmath.exp(mpmath.sin(t)), 1.3))
    assert abs(slope - want) <= 10 * doubt + 1e-13
    assert doubt < 1e-8
    assert ridders(abs)[1] == float("inf")
    assert ridders(lambda t: float(t > 0))[1] == float("inf")


def test_failures_shrink() -> None:
    body = "    if s > 0:\n        y = np.sin(x) + 2.5\n    z = np.sort(A) * s\n    return z\n"
    text = f"{PREAMBLE}def f(x, A, s, p):\n{body}"
    small = shrink(text, lambda candidate: "np.sort" in candidate).removeprefix(PREAMBLE)
    assert small == "def f(x, A, s, p):\n    z = np.sort(A)\n    return z\n"
