"""Samples for every op with a rule, and the numeric truth that rules are measured against.

Ops that are elementwise and take no parameters get their samples from their record (arity and domain); the
others state theirs here. A test that asks for `sample` runs over all of them, one for `elementwise` over the
records without parameters.
"""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass, field
from importlib.util import find_spec
from typing import Any

import numpy as np
import pytest
from tests.ops.agreement import agrees as agreement
from tests.ops.agreement import generator, ridders

from whygrad.ops import OPS, Slot
from whygrad.rules import Elementwise

NOT_ANALYTIC = {
    "var",
    "eigh",
    "svd",
    "qr",
    "pinv",
    "cholesky",
    "cofactors",
    "second_det",
    "det_sign",
    "log_abs_det",
}
"""No kinks, but NumPy's value for complex numbers is another function (of absolute values, of conjugates)."""
SYMMETRISED = {"cholesky"}
"""NumPy reads one half of the matrix; the rule takes both halves to move, so the reference moves both."""


@dataclass(frozen=True)
class Sample:
    """One call of an op. `moving` are the arguments whose derivative is tested."""

    op: str
    args: tuple[Any, ...]
    params: dict[str, Any] = field(default_factory=dict)
    label: str = ""

    @property
    def moving(self) -> list[int]:
        return [
            i for i, a in enumerate(self.args) if np.asarray(a).dtype.kind == "f" and np.isfinite(a).all()
        ]

    def value(self, *args: Any) -> Any:
        if args and self.op in SYMMETRISED:
            args = ((args[0] + np.swapaxes(args[0], -1, -2)) / 2,)
        with np.errstate(all="ignore"):
            return OPS[self.op].value(*(args or self.args), **self.params)

    def vjp(self, i: int, g: Any, args: tuple[Any, ...] | None = None) -> np.ndarray[Any, Any]:
        """The cotangent of argument `i`, its broadcasting undone as `differentiation` does."""
        args = self.args if args is None else args
        with np.errstate(all="ignore"):
            found = OPS[self.op].rule.vjp(i, g, self.value(*args), args, self.params)
        shape = np.shape(args[i])
        if found is None:
            return np.zeros(shape)
        found = np.asarray(found)
        full = np.broadcast_shapes(found.shape, shape)
        return np.asarray(OPS["sum_to"].value(np.broadcast_to(found, full), shape=shape))

    def jvp(self, tangents: list[Any]) -> np.ndarray[Any, Any]:
        with np.errstate(all="ignore"):
            op = OPS[self.op]
            found = op.rule.jvp(op.value, tangents, self.value(), self.args, self.params)
        return np.broadcast_to(0.0 if found is None else found, np.shape(self.value()))


def frozen(value: Any) -> Any:
    """An array that nothing can write into."""
    if isinstance(value, np.ndarray):
        value.flags.writeable = False
    return value


def inside(rng: np.random.Generator, low: float, high: float, shape: tuple[int, ...]) -> Any:
    """Generic points of an interval, away from its ends and from 0."""
    bottom = low if math.isfinite(low) else -2.0 if not math.isfinite(high) else high - 3.0
    top = high if math.isfinite(high) else bottom + (4.0 if low == -math.inf else 3.0)
    margin = 0.07 * (top - bottom)
    points = rng.uniform(bottom + margin, top - margin, shape)
    if low == -math.inf:
        points = points + np.where(points < 0, -0.4, 0.4)
    return frozen(np.asarray(points))


SAMPLED = {
    "tan": ((-math.pi / 2, math.pi / 2),),
    "reciprocal": ((0.0, math.inf),),
    "power": ((0.0, math.inf), (-math.inf, math.inf)),
    "gammaln": ((0.5, math.inf),),
    "gamma": ((0.5, math.inf),),
    "betaln": ((0.5, math.inf), (0.5, math.inf)),
    "float_power": ((0.0, math.inf), (-math.inf, math.inf)),
    "arctan2": ((-math.inf, math.inf), (0.0, math.inf)),
}
"""Where to take points of functions that are singular on the way from one to another."""


