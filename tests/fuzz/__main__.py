"""`python -m tests.fuzz --programs 10000 --seed 0`: random programs compared, failures shrunk and printed."""

from __future__ import annotations

import argparse
import importlib.util
import sys
from collections import Counter

from tests.fuzz.comparing import judge
from tests.fuzz.programs import PREAMBLE, program
from tests.fuzz.shrinking import shrink


def main() -> int:
    """Exit status 1 where a program disagrees."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--programs", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0, help="of the first program; the others follow")
    parser.add_argument("--shrunk", type=int, default=10, help="at most so many failures are made small")
    asked = parser.parse_args()
    peers = [name for name in ("torch", "jax") if importlib.util.find_spec(name)]
    print(f"not compared with torch or jax (installed: {', '.join(peers) or 'neither'})")
    counts: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    failing: list[int] = []
    for seed in range(asked.seed, asked.seed + asked.programs):
        verdict = judge(program(seed).text, program(seed).inputs)
        counts[verdict.kind] += 1
        if verdict.kind in ("refused", "raised"):
            reasons[f"{verdict.kind}: {verdict.detail.splitlines()[0][:90]}"] += 1
        if verdict.is_failure:
            failing.append(seed)
            if len(failing) <= asked.shrunk:
                print(told(seed, verdict.kind), flush=True)
    for reason, count in reasons.most_common(12):
        print(f"  {count:5d}  {reason}")
    summary = ", ".join(f"{count} {kind}" for kind, count in counts.most_common())
    print(f"{asked.programs} programs from seed {asked.seed}: {summary}")
    if failing:
        print("failing seeds:", *failing[:40])
    return 1 if failing else 0


def told(seed: int, kind: str) -> str:
    """The smallest program found that fails as this one does."""
    inputs = program(seed).inputs

    def fails(text: str) -> bool:
        try:
            return judge(text, inputs).kind == kind
        except Exception:
            return False

    small = shrink(program(seed).text, fails)
    return f"\n--- seed {seed}: {kind}\n{small.removeprefix(PREAMBLE)}{judge(small, inputs).detail[:600]}"


if __name__ == "__main__":
    sys.exit(main())
