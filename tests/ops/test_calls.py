"""What users write, bound to an op, gives what their own function gives; unsupported options are named."""

from __future__ import annotations

import math
import operator

import numpy as np
import pytest

from whygrad.graph import Op
from whygrad.ops import OPS, Call, call, lookup

A = np.array([[0.3, -0.7, 1.1], [0.9, 0.2, -0.4]])
S = A[:, :2]
V = np.array([0.5, 0.25, 2.0])
T = np.arange(24.0).reshape(2, 3, 4)

CALLS = [
    (np.sum, (A,), {}),
    (np.sum, (A, -1), {}),
    (np.sum, (A,), {"axis": (0, -1), "keepdims": True}),
    (np.sum, (A, 0, None, None, True), {}),
    (np.ndarray.sum, (A, 1), {}),
    (np.mean, (A,), {"axis": 0}),
    (np.ndarray.mean, (A,), {}),
    (np.max, (A, 1), {}),
    (np.amax, (A,), {}),
    (np.ndarray.max, (A,), {"axis": -2}),
    (np.min, (A,), {"keepdims": True}),
    (np.ndarray.min, (A, 0), {}),
    (np.prod, (A, 1), {}),
    (np.var, (A,), {"ddof": 1}),
    (np.var, (A,), {"correction": 1, "axis": 0}),
    (np.std, (A, 0), {}),
    (np.ndarray.std, (A,), {"axis": 1, "ddof": 1, "keepdims": True}),
    (np.ndarray.var, (A, 1), {}),
    (np.cumsum, (A,), {}),
    (np.cumsum, (A, -1), {}),
    (np.ndarray.cumsum, (V,), {}),
    (np.cumprod, (A, 0), {}),
    (np.argmax, (A,), {}),
    (np.argmax, (A, 1), {}),
    (np.ndarray.argmin, (A,), {"axis": 0}),
    (np.any, (A > 0, 0), {}),
    (np.all, (A > 0,), {}),
    (np.ndarray.any, (A > 0,), {}),
    (np.reshape, (A, (3, -1)), {}),
    (np.reshape, (A, -1), {}),
    (np.ndarray.reshape, (A, 3, 2), {}),
    (np.ndarray.reshape, (A, (3, 2)), {}),
    (np.ndarray.reshape, (A, -1), {}),
    (np.ravel, (A,), {}),
    (np.ndarray.flatten, (A,), {}),
    (np.squeeze, (A[None, :, None],), {}),
    (np.squeeze, (A[None],), {"axis": 0}),
    (np.expand_dims, (A, (0, -1)), {}),
    (np.expand_dims, (V, 1), {}),
    (np.transpose, (T,), {}),
    (np.transpose, (T, (1, 0, 2)), {}),
    (np.transpose, (T, (-1, 0, 1)), {}),
    (np.ndarray.transpose, (T, 2, 0, 1), {}),
    (np.ndarray.transpose, (T,), {}),
    (np.swapaxes, (T, 0, -1), {}),
    (np.ndarray.swapaxes, (T, 0, 1), {}),
    (np.moveaxis, (T, 0, -1), {}),
    (np.moveaxis, (T, [0, 2], [1, 0]), {}),
    (np.matrix_transpose, (T,), {}),
    (np.broadcast_to, (V, (2, 3)), {}),
    (np.copy, (A,), {}),
    (np.array, (A,), {}),
    (np.asarray, (A, float), {}),
    (np.ndarray.astype, (A, np.float32), {}),
    (np.ndarray.astype, (A, int), {"copy": False}),
    (float, (2,), {}),
    (int, (2.5,), {}),
    (bool, (0.5,), {}),
    (np.float32, (0.1,), {}),
    (np.float64, (A,), {}),
    (np.int64, (A > 0,), {}),
    (np.tril, (S, -1), {}),
    (np.triu, (A,), {"k": 1}),
    (np.diag, (V,), {}),
    (np.diag, (S,), {}),
    (np.concatenate, ([A, A],), {"axis": -1}),
    (np.concatenate, ((A, V),), {"axis": None}),
    (np.stack, ([V, V],), {"axis": -1}),
    (np.stack, ([1.0, 2.0],), {}),
    (np.hstack, ([A, A],), {}),
    (np.hstack, ([V, 1.0],), {}),
    (np.vstack, ([V, A],), {}),
    (np.column_stack, ([V, V],), {}),
    (np.column_stack, ([A, S],), {}),
    (np.pad, (A, 1), {}),
    (np.pad, (A, ((0, 1), (2, 0))), {"constant_values": 3.0}),
    (np.pad, (V, (1, 2), "constant"), {}),
    (np.tile, (A, 2), {}),
    (np.tile, (A, (2, 1, 1)), {}),
    (np.repeat, (A, 2), {}),
    (np.repeat, (A, 2, -1), {}),
    (np.ndarray.repeat, (A, 2), {"axis": 0}),
    (np.flip, (A,), {}),
    (np.flip, (A, -1), {}),
    (np.flipud, (A,), {}),
    (np.fliplr, (A,), {}),
    (np.roll, (A, 1), {}),
    (np.roll, (A, -1, 0), {}),
    (np.clip, (A, 0, None), {}),
    (np.clip, (A, -0.5, 0.5), {}),
    (np.clip, (A,), {"a_min": None, "a_max": 0.1}),
    (np.clip, (A,), {"min": 0.1}),
    (np.ndarray.clip, (A, 0.0, 1), {}),
    (np.ndarray.clip, (A,), {"max": 0.0}),
    (np.clip, (np.arange(4), 1, None), {}),
    (np.where, (A > 0, A, 0), {}),
    (np.round, (A,), {}),
    (np.round, (A, 1), {}),
    (np.ndarray.round, (A, 1), {}),
    (np.rint, (A,), {}),
    (np.dot, (A, V), {}),
    (np.ndarray.dot, (A, V), {}),
    (np.vdot, (A, A), {}),
    (np.inner, (A, V), {}),
    (np.inner, (A, A), {}),
    (np.tensordot, (A, A), {}),
    (np.tensordot, (T, A, ([0, 1], [0, 1])), {}),
    (np.tensordot, (A, V, 1), {}),
    (np.tensordot, (A, V, (1, 0)), {}),
    (np.outer, (V, V), {}),
    (np.einsum, ("ij,j", A, V), {}),
    (np.einsum, ("ij, kj -> ik", A, A), {"optimize": True}),
    (np.trace, (S,), {}),
    (np.linalg.norm, (A,), {}),
    (np.radians, (A,), {}),
    (math.degrees, (0.3,), {}),
    (np.full, (3, 0.5), {}),
    (np.full, ((2, 3), V), {}),
    (np.full_like, (A, 0.5), {}),
    (np.atleast_1d, (A,), {}),
    (np.atleast_2d, (V,), {}),
    (np.append, (V, 2.0), {}),
    (np.append, (A, A), {"axis": 1}),
    (np.sort, (A,), {}),
    (np.sort, (A, None), {}),
    (np.argsort, (A, 0), {}),
    (np.take_along_axis, (A, np.argsort(A, 1), 1), {}),
    (np.take_along_axis, (V, np.array([2, 0]), 0), {}),
    (np.linalg.norm, (V, 2), {}),
    (np.linalg.norm, (A,), {"axis": 1, "keepdims": True}),
    (np.linalg.norm, (A, "fro"), {}),
    (np.take, (A, [1, 0]), {"axis": 0}),
    (np.take, (A, 4), {}),
    (np.ndarray.take, (A, np.array([0, 2]), 1), {}),
    (operator.getitem, (A, (0, slice(1, None))), {}),
    (operator.getitem, (A, [1, 0, 1]), {}),
    (operator.getitem, (A, A > 0), {}),
    (operator.getitem, (A, (None, 1)), {}),
    (operator.getitem, (T, (0, [1, 2], slice(None, None, 2))), {}),
    (operator.getitem, (V, np.int64(-1)), {}),
    (pow, (2.0, 3), {}),
    (math.log, (2.0,), {}),
    (np.add, (A, V), {"out": None, "dtype": None}),
    (np.sinc, (V,), {}),
]
REFUSED = [
    (np.pad, (A, 1, "empty"), {}, "mode"),
    (np.sum, (A,), {"dtype": int}, "int64"),
    (np.quantile, (A, 0.5), {"method": "unheard_of"}, "unheard_of"),
    (np.argmax, (A,), {"out": A}, "out"),
    (np.polyfit, (V, V, 1), {"full": True}, "full"),
    (np.mean, (A,), {"out": A}, "out"),
    (np.add, (A, A, A), {}, "output"),
    (np.exp, (A,), {"where": A > 0}, "where"),
    (pow, (2, 3, 5), {}, "mod"),
    (np.where, (A > 0,), {}, "one argument"),
    (np.full_like, (np.arange(3), 0.5), {}, "np.full"),
    (np.array, (A,), {"dtype": np.float32}, "dtype"),
]


