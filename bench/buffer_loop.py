"""`out[i] = f(x[i])` for 1e4 and 1e5 entries: time and memory must grow tenfold, not a hundredfold."""

from __future__ import annotations

from typing import Any

import numpy as np

from bench.measuring import Line, peak_bytes, seconds
from whygrad.transformations import grad, trace


def filled(x: Any) -> Any:
    """The sum of squares of a buffer that is filled entry by entry."""
    out = np.zeros(len(x))
    for i in range(len(x)):
        out[i] = np.sin(x[i]) * x[i]
    return np.sum(out * out)


def run() -> list[Line]:
    """Time per entry and peak memory, and how they grow."""
    lines, times, peaks = [], [], []
    for n in (10_000, 100_000):
        x = np.linspace(0.1, 1.0, n)
        traced, graph = seconds(lambda x=x: trace(filled)(x), 2)
        whole, found = seconds(lambda x=x: grad(filled)(x), 2)
        y = np.sin(x) * x
        np.testing.assert_allclose(found, 2 * y * (np.cos(x) * x + np.sin(x)), rtol=1e-12)
        peak = peak_bytes(lambda x=x: grad(filled)(x))
        times.append(whole / n)
        peaks.append(peak / n)
        lines += [
            Line(
                "buffer-loop",
                f"trace, n={n}",
                traced,
                "s",
                f"{traced / n * 1e6:.1f} us an entry, {len(graph)} rows",
            ),
            Line("buffer-loop", f"gradient, n={n}", whole, "s", f"{whole / n * 1e6:.1f} us an entry"),
            Line("buffer-loop", f"peak memory, n={n}", peak / 1e6, "MB", f"{peak / n:.0f} bytes an entry"),
        ]
    lines.append(
        Line("buffer-loop", "time per entry, 1e5 against 1e4", times[1] / times[0], "x", "1: linear")
    )
    lines.append(
        Line("buffer-loop", "memory per entry, 1e5 against 1e4", peaks[1] / peaks[0], "x", "1: linear")
    )
    return lines
