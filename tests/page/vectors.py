"""What both sides must agree on, as files: layouts, numbers as text, values of operations.

`python -m tests.page.vectors` writes them anew; the tests of both sides compare with what is committed.
"""

from __future__ import annotations

import json
import math
import random
from pathlib import Path
from typing import Any

import numpy as np

from whygrad.emission.javascript import KERNELS, parameter
from whygrad.explanation.numbers import number_text
from whygrad.ops import OPS, Slot
from whygrad.page.plainly import plain
from whygrad.rendering.layout import Extent, layout

GOLDEN = Path(__file__).parent / "golden"


def layouts() -> list[dict[str, Any]]:
    """Random circuits of many shapes, with their layouts."""
    return [_layout(random.Random(seed)) for seed in range(60)]


def _layout(chance: random.Random) -> dict[str, Any]:
    count = chance.choice([1, 2, 5, 9, 14, 30, 60])
    wires = []
    for target in range(1, count):
        near = max(0, target - chance.choice([2, 4, 12]))
        wires += [(chance.randrange(near, target), target) for _ in range(chance.choice([0, 1, 1, 2, 2, 3]))]
    extents = [
        [chance.randrange(5, 40), chance.randrange(5, 90), 2 * chance.randrange(10, 60)] for _ in range(count)
    ]
    options = {
        "gap": chance.choice([0, 10]),
        "rank_gap": chance.choice([1, 34]),
        "wire_room": chance.choice([1, 8]),
    }
    made = layout([Extent(*e) for e in extents], wires, **options)
    return {
        "extents": extents,
        "wires": wires,
        **options,
        "rank": made.rank,
        "along": made.along,
        "across": made.across,
        "starts": made.starts,
        "ends": made.ends,
        "routes": made.routes,
        "length": made.length,
        "breadth": made.breadth,
    }


def numbers() -> list[list[Any]]:
    """Numbers with the texts that people see."""
    chance = random.Random(7)
    edges = [
        0.0,
        -0.0,
        1.0,
        -3.0,
        0.5,
        1e-4,
        9.9995e-5,
        12345.0,
        12345.5,
        123456.7,
        1e8,
        99999999.0,
        1e-300,
        0.1 + 0.2,
    ]
    drawn = [chance.choice([-1, 1]) * chance.random() * 10.0 ** chance.randrange(-12, 14) for _ in range(300)]
    return [[value, number_text(value)] for value in edges + drawn]