@pytest.mark.parametrize(("function", "args", "kwargs"), CALLS, ids=lambda v: getattr(v, "__name__", ""))
def test_bound_call_is_the_users_call(function, args, kwargs):
    found = lookup(function)
    assert found is not None
    op, bound, params = found.meaning(*args, **kwargs)
    value, expected = op.value(*bound, **params), function(*args, **kwargs)
    np.testing.assert_allclose(value, expected, rtol=1e-15, strict=isinstance(expected, np.ndarray))


@pytest.mark.parametrize(("function", "args", "kwargs", "named"), REFUSED)
def test_unsupported_options_are_named(function, args, kwargs, named):
    with pytest.raises(TypeError, match=named.replace(".", r"\.")):
        lookup(function).bind(*args, **kwargs)


def simple_calls():
    for op in OPS.values():
        for function in op.calls:
            if not isinstance(function, tuple):
                yield pytest.param(op, function, id=f"{op.name}-{lookup(function).name}")


@pytest.mark.parametrize(("op", "function"), list(simple_calls()))
def test_plain_spellings_agree_with_the_value(op, function, tools):
    """`math.exp`, `operator.add`, `np.exp`...: within 2 ulp of the op's value."""
    rule = op.rule
    if rule is not None:
        domain = tools["domain_of"](op.name) if op.name not in ("matmul",) else None
        if domain is None:
            args = (S, S.T)
        else:
            args = tuple(float(tools["inside"](tools["generator"](op.name), *d, ())) for d in domain)
    elif op.name.startswith("bitwise") or op.name == "invert":
        args = (np.True_, np.False_)[: 1 if op.name == "invert" else 2]
    else:
        args = (0.75,) if op.latex.count("{1}") == 0 else (0.75, -2.0)
    expected = function(*(np.array(a) if np.ndim(a) else a for a in args))  # imatmul writes into its first
    np.testing.assert_allclose(op.value(*args), expected, rtol=4.5e-16)


