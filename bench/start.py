"""How long one waits: importing whygrad, beside NumPy, and the whole process of a check of the seed."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from bench.measuring import Line, seconds

SEED = Path(__file__).resolve().parents[1] / "examples" / "sigmoid_neuron.py"
REPEATS = 9


def process(*words: str) -> Callable[[], int]:
    """Runs Python with these words to its end, its modules compiled once as for any user."""
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    return lambda: subprocess.run([sys.executable, *words], capture_output=True, env=environment).returncode


def processor_seconds(action: Callable[[], int], repeats: int = REPEATS) -> float:
    """Median time that the processor spent on an action's processes: about what a quiet machine waits."""
    times = []
    for _ in range(repeats):
        before = os.times()
        action()
        after = os.times()
        spent = after.children_user + after.children_system - before.children_user - before.children_system
        times.append(spent)
    return statistics.median(times)


def run() -> list[Line]:
    """Medians over whole processes."""
    command = ("-m", "whygrad", "check", str(SEED))
    cases = {
        "python -c pass": ("-c", "pass"),
        "import numpy": ("-c", "import numpy"),
        "import whygrad": ("-c", "import whygrad"),
        "import whygrad; whygrad.grad": ("-c", "import whygrad; whygrad.grad"),
        "whygrad --version": ("-m", "whygrad", "--version"),
        "whygrad check (the seed)": command,
    }
    status = process(*command)()
    if status != 1:
        raise SystemExit(f"checking the seed ended with status {status}, not 1")
    targets = {"whygrad check (the seed)": "target below 0.7"}
    return [line for what, words in cases.items() for line in _lines(what, words, targets.get(what, ""))]


def _lines(what: str, words: tuple[str, ...], target: str) -> list[Line]:
    wall = seconds(process(*words), REPEATS, time.perf_counter)[0]
    spent = processor_seconds(process(*words))
    return [
        Line("start", what, wall, "s", target),
        Line("start", f"{what}, of the processor", spent, "s", "all processes together"),
    ]