def domain_of(name: str) -> tuple[tuple[float, float], ...]:
    op = OPS[name]
    return op.domain or SAMPLED.get(name) or ((-math.inf, math.inf),) * len(op.rule.partials)


def elementwise_samples(name: str) -> list[Sample]:
    """Arrays of one shape, arrays that broadcast, Python numbers."""
    rng, domain = generator(name), domain_of(name)
    shapes: list[tuple[str, list[tuple[int, ...]]]] = [("array", [(2, 3)] * len(domain))]
    if len(domain) == 2:
        shapes += [("broadcast", [(2, 3), (3,)]), ("stretched", [(2, 1), (1, 3)]), ("scalar", [(2,), ()])]
    found = [
        Sample(name, tuple(inside(rng, *d, s) for d, s in zip(domain, given, strict=True)), label=label)
        for label, given in shapes
    ]
    numbers = tuple(float(inside(rng, *d, ())) for d in domain)
    return [*found, Sample(name, numbers, label="number")]


BY_REQUEST = {"stop_gradient"}
"""Ops whose gradient is not that of their value, because their user said so."""

OF_SCIPY = {"erf", "erfc", "gammaln", "gamma", "logsumexp", "ndtr", "log_ndtr", "log_expit", "betaln"}
"""Ops whose value is SciPy's, which need not be there."""


def has_scipy() -> bool:
    """Is SciPy installed? What is not tested without it is said in test_special."""
    return find_spec("scipy") is not None


ELEMENTWISE = [
    op.name
    for op in OPS.values()
    if isinstance(op.rule, Elementwise)
    and op.name not in ("where", "clip", "inside", "polygamma", "stop_gradient")
    if has_scipy() or op.name not in OF_SCIPY
]


def special_samples(r: Any) -> list[Sample]:
    return [
        Sample("polygamma", (frozen(np.abs(r(3)) + 0.3),), {"n": 0}),
        Sample("polygamma", (frozen(np.abs(r(3)) + 0.3),), {"n": 2}, "order 2"),
        Sample("logsumexp", (r(2, 3),)),
        Sample("logsumexp", (r(2, 3),), {"axis": 1, "keepdims": True}, "axis"),
    ]


def matrix_samples(r: Any) -> list[Sample]:
    regular = frozen(r(3, 3) + 2 * np.eye(3))
    stack = frozen(r(2, 2, 2) + 2 * np.eye(2))
    spread = frozen(np.diag([1.0, 2.0, 4.0]) + 0.2 * (s := r(3, 3)) + 0.2 * s.T)
    low = frozen(np.outer([1.0, 2.0, 0.5], [3.0, -1.0, 2.0]))
    return [
        Sample("inv", (regular,)),
        Sample("inv", (stack,), label="stack"),
        Sample("solve", (regular, r(3))),
        Sample("solve", (regular, r(3, 2)), label="columns"),
        Sample("solve", (stack, r(2)), label="stack and vector"),
        Sample("solve", (stack, r(2, 2, 1)), label="stacks"),
        *(Sample("det", (m,), label=label) for m, label in ((low, "rank 1"), (np.zeros((3, 3)), "rank 0"))),
        *(Sample("second_det", (m, r(*m.shape)), label=label)
          for m, label in ((regular, ""), (stack, "stack"))),
        *(Sample(name, (m,), label=label) for name in ("det", "cofactors", "det_sign", "log_abs_det")
          for m, label in ((regular, "regular"), (stack, "stack"))),
        Sample("pinv", (r(3, 2),)),
        Sample("pinv", (r(2, 3),), label="wide"),
        Sample("cholesky", (spread,)),
        Sample("cholesky", (frozen(spread + np.zeros((2, 3, 3))),), label="stack"),
        Sample("eigh", (spread,)),
        Sample("eigh", (spread,), {"half": "U"}, label="upper"),
        Sample("eigh", (frozen(np.stack([spread, -spread])),), label="stack"),
        Sample("svd", (regular,)),
        Sample("svd", (r(3, 2),), label="tall"),
        Sample("svd", (r(2, 2, 3),), label="wide, stack"),
        Sample("qr", (regular,)),
        Sample("qr", (r(3, 2),), label="tall"),
        Sample("qr", (r(2, 2, 3),), label="wide, stack"),
        Sample("norm", (r(3, 2),), {"ord": 3.0, "axis": 0}, "order 3"),
        Sample("norm", (r(3),), {"ord": 1.5}, "order 1.5"),
    ]  # fmt: skip


