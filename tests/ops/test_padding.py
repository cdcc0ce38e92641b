"""np.pad in its modes."""

from __future__ import annotations

import numpy as np
import pytest

RNG = np.random.default_rng(7)
V, W = RNG.normal(size=4), RNG.normal(size=3)
B, T = RNG.normal(size=(2, 3)), RNG.normal(size=(2, 3, 4))
for _array in (V, W, B, T):
    _array.flags.writeable = False

WIDTHS = (1, ((1, 2), (0, 1)), ((3, 5), (4, 0)))
MODES = ("constant", "edge", "reflect", "symmetric", "wrap", "linear_ramp", "maximum", "minimum", "mean",
         "median")  # fmt: skip

CASES = {
    **{
        f"{mode} {width}": (lambda x, mode=mode, width=width: np.pad(x, width, mode), B)
        for mode in MODES
        for width in WIDTHS
    },
    "constants that depend": (lambda x: np.pad(x, 1, constant_values=x[0, 0] ** 2), B),
    "constants of sides": (lambda x: np.pad(x, 1, constant_values=((1, x[0, 0]), (x[1, 1], 4))), B),
    "constants of one axis": (lambda x: np.pad(x, (1, 2), constant_values=(x[0], x[1] ** 2)), V),
    "ramps to ends": (lambda x: np.pad(x, 2, "linear_ramp", end_values=x[0, 0] ** 2), B),
    "reflect odd": (lambda x: np.pad(x, ((1, 1), (2, 1)), "reflect", reflect_type="odd"), B),
    "symmetric odd": (lambda x: np.pad(x, ((1, 2), (0, 3)), "symmetric", reflect_type="odd"), B),
    "mean of some": (lambda x: np.pad(x, 2, "mean", stat_length=((1, 2), (2, 3))), B),
    "widths by axis": (lambda x: np.pad(x, {-1: (1, 2)}, "edge"), B),
}


@pytest.mark.parametrize("name", CASES)
def test_value_gradient_and_second_derivative(name, agrees):
    agrees(name, *CASES[name])
