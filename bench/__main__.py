"""Run the benchmarks named on the command line (all by default), print one table, write it as JSON."""

from __future__ import annotations

import json
import math
import os
import platform
import sys
from dataclasses import asdict
from importlib import import_module
from pathlib import Path

import numpy as np

CASES = {
    "coverage": "coverage", "op-time": "op_time", "scalar-loop": "scalar_loop", "buffer-loop": "buffer_loop",
    "neuron": "neuron", "start": "start", "derive": "derive", "layout": "layout", "check": "check",
}  # fmt: skip
ROW = "{:12} {:54} {:>10} {:10} {}"
RESULTS = Path(__file__).parent / "results"


def main(names: list[str]) -> int:
    """Exit status 2 for a case that there is not."""
    unknown = [name for name in names if name not in CASES]
    if unknown:
        print(f"no benchmark is called {unknown[0]!r}; there are: {', '.join(CASES)}", file=sys.stderr)
        return 2
    RESULTS.mkdir(exist_ok=True)
    machine = {
        "python": platform.python_version(), "numpy": np.__version__, "machine": platform.machine(),
        "processors": os.cpu_count(), "load": os.getloadavg()[0] if hasattr(os, "getloadavg") else None,
    }  # fmt: skip
    print(", ".join(f"{name} {value}" for name, value in machine.items()), flush=True)
    print(ROW.format("case", "what", "median", "unit", ""))
    for name in names or CASES:
        lines = import_module(f"bench.{CASES[name]}").run()
        for line in lines:
            value = "-" if math.isnan(line.value) else f"{line.value:.4g}"
            print(ROW.format(line.case, line.what, value, line.unit, line.note), flush=True)
        text = json.dumps({"machine": machine, "figures": [asdict(line) for line in lines]}, indent=1)
        (RESULTS / f"{name}.json").write_text(text + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
