"""Shapes and dtypes without data: right for weak Python numbers, and cheap."""

from __future__ import annotations

import numpy as np
import pytest

from whygrad.graph import Abstract, abstract_of
from whygrad.ops import OPS, Keys, Slot, infer

F32, F64, I64, B = (np.dtype(t) for t in ("f4", "f8", "i8", "?"))


@pytest.mark.parametrize("name", ["add", "multiply", "divide", "power", "maximum", "less", "where"])
@pytest.mark.parametrize(
    "first", [2, 2.0, True, np.float32(2), np.float64(2), np.ones(3, "f4"), np.ones((2, 1))]
)
@pytest.mark.parametrize(
    "second", [3, 0.5, np.int64(2), np.float32(2), np.ones(3, "f4"), np.ones((2, 3), "i8")]
)
def test_promotion_is_numpys(name, first, second):
    args = (np.True_, first, second) if name == "where" else (first, second)
    expected = abstract_of(OPS[name].value(*args))
    assert infer(OPS[name], [abstract_of(a) for a in args]) == expected


@pytest.mark.parametrize("name", ["exp", "sqrt", "negative", "abs", "square", "floor", "logical_not", "sign"])
@pytest.mark.parametrize("x", [2, 2.0, np.float32(2), np.ones(3, "f4"), np.ones((2, 3), "i8")])
def test_unary(name, x):
    assert infer(OPS[name], [abstract_of(x)]) == abstract_of(OPS[name].value(x))


def test_shapes_that_do_not_fit_raise_as_numpy_does():
    with pytest.raises(ValueError, match="shape mismatch"):
        infer(OPS["add"], [Abstract((2,), F64), Abstract((3,), F64)])
    with pytest.raises(ValueError, match="matmul"):
        infer(OPS["matmul"], [Abstract((2, 3), F64), Abstract((2, 3), F64)])


def test_buffers_and_slots():
    base = Abstract((5, 2), F32)
    keys = Keys((0, Slot(0)))
    args = [base, Abstract((), float), Abstract((3, 2), F64), Abstract((3,), I64)]
    assert (
        infer(OPS["assemble"], args, {"keys": keys}) == base == infer(OPS["accumulate"], args, {"keys": keys})
    )
    rows = [base, Abstract((3,), I64)]
    assert infer(OPS["index"], rows, {"key": (Slot(0), 1)}) == Abstract((3,), F32)
    masked = [base, Abstract((5, 2), B)]
    assert infer(OPS["index"], masked, {"key": Slot(0), "shape": (4,)}) == Abstract((4,), F32)
    assert infer(OPS["index"], [Abstract((5,), F64)], {"key": -5}) == Abstract((), F64)
    assert infer(OPS["index"], [Abstract((1, 2), F64), Abstract((3,), I64)], {"key": Slot(0)}).shape == (3, 2)
    assert infer(OPS["index"], [Abstract((4,), F64), Abstract((), int)], {"key": Slot(0)}).shape == ()
    with pytest.raises(IndexError):
        infer(OPS["index"], [Abstract((5,), F64)], {"key": 5})


@pytest.mark.parametrize("name", ["sin", "matmul", "reshape", "broadcast_to", "sum_to", "index"])
def test_never_touches_big_data(name):
    """Arrays of 10**12 entries: anything that computed with them would find no memory."""
    n = 10**6
    big = Abstract((n, n), F64)
    args = [big, big] if name == "matmul" else [big]
    params = {"sum_to": {"shape": (1, n)}, "index": {"key": (slice(None), 3)}}.get(name, {})
    params = {"shape": (n * n,)} if name == "reshape" else params
    params = {"shape": (2, n, n)} if name == "broadcast_to" else params
    assert infer(OPS[name], args, params).dtype == F64


def test_known_answers_are_remembered():
    args = (Abstract((7, 3), F64), Abstract((3,), F32))
    assert infer(OPS["multiply"], args) is infer(OPS["multiply"], list(args))


def test_masks_and_positions():
    args = [Abstract((2, 3), F64)]
    assert infer(OPS["argmax"], args) == Abstract((), I64)
    assert infer(OPS["argmax"], args, {"axis": 1}) == Abstract((2,), I64)
    assert infer(OPS["any"], args, {"axis": 0, "keepdims": True}) == Abstract((1, 3), B)
    assert infer(OPS["isnan"], args) == infer(OPS["less"], [*args, Abstract((), int)]) == Abstract((2, 3), B)
    assert infer(OPS["less"], [Abstract((), float), Abstract((), int)]) == Abstract((), bool)
    assert infer(OPS["whole_floor"], [Abstract((), float)]) == Abstract((), int)
