"""`python -m tests.fuzz --programs 10000 --seed 0`: random programs compared, failures shrunk and printed."""

from __future__ import annotations

import argparse
import signal
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from tests.fuzz.comparing import judge
from tests.fuzz.peers import Peer, installed
from tests.fuzz.programs import PREAMBLE, program
from tests.fuzz.shrinking import shrink


def main() -> int:
    """Exit status 1 where a program disagrees."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--programs", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0, help="of the first program; the others follow")
    parser.add_argument("--shrunk", type=int, default=10, help="at most so many failures are made small")
    parser.add_argument("--torch", type=int, default=1, help="every so many programs with PyTorch; 0: none")
    parser.add_argument("--jax", type=int, default=10, help="every so many programs with JAX; 0: none")
    asked = parser.parse_args()
    peers = {peer.name: peer for peer in installed(("torch", "jax"))}
    counts: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    said: dict[str, Counter[str]] = {name: Counter() for name in peers}
    failing: list[int] = []
    for seed in range(asked.seed, asked.seed + asked.programs):
        here = [peers[n] for n in peers if getattr(asked, n) and seed % getattr(asked, n) == 0]
        verdict = judge(program(seed).text, program(seed).inputs, here)
        counts[verdict.kind] += 1
        for name, answer in verdict.peers.items():
            said[name][answer] += 1
        if verdict.kind in ("refused", "raised"):
            reasons[f"{verdict.kind}: {verdict.detail.splitlines()[0][:90]}"] += 1
        if verdict.is_failure:
            failing.append(seed)
            if len(failing) <= asked.shrunk:
                print(told(seed, verdict.kind, here), flush=True)
    for reason, count in reasons.most_common(12):
        print(f"  {count:5d}  {reason}")
    for name in ("torch", "jax"):
        answers = ", ".join(f"{count} {answer}" for answer, count in said.get(name, Counter()).most_common())
        print(f"{name}: {answers or 'not installed, or not asked for'}")
    summary = ", ".join(f"{count} {kind}" for kind, count in counts.most_common())
    print(f"{asked.programs} programs from seed {asked.seed}: {summary}")
    if failing:
        print("failing seeds:", *failing[:40])
    return 1 if failing else 0


class TooLateError(BaseException):
    """Not an Exception: programs, and what judges them, catch those."""


@contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """Raise TooLateError in what takes longer."""

    def late(*_: Any) -> None:
        raise TooLateError

    before = signal.signal(signal.SIGALRM, late)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def told(seed: int, kind: str, peers: Sequence[Peer]) -> str:
    """The smallest program found that fails as this one does."""
    inputs = program(seed).inputs

    def fails(text: str) -> bool:
        try:
            with at_most(5.0):  # a loop may have lost its end
                return judge(text, inputs, peers).kind == kind
        except (Exception, TooLateError):
            return False

    small = shrink(program(seed).text, fails)
    return (
        f"\n--- seed {seed}: {kind}\n{small.removeprefix(PREAMBLE)}{judge(small, inputs, peers).detail[:600]}"
    )


if __name__ == "__main__":
    sys.exit(main())
