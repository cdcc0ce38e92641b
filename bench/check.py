"""How long a check takes: a file of twelve layers, an engine, and a network of a million parameters."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from bench.measuring import Line, seconds
from bench.start import process, processor_seconds

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"
REPEATS = 3
NETWORK = """\
import numpy as np

np.random.seed(0)
x, y = np.random.randn(64, 784), np.random.randint(0, 10, 64)
W1, b1 = 0.03 * np.random.randn(784, 1000), np.zeros(1000)
W2, b2 = 0.03 * np.random.randn(1000, 210), np.zeros(210)
W3, b3 = 0.03 * np.random.randn(210, 10), np.zeros(10)

h1 = np.maximum(0, x @ W1 + b1)
h2 = np.tanh(h1 @ W2 + b2)
s = h2 @ W3 + b3
p = np.exp(s) / np.exp(s).sum(axis=1, keepdims=True)
loss = -np.log(p[np.arange(64), y]).mean()

ds = p.copy()
ds[np.arange(64), y] -= 1
ds /= 64
dW3, db3 = h2.T @ ds, ds.sum(axis=0)
dz2 = (ds @ W3.T) * (1 - h2**2)
dW2, db2 = h1.T @ dz2, dz2.sum(axis=0)
dz1 = (dz2 @ W2.T) * (h1 > 0)
dW1, db1 = x.T @ dz1, dz1.sum(axis=0)
"""
MISTAKE = ("* (1 - h2**2)", "* (1 - h2)")


def run() -> list[Line]:
    """Medians over whole processes."""
    with tempfile.TemporaryDirectory() as folder:
        right, wrong = Path(folder, "right.py"), Path(folder, "wrong.py")
        right.write_text(NETWORK, encoding="utf-8")
        wrong.write_text(NETWORK.replace(*MISTAKE), encoding="utf-8")
        return [
            *_checked("12 layers, 3 of them wrong", EXAMPLES / "layers.py", 1, "target below 3 on 2 cores"),
            *_checked("an engine, 2 rules of it wrong", EXAMPLES / "engine.py", 1),
            *_alone("996,000 parameters: the script itself", right),
            *_checked("996,000 parameters, all right", right, 0, "the script's own sizes run three times"),
            *_checked(
                "996,000 parameters, one line wrong", wrong, 1, "the script's own sizes run three times"
            ),
        ]


def _checked(what: str, path: Path, expected: int, note: str = "") -> list[Line]:
    words = ("-m", "whygrad", "check", str(path), "--time-limit", "120")
    status = process(*words)()
    if status != expected:
        raise SystemExit(f"checking {path.name} ended with status {status}, not {expected}")
    return _lines(what, words, note)


def _alone(what: str, path: Path) -> list[Line]:
    return _lines(what, (str(path),), "")


def _lines(what: str, words: tuple[str, ...], note: str) -> list[Line]:
    wall = seconds(process(*words), REPEATS, time.perf_counter)[0]
    spent = processor_seconds(process(*words), REPEATS)
    return [
        Line("check", what, wall, "s", note),
        Line("check", f"{what}, of the processor", spent, "s", "all processes together"),
    ]
