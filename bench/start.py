"""How long one waits: importing whygrad, beside NumPy, and the whole process of a check of the seed."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from bench.measuring import Line, seconds

SEED = Path(__file__).resolve().parents[1] / "examples" / "sigmoid_neuron.py"
REPEATS = 9


def process(*words: str) -> Callable[[], int]:
    """Runs Python with these words to its end."""
    return lambda: subprocess.run([sys.executable, *words], capture_output=True).returncode


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
    return [
        Line(
            "start", what, seconds(process(*words), REPEATS, time.perf_counter)[0], "s", targets.get(what, "")
        )
        for what, words in cases.items()
    ]