def _stated() -> list[Sample]:
    rng = generator("stated")

    def r(*shape: int) -> Any:
        return frozen(rng.normal(size=shape))

    mask = frozen(np.array([[True, False, True], [False, False, True]]))
    zeros = frozen(np.zeros((2, 3)))
    rows = frozen(np.array([0, 2, 0]))
    return [
        Sample("where", (mask, r(2, 3), r(3))),
        Sample("where", (True, 2.0, 3.0), label="number"),
        Sample("inside", (np.array([1.0, -0.5]),), {"low": -1.0}),
        Sample("inside", (2.0,), {"low": 0.0}, "number"),
        Sample("clip", (r(3, 3), -0.5, 0.5)),
        Sample("clip", (r(3, 3), r(3) - 1.0, r(3, 1) + 1.0), label="arrays"),
        Sample("clip", (r(4), 0.1, math.inf), label="one bound"),
        *(
            Sample(name, (r(2, 3, 2) + shift,), params, label=str(params))
            for name, shift in (("sum", 0), ("mean", 0), ("max", 0), ("min", 0), ("var", 0), ("std", 0),
                                ("prod", 0), ("norm", 0))
            for params in ({}, {"axis": 1}, {"axis": (0, 2), "keepdims": True}, {"keepdims": True})
        ),
        Sample("var", (r(4),), {"ddof": 1}, "ddof"),
        Sample("std", (r(4, 2),), {"ddof": 1, "axis": 0}, "ddof"),
        Sample("prod", (np.array([2.0, 0.0, 3.0]),), label="one zero"),
        Sample("prod", (np.array([2.0, 0.0, 0.0]),), label="two zeros"),
        Sample("prod", (1.5,), label="number"),
        Sample("sum", (1.5,), label="number"),
        Sample("max", (1.5,), label="number"),
        *(
            Sample(name, (x,), params, label=f"{label} {params}")
            for name in ("cumsum", "cumprod")
            for params in ({}, {"axis": 0}, {"axis": 1})
            for label, x in (("", r(5, 3)), ("zeros", np.array([[2.0, 0.0, 3.0], [0.0, 1.5, 0.0]])))
        ),
        *(
            Sample(name, (r(*a), r(*b)), label=f"{a}@{b}")
            for name in ("matmul", "dot")
            for a, b in (((3,), (3,)), ((2, 3), (3,)), ((3,), (3, 2)), ((2, 3), (3, 4)))
        ),
        *(
            Sample("matmul", (r(*a), r(*b)), label=f"{a}@{b}")
            for a, b in (((2, 2, 3), (3,)), ((3,), (2, 3, 2)), ((2, 2, 3), (3, 2)), ((2, 3), (2, 3, 2)),
                         ((2, 1, 2, 3), (2, 3, 2)))
        ),
        *(
            Sample("dot", (r(*a), r(*b)), label=f"{a}.{b}")
            for a, b in (((2, 2, 3), (3,)), ((2, 3), (2, 3, 2)), ((2, 1, 3), (2, 3, 2)), ((), (2, 2)))
        ),
        Sample("outer", (r(2), r(3))),
        Sample("outer", (r(2, 2), r(3)), label="raveled"),
        Sample("tensordot", (r(2, 3, 4), r(4, 2, 2)), {"axes": ((2, 0), (0, 1))}),
        Sample("tensordot", (r(2, 3, 2), r(3, 2, 2)), {"axes": ((0, 1), (2, 0))}, "crossed"),
        Sample("tensordot", (r(2), r(3)), {"axes": ((), ())}, "outer"),
        *(
            Sample("einsum", tuple(r(*s) for s in shapes), {"subscripts": spec}, spec)
            for spec, shapes in (
                ("ij,jk->ik", ((2, 3), (3, 2))), ("ii->", ((3, 3),)), ("ij->j", ((2, 3),)),
                ("ii->i", ((3, 3),)), ("i,j,ij->", ((2,), (3,), (2, 3))),
                ("bij,bjk->bik", ((2, 2, 3), (2, 3, 2))),
                ("ij,k->ik", ((2, 3), (2,))), ("i,i->i", ((3,), (3,))),
            )
        ),
        *matrix_samples(r),
        *(special_samples(r) if has_scipy() else ()),
        Sample("reshape", (r(2, 3),), {"shape": (3, 2)}),
        Sample("transpose", (r(2, 3),)),
        Sample("transpose", (r(2, 3, 4),), {"axes": (1, 2, 0)}, "axes"),
        Sample("broadcast_to", (r(3, 1),), {"shape": (2, 3, 2)}),
        Sample("broadcast_to", (1.5,), {"shape": (2,)}, "number"),
        Sample("sum_to", (r(2, 3, 2),), {"shape": (3, 1)}),
        Sample("sum_to", (r(2, 3),), {"shape": ()}, "number"),
        Sample("copy", (r(2, 3),)),
        Sample("astype", (r(2, 3),), {"dtype": np.dtype(np.float64)}),
        Sample("astype", (1.5,), {"dtype": float}, "number"),
        Sample("tril", (r(3, 3),), {"k": -1}),
        Sample("triu", (r(2, 3),)),
        Sample("diag", (r(3),)),
        Sample("diag", (r(3, 3),), label="of a matrix"),
        Sample("concatenate", (r(2, 3), r(1, 3), r(2, 3))),
        Sample("concatenate", (r(2, 3), r(2, 1)), {"axis": 1}, "axis"),
        Sample("stack", (r(2, 3), r(2, 3))),
        Sample("stack", (r(2, 3), r(2, 3)), {"axis": 2}, "axis"),
        Sample("stack", (1.0, 2.0, 3.0), label="numbers"),
        Sample("pad", (r(2, 3),), {"pad_width": ((1, 0), (2, 1))}),
        Sample("pad", (r(3),), {"pad_width": ((1, 1),), "constant_values": -2.0}, "value"),
        Sample("tile", (r(2, 3),), {"reps": (2, 1, 2)}),
        Sample("tile", (r(2, 3),), {"reps": (2,)}, "short"),
        Sample("repeat", (r(2, 3),), {"repeats": 2, "axis": 1}),
        Sample("flip", (r(2, 3),)),
        Sample("flip", (r(2, 3),), {"axis": 1}, "axis"),
        Sample("roll", (r(2, 3),), {"shift": 1}),
        Sample("roll", (r(2, 3),), {"shift": -2, "axis": 1}, "axis"),
        Sample("sort", (r(4),), {"axis": 0}),
        Sample("sort", (r(3, 4),), {"axis": 1}, "matrix"),
        Sample("partition", (r(5),), {"kth": 2, "axis": 0}),
        Sample("partition", (r(3, 4),), {"kth": (1, 2), "axis": 1}, "matrix"),
        Sample("index", (r(4),), {"key": 2}),
        Sample("index", (r(3, 4),), {"key": (slice(None), slice(None, None, -2))}, "slice"),
        Sample("index", (r(3, 4),), {"key": (None, Ellipsis, -1)}, "ellipsis"),
        Sample("index", (r(3, 4), rows), {"key": Slot(0)}, "rows, one of them twice"),
        Sample("index", (r(3, 4), rows, rows), {"key": (Slot(0), Slot(1))}, "pairs"),
        Sample("index", (r(2, 3), mask), {"key": Slot(0), "shape": (3,)}, "mask"),
        Sample("assemble", (zeros, 1.0, 2.0, 3.0), {"keys": ((0, 1), (1, 2), (0, 1))}, "one place twice"),
        Sample("assemble", (r(3), 1.0, 2.0), {"keys": (0, 2)}, "disjoint"),
        Sample("assemble", (r(2), 1.0, 2.0), {"keys": (1, 0)}, "all written"),
        Sample("assemble", (r(3), 1.0, 2.0, 4.0), {"keys": (-1, 2, 0)}, "one place by two names"),
        Sample("assemble", (r(2, 3), r(3), r(2), 5.0), {"keys": (1, (slice(None), 0), (0, slice(1, 3)))},
               "slices"),
        Sample("assemble", (r(2, 3), r(3), 2.0, mask), {"keys": (Slot(0), (0, 0))}, "mask"),
        Sample("assemble", (r(4, 2), r(2), rows[:2]), {"keys": (Slot(0),)}, "rows"),
        Sample("accumulate", (r(3), 1.0, 2.0, 3.0), {"keys": (0, 2, 0)}),
        Sample("accumulate", (r(2, 3), r(3), r(2)), {"keys": (1, (slice(None), 0))}, "slices"),
        Sample("accumulate", (r(3, 2), r(3, 2), rows), {"keys": (Slot(0),)}, "rows, one of them twice"),
    ]  # fmt: skip