def test_equal_meanings_give_equal_parameters():
    def params(function, *args, **kwargs):
        return lookup(function).bind(*args, **kwargs)[1]

    assert params(np.sum, A) == params(np.sum, A, (0, 1)) == params(np.sum, A, axis=(-1, -2)) == {}
    assert params(np.sum, V, axis=0) == params(np.sum, V, keepdims=False) == {}
    assert (
        params(np.sum, A, 1) == params(np.sum, A, axis=-1) == params(np.ndarray.sum, A, (1,)) == {"axis": 1}
    )
    assert params(np.transpose, A) == params(np.swapaxes, A, 0, 1) == params(np.ndarray.T, A) == {}
    assert params(np.reshape, A, -1) == params(np.ravel, A) == {"shape": (6,)}


def test_errors_of_numpy_stay():
    with pytest.raises(np.exceptions.AxisError):
        lookup(np.sum).bind(A, axis=2)
    with pytest.raises(ValueError, match="cannot reshape"):
        lookup(np.reshape).bind(A, (4, -1))
    with pytest.raises(ValueError, match="axes don't match"):
        lookup(np.transpose).bind(A, (0, 0))


def test_lookup_of_strangers():
    assert lookup(np.fft.fft) is None and lookup([]) is None
    assert isinstance(lookup(np.exp), Call) and lookup(np.exp).name == "numpy.exp"
    assert lookup(math.exp).name == "math.exp" and lookup(np.ndarray.sum).name == "ndarray.sum"


def test_the_hook_gets_the_call():
    class Stand:
        def __whygrad_apply__(self, op: Op, args, params):
            return op.name, len(args), params

    assert call(OPS["sum_to"], Stand(), shape=()) == ("sum_to", 1, {"shape": ()})
    assert call(OPS["multiply"], 2.0, Stand()) == ("multiply", 2, {})


@pytest.mark.parametrize(
    ("name", "args"),
    [("divide", (1.0, 0.0)), ("power", (0.0, -0.5)), ("power", (10.0, 400)), ("floor_divide", (1.0, 0.0)),
     ("remainder", (1.0, 0.0)), ("power", (-2.0, 0.5))],
)  # fmt: skip
def test_where_python_raises_the_value_is_numpys(name, args):
    with np.errstate(all="ignore"):
        np.testing.assert_equal(float(OPS[name].value(*args)), float(getattr(np, name)(*args)))


def test_python_numbers_stay_pythons():
    for name in (
        "add",
        "subtract",
        "multiply",
        "divide",
        "power",
        "remainder",
        "floor_divide",
        "damped_multiply",
    ):
        assert type(OPS[name].value(2.0, 3.0)) is float
    assert type(OPS["abs"].value(-2)) is int and type(OPS["negative"].value(2.0)) is float
