"""1,000 random programs, in parts that workers share; `python -m tests.fuzz` runs as many as wanted."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest
from tests.fuzz.comparing import judge, ridders
from tests.fuzz.peers import installed
from tests.fuzz.programs import PREAMBLE, program
from tests.fuzz.shrinking import shrink

PARTS, EACH = 20, 50
EVERY = {"torch": 2, "jax": 25}
"""Every so many programs are compared with a peer as well, which takes longer than all the rest."""


@pytest.mark.parametrize("part", range(PARTS))
def test_programs_agree(part: int) -> None:
    peers = installed(list(EVERY))
    seeds = range(EACH * part, EACH * (part + 1))
    verdicts = {
        seed: judge(program(seed).text, program(seed).inputs, [p for p in peers if seed % EVERY[p.name] == 0])
        for seed in seeds
    }
    failing = {seed: verdict for seed, verdict in verdicts.items() if verdict.is_failure}
    assert not failing, f"see `python -m tests.fuzz --programs 1 --seed {min(failing)}`: {failing}"
    assert sum(verdict.kind == "agreed" for verdict in verdicts.values()) >= EACH // 2
    if any(peer.name == "torch" for peer in peers):
        compared = sum(verdict.peers.get("torch") == "compared" for verdict in verdicts.values())
        assert compared >= EACH // EVERY["torch"] // 4, "PyTorch can say most programs"


@pytest.mark.parametrize("name", EVERY)
def test_a_wrong_gradient_is_seen_by_a_peer(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip(name, reason=f"{name} is not installed")
    peers = installed([name])
    body = "    x[1] = s * p[0]\n    return np.sum(np.sort(x) * x[::-1]) * A[1, 2]\n"
    text = f"{PREAMBLE}def f(x, A, s, p):\n{body}"
    inputs = program(3).inputs
    assert judge(text, inputs, peers).peers == {name: "compared"}
    answer = peers[0].answer
    monkeypatch.setattr(
        peers[0], "answer", lambda *a: (lambda v, g: (v, [1.001 * h for h in g]))(*answer(*a))
    )
    assert judge(text, inputs, peers).kind == f"FAIL {name}"


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
