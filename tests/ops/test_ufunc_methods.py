"""Methods of ufuncs: reduce, accumulate, outer, reduceat, with their options."""

from __future__ import annotations

import numpy as np
import pytest

RNG = np.random.default_rng(7)
V, W = RNG.normal(size=4), RNG.normal(size=3)
B, T = RNG.normal(size=(2, 3)), RNG.normal(size=(2, 3, 4))
for _array in (V, W, B, T):
    _array.flags.writeable = False

MASK = np.array([[True, False, True], [True, True, False]])
MANY = (np.add, np.multiply, np.maximum, np.minimum)
CHAINS = (np.logaddexp, np.logaddexp2, np.subtract, np.divide, np.hypot, np.fmax, np.fmin)

CASES = {
    **{
        f"{f.__name__}.{how} {options}": (
            lambda x, f=f, how=how, options=options: getattr(f, how)(x, **options),
            B,
        )
        for f in (*MANY, *CHAINS)
        for how, options in (
            ("reduce", {"axis": 1, "keepdims": True}),
            ("reduce", {}),
            ("accumulate", {"axis": 1}),
        )
    },
    **{
        f"{f.__name__}.reduce where": (lambda x, f=f: f.reduce(x, axis=1, where=MASK, initial=0.25), B)
        for f in (*MANY, np.logaddexp, np.hypot)
    },
    **{f"{f.__name__}.reduce all": (lambda x, f=f: f.reduce(x, axis=None), B) for f in (*MANY, np.logaddexp)},
    **{
        f"{f.__name__}.reduceat": (lambda x, f=f: f.reduceat(x, [0, 2, 1], axis=1), B)
        for f in (*MANY, np.subtract, np.logaddexp)
    },
    **{
        f"{f.__name__}.outer": (lambda x, f=f: f.outer(x, W), B) for f in (np.subtract, np.multiply, np.hypot)
    },
    "add.reduce of a dtype": (lambda x: np.add.reduce(x, dtype=np.float64), B),
}


@pytest.mark.parametrize("name", CASES)
def test_value_gradient_and_second_derivative(name, agrees):
    agrees(name, *CASES[name])