SAMPLES = [s for name in ELEMENTWISE for s in elementwise_samples(name)] + _stated()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "sample" in metafunc.fixturenames:
        metafunc.parametrize("sample", SAMPLES, ids=[f"{s.op}-{s.label or 'array'}" for s in SAMPLES])
    if "elementwise" in metafunc.fixturenames:
        metafunc.parametrize("elementwise", ELEMENTWISE)


class Numeric:
    """Numeric truth: column by column, by complex step where that applies, else by differences."""

    @staticmethod
    def column(sample: Sample, i: int, entry: tuple[int, ...]) -> tuple[Any, Any]:
        """Derivative of the value by one entry of argument `i`, and the error bound of it."""

        def at(x: Any) -> Any:
            moved = np.array(sample.args[i], dtype=type(x))
            moved[entry] = x
            args = [*sample.args]
            args[i] = moved if moved.shape else moved[()]
            return sample.value(*args)

        x = float(np.asarray(sample.args[i])[entry])
        if OPS[sample.op].kinks is None and sample.op not in NOT_ANALYTIC:
            with warnings.catch_warnings():
                warnings.simplefilter("error", np.exceptions.ComplexWarning)
                try:
                    y = np.asarray(at(complex(x, 1e-30)))
                except (TypeError, np.exceptions.ComplexWarning):
                    y = None
            if y is not None and y.dtype.kind == "c":
                found = y.imag / 1e-30
                return found, 1e-13 * np.maximum(1.0, abs(found))
        found, error = ridders(at, x)
        return found, 10 * error + 1e-13 * np.maximum(1.0, abs(found))


@pytest.fixture(scope="session")
def numeric() -> type[Numeric]:
    return Numeric


@pytest.fixture(scope="session")
def agrees() -> Any:
    """`agrees(name, function, x)`: see tests/ops/agreement.py."""
    return lambda name, function, x: agreement(name, function, x)


@pytest.fixture(scope="session")
def tools() -> dict[str, Any]:
    """What tests of ops need besides, by name (test modules cannot import this file)."""
    return {
        "Sample": Sample, "SAMPLES": SAMPLES, "ridders": ridders, "domain_of": domain_of,
        "inside": inside, "generator": generator, "SYMMETRISED": SYMMETRISED,
        "BY_REQUEST": BY_REQUEST, "OF_SCIPY": set() if has_scipy() else {*OF_SCIPY, "polygamma"},
    }  # fmt: skip