ARRAYS: dict[str, list[tuple[list[Any], dict[str, Any]]]] = {
    "sum": [([0], {}), ([0], {"axis": 0}), ([0], {"axis": (0, 1), "keepdims": True}), ([4], {})],
    "mean": [([0], {}), ([0], {"axis": -1})],
    "var": [([0], {"axis": 1, "ddof": 1})],
    "std": [([0], {})],
    "max": [([0], {"axis": 0})],
    "min": [([0], {})],
    "prod": [([0], {"axis": 1})],
    "argmax": [([0], {"axis": 1}), ([0], {})],
    "argmin": [([0], {})],
    "any": [([0], {"axis": 0})],
    "all": [([0], {})],
    "logsumexp": [([0], {"axis": 1, "keepdims": True})],
    "cumsum": [([0], {"axis": 0}), ([0], {})],
    "cumprod": [([0], {"axis": 1})],
    "sort": [([0], {"axis": 1}), ([0], {"axis": 0})],
    "argsort": [([0], {"axis": 1})],
    "matmul": [([0, 1], {}), ([2, 0], {}), ([1, 2], {}), ([2, 2], {}), ([3, 1], {})],
    "dot": [([0, 1], {}), ([2, 2], {}), ([5, 0], {})],
    "outer": [([2, 0], {})],
    "tensordot": [([0, 1], {"axes": 1}), ([0, 0], {"axes": ((0, 1), (0, 1))}), ([2, 2], {"axes": 0})],
    "reshape": [([0], {"shape": (3, 2)}), ([0], {"shape": (-1,)}), ([0], {"shape": (1, 2, 3)})],
    "transpose": [([0], {}), ([3], {"axes": (1, 0, 2)})],
    "broadcast_to": [([2], {"shape": (4, 2)})],
    "copy": [([0], {})],
    "tril": [([0], {"k": 0}), ([3], {"k": -1})],
    "triu": [([0], {"k": 1})],
    "diag": [([2], {"k": 1}), ([0], {"k": 0}), ([0], {"k": 1})],
    "sum_to": [
        ([0], {"shape": (3,)}),
        ([0], {"shape": (2, 1)}),
        ([0], {"shape": ()}),
        ([3], {"shape": (1, 3)}),
    ],
    "astype": [([0], {"dtype": np.dtype("float64")}), ([0], {"dtype": np.dtype("bool")})],
    "concatenate": [([0, 0], {"axis": 1}), ([0, 0, 0], {})],
    "stack": [([0, 0], {"axis": 2}), ([2, 2], {})],
    "tile": [([0], {"reps": (2, 3)}), ([2], {"reps": (2, 1)})],
    "repeat": [([0], {"repeats": 2, "axis": 1}), ([0], {"repeats": 3, "axis": None})],
    "flip": [([0], {}), ([0], {"axis": (1,)})],
    "roll": [([0], {"shift": 1}), ([0], {"shift": (1, 2), "axis": (0, 1)})],
    "index": [
        ([0], {"key": 1}),
        ([0], {"key": (slice(None), slice(None, None, -1))}),
        ([0], {"key": (Ellipsis, 0)}),
        ([0], {"key": (None, slice(0, 1), 2)}),
        ([3], {"key": (slice(None), 1, slice(1, None))}),
        ([0, 6], {"key": (slice(None), Slot(0))}),
        ([0, 7, 7], {"key": (Slot(0), Slot(1))}),
        ([0, 7], {"key": Slot(0)}),
    ],
    "assemble": [([0, 5, 2], {"keys": ((0, 1), (slice(None), 2))})],
    "accumulate": [([0, 5, 5], {"keys": ((0, 1), (0, 1))}), ([2, 8, 7], {"keys": (Slot(0),)})],
    "round": [([0], {"decimals": 1})],
    "where": [([9, 0, 5], {})],
    "clip": [([0, 5, 10], {})],
    "einsum": [
        ([0, 1], {"subscripts": "ij,jk->ik"}),
        ([0, 0], {"subscripts": "ij,ij"}),
        ([1, 2], {"subscripts": "ki,i->k"}),
        ([3], {"subscripts": "abc->ca"}),
    ],
    "norm": [
        ([0], {}),
        ([0], {"axis": 1}),
        ([2], {"ord": 3}),
        ([0], {"axis": 0, "keepdims": True, "ord": 1}),
    ],
    "pad": [([0], {"pad_width": ((1, 0), (2, 1))}), ([2], {"pad_width": ((0, 2),), "constant_values": 7})],
    "solve": [([12, 2], {}), ([12, 13], {}), ([14, 13], {}), ([14, 14], {})],
    **{name: [([12], {}), ([14], {})] for name in ("inv", "det", "log_abs_det", "det_sign", "cofactors")},
    "cholesky": [([15], {})],
    **{name: [([k], {}) for k in (0, 1, 12, 14, 15, 16)] for name in ("qr", "pinv")},
    "stop_gradient": [([0], {})],
    "invert": [([9], {})],
    "inside": [([0], {"low": 0.0}), ([11], {"low": 0.0})],
}
GIVEN = [
    np.array([[0.5, -1.25, 2.0], [3.5, -0.25, 0.75]]),
    np.array([[1.0, 2.0], [-1.0, 0.5], [0.25, 4.0]]),
    np.array([1.5, -2.0]),
    np.arange(24.0).reshape(2, 4, 3) / 7 - 1,
    np.linspace(0.1, 7.3, 300),
    np.float64(0.3),
    np.array([2, 0, 2]),
    np.array([0, 1, 0, -1]),
    np.array([1.0, 2.0, 4.0, 8.0]),
    np.array([[True, False, True], [False, True, True]]),
    np.float64(1.0),
    np.array([0.5, math.inf, -math.inf, 2.0]),
    np.array([[0.25, 1.5], [-2.0, 1.0]]),
    np.array([[1.0, 2.0, -0.5], [0.75, -1.0, 3.0]]),
    np.array([[[1.0, 2.0], [3.0, -1.0]], [[0.5, 0.25], [-1.0, 2.0]]]),
    np.array([[4.0, 1.0, -0.5], [1.0, 3.0, 0.25], [-0.5, 0.25, 2.0]]),
    np.array([[1.0, 2.0, 3.0], [-2.0, 1e-5, 0.5], [0.0, 4.0, 1.0], [7.0, -1.0, 0.25]]),
]
UNARY_POINTS = [-2.5, -1.0, -0.3, 0.0, 0.2, 0.5, 1.0, 1.7, 3.0, 12.0]
OUTSIDE: dict[str, Any] = {
    "erf": math.erf,
    "erfc": math.erfc,
    "gammaln": lambda x: math.lgamma(x) if x > 0 or x % 1 else math.inf,
    "xlogy": lambda x, y: 0.0 if x == 0 else x * np.log(np.float64(y)),
    "logsumexp": lambda x, axis, keepdims: np.logaddexp.reduce(x, axis=axis, keepdims=keepdims),
}
"""Values from elsewhere where the record's own need SciPy, which need not be there."""
FEW_PLACES = {"power": ((1.5, 2.0), (2.0, -0.5), (-2.0, 3.0), (-2.0, 0.5), (0.0, 0.0), (1.0, math.nan))}


def kernels() -> list[dict[str, Any]]:
    """Operations at arguments, with the values of their records."""
    cases = []
    for name in sorted(KERNELS):
        for args, params in _calls(name):
            with np.errstate(all="ignore"):
                try:
                    value = _value(name)(*args, **params)
                except TypeError:
                    continue
            said = {key: parameter(given) for key, given in params.items()}
            cases.append(
                {"name": name, "args": [plain(a) for a in args], "params": said, "value": plain(value)}
            )
    return cases


def _value(name: str) -> Any:
    return OUTSIDE.get(name) or OPS[name].value


def _calls(name: str) -> list[tuple[list[Any], dict[str, Any]]]:
    if name in ARRAYS:
        return [([GIVEN[a] for a in args], params) for args, params in ARRAYS[name]]
    if name in FEW_PLACES:
        return [(list(args), {}) for args in FEW_PLACES[name]]
    whole = name.startswith("bitwise")
    points: list[Any] = [0, 1, 5, 6] if whole else UNARY_POINTS
    try:
        with np.errstate(all="ignore"):
            _value(name)(points[-1])
        return [([x], {}) for x in points]
    except TypeError:
        return [([x, y], {}) for x in points for y in points[::3]]


FILES = {"layouts": layouts, "numbers": numbers, "kernels": kernels}


def text_of(name: str) -> str:
    items = ",\n".join(json.dumps(item, separators=(",", ":")) for item in FILES[name]())
    return f"[\n{items}\n]\n"


if __name__ == "__main__":
    GOLDEN.mkdir(exist_ok=True)
    for name in FILES:
        (GOLDEN / f"{name}.json").write_text(text_of(name))
