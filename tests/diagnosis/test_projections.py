"""Statistics taken for constants: what a normalisation takes off a gradient is put back."""

from __future__ import annotations

import textwrap

import numpy as np
import pytest

from whygrad.diagnosis import check_program
from whygrad.source import Source

CASES = {
    "batch norm, of which the scaled input is kept": (
        """
        def normed(x, scale, shift):
            spread = np.sqrt(x.var(axis=0) + 1e-5)
            unit = (x - x.mean(axis=0)) / spread
            return scale * unit + shift, (unit, scale, spread)
        def normed_back(g, cache):
            unit, scale, spread = cache
            d_scale, d_shift = np.sum(g * unit, axis=0), np.sum(g, axis=0)
            g = g * scale
            d_x = g / spread
            return d_x, d_scale, d_shift
        """,
        {"x": (5, 3), "scale": (3,), "shift": (3,)},
    ),
    "layer norm without the part along the input": (
        """
        def normed(x, scale):
            mu = x.mean(axis=1, keepdims=True)
            inv = 1 / np.sqrt(((x - mu) ** 2).mean(axis=1, keepdims=True) + 1e-5)
            unit = (x - mu) * inv
            return unit * scale, (unit, inv, scale)
        def normed_back(g, cache):
            unit, inv, scale = cache
            d_scale = (g * unit).sum(axis=0)
            d_unit = g * scale
            d_x = inv * (d_unit - d_unit.mean(axis=1, keepdims=True))
            return d_x, d_scale
        """,
        {"x": (4, 5), "scale": (5,)},
    ),
    "rows over their root mean square, of which the input is kept": (
        """
        def normed(x, scale):
            r = 1 / np.sqrt(np.mean(x ** 2, axis=-1, keepdims=True) + 1e-6)
            return x * r * scale, (x, r, scale)
        def normed_back(g, cache):
            x, r, scale = cache
            d_scale = np.sum(g * x * r, axis=0)
            d_x = g * scale * r
            return d_x, d_scale
        """,
        {"x": (3, 4), "scale": (4,)},
    ),
    "rows over their lengths": (
        """
        def normed(x):
            y = x / np.sqrt(np.sum(x * x, axis=1, keepdims=True))
            return y, (x, y)
        def normed_back(g, cache):
            x, y = cache
            size = np.sqrt(np.sum(x * x, axis=1, keepdims=True))
            d_x = g / size
            return d_x
        """,
        {"x": (3, 4)},
    ),
    "channels of images": (
        """
        def normed(x):
            mu = x.mean(axis=(0, 2, 3), keepdims=True)
            inv = 1 / np.sqrt(x.var(axis=(0, 2, 3), keepdims=True) + 1e-5)
            return (x - mu) * inv, ((x - mu) * inv, inv)
        def normed_back(g, cache):
            unit, inv = cache
            d_x = g * inv
            return d_x
        """,
        {"x": (2, 3, 2, 4)},
    ),
    "a mean that is taken off": (
        """
        def normed(x):
            return x - x.mean(axis=0), x
        def normed_back(g, cache):
            d_x = g
            return d_x
        """,
        {"x": (4, 3)},
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_statistics_that_were_taken_for_constants(name: str) -> None:
    body, shapes = CASES[name]
    out = shapes["x"]
    inputs = ", ".join(f"{n}=draw{s}" for n, s in {**shapes, "g": out}.items())
    made = f"def make_inputs():\n    draw = np.random.RandomState(4).randn\n    return dict({inputs})"
    text = f"import numpy as np\n{made}\n{textwrap.dedent(body)}"
    (found,) = check_program(Source("norm.py", text)).findings
    assert found.repair is not None
    (edit,) = found.repair.edits
    assert edit.before.strip().startswith("d_x = ") and "np.sqrt" not in edit.after

    lines = text.split("\n")
    lines[edit.line - 1] = edit.after
    space: dict[str, object] = {}
    exec("\n".join(lines), space)
    given = space["make_inputs"]()  # type: ignore[operator]
    arguments = {n: given[n] for n in shapes}
    back = space["normed_back"](given["g"], space["normed"](**arguments)[1])  # type: ignore[operator]
    d_x = back[0] if isinstance(back, tuple) else back

    def total(step: np.ndarray) -> float:
        moved = {**arguments, "x": arguments["x"] + step}
        return float(np.sum(space["normed"](**moved)[0] * given["g"]))  # type: ignore[operator]

    along = np.random.RandomState(1).randn(*out)
    slope = (total(1e-5 * along) - total(-1e-5 * along)) / 2e-5
    assert np.isclose(np.sum(d_x * along), slope, rtol=1e-6)
