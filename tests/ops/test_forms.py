"""Every operation on arrays of every form: empty, without axes, strided, Fortran, read-only, narrow.

The derivative of the same numbers in a plain array is known to be right (test_records); the form of an
argument must change neither values nor derivatives, nor may it come back in another shape or dtype.
"""

from __future__ import annotations

import numpy as np
import pytest

import whygrad as wg
from whygrad.ops import OPS, call
from whygrad.rules import Elementwise

FORMS = {
    "strided": lambda a: np.repeat(a, 2, axis=-1)[..., ::2],
    "backwards": lambda a: np.ascontiguousarray(a[..., ::-1])[..., ::-1],
    "fortran": np.asfortranarray,
    "transposed": lambda a: np.ascontiguousarray(a.T).T,
    "broadcast": lambda a: np.broadcast_to(a, a.shape),
}
SHAPES = {
    1: [[(0,)], [(2, 0, 3)], [()], [(1,)], [(1, 1)]],
    2: [[(0, 3), (3,)], [(3, 1), (1, 4)], [(), (3,)], [(2, 3), ()], [(1,), (3,)], [(0,), (1,)], [(), ()],
        [(2, 1, 3), (4, 1)]],
}  # fmt: skip


def through(name, params=None):
    """The operation as a function that is traced."""
    return lambda *args: call(OPS[name], *args, **(params or {}))


def derivatives(function, args, moving, rng):
    """Value, cotangents of the moving arguments, tangent along random directions."""

    def f(*moved):
        full = list(args)
        for i, value in zip(moving, moved, strict=True):
            full[i] = value
        return function(*full)

    point = [args[i] for i in moving]
    with np.errstate(all="ignore"):
        value, pull = wg.vjp(f, *point)
        g = rng.normal(size=np.shape(value)).astype(np.asarray(value).dtype)[()]
        moves = [rng.normal(size=np.shape(p)).astype(np.asarray(p).dtype)[()] for p in point]
        moves = [float(m) if type(p) is float else m for m, p in zip(moves, point, strict=True)]
        return value, pull(g), wg.jvp(f, point, moves)[1], g, moves


def dot_product_holds(found):
    _, pulled, pushed, g, moves = found
    parts = [np.sum(a * b) for a, b in zip(pulled, moves, strict=True)]
    size = 1 + sum(np.sum(np.abs(a * b)) for a, b in zip(pulled, moves, strict=True))
    assert abs(np.sum(g * pushed) - sum(parts)) <= 1e-12 * size


@pytest.mark.parametrize("form", FORMS)
def test_the_form_of_an_array_changes_nothing(sample, form, tools):
    arrays = [k for k in sample.moving if np.ndim(sample.args[k])]
    if not arrays or sample.op in ("eigh", "svd", "qr"):
        return  # LAPACK may choose other signs for another layout
    formed = [FORMS[form](np.asarray(a)) if k in arrays else a for k, a in enumerate(sample.args)]
    kept = [np.array(a) for a in formed]
    function = through(sample.op, sample.params)
    plain = derivatives(function, sample.args, sample.moving, tools["generator"](sample.op))
    found = derivatives(function, formed, sample.moving, tools["generator"](sample.op))
    np.testing.assert_allclose(found[0], plain[0], rtol=1e-12, atol=1e-14)
    for a, b in zip(found[1], plain[1], strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-11, atol=1e-13)
    np.testing.assert_allclose(found[2], plain[2], rtol=1e-11, atol=1e-13)
    for a, b in zip(formed, kept, strict=True):
        np.testing.assert_array_equal(a, b)


def elementwise_forms():
    for op in OPS.values():
        if isinstance(op.rule, Elementwise) and len(op.rule.partials) in SHAPES:
            if op.name in ("inside", "polygamma", "stop_gradient"):
                continue
            for shapes in SHAPES[len(op.rule.partials)]:
                yield pytest.param(op.name, shapes, id=f"{op.name}-{shapes}")


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize(("name", "shapes"), list(elementwise_forms()))
def test_shapes_and_dtypes_of_elementwise_operations(name, shapes, dtype, tools):
    if name in tools["OF_SCIPY"]:
        return  # test_special says that SciPy is missing
    rng = tools["generator"](name)
    args = [
        np.asarray(tools["inside"](rng, *d, s)).astype(dtype)
        for d, s in zip(tools["domain_of"](name), shapes, strict=True)
    ]
    found = derivatives(through(name), args, range(len(args)), rng)
    with np.errstate(all="ignore"):
        expected = OPS[name].value(*args)
    assert np.shape(found[0]) == np.broadcast_shapes(*shapes) == np.shape(expected)
    np.testing.assert_array_equal(found[0], expected)
    for gradient, argument in zip(found[1], args, strict=True):
        assert np.shape(gradient) == argument.shape
        assert np.asarray(gradient).dtype == dtype
    assert np.shape(found[2]) == np.shape(expected)
    if dtype == np.float64:
        dot_product_holds(found)


@pytest.mark.filterwarnings("ignore:the result of:UserWarning")  # a linear operation has no second derivative
@pytest.mark.parametrize("over", ["reverse over forward", "forward over reverse"])
def test_second_order_in_both_mixed_modes(sample, over, tools):
    """d/de of the gradient along a direction, two ways; reverse over reverse is in test_second_order."""
    rng = tools["generator"](sample.op + over)
    moving = sample.moving
    point = [np.asarray(sample.args[i])[()] for i in moving]
    point = [float(p) if not np.ndim(p) else p for p in point]
    with np.errstate(all="ignore"):
        weights = rng.normal(size=np.shape(sample.value()))[()]
    directions = [rng.normal(size=np.shape(p))[()] for p in point]
    directions = [float(d) if not np.ndim(d) else d for d in directions]

    def loss(*moved):
        full = list(sample.args)
        for i, value in zip(moving, moved, strict=True):
            full[i] = value
        return np.sum(call(OPS[sample.op], *full, **sample.params) * weights)

    numbers = tuple(range(len(point)))
    with np.errstate(all="ignore"):
        reverse = wg.grad(lambda *m: along(wg.grad(loss, numbers)(*m), directions), numbers)(*point)
        if over == "reverse over forward":
            found = wg.grad(lambda *m: wg.jvp(loss, m, directions)[1], numbers)(*point)
        else:
            found = wg.jvp(wg.grad(loss, numbers), point, directions)[1]
    for a, b in zip(found, reverse, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-9, atol=1e-10)


def along(gradients, directions):
    return sum(np.sum(a * b) for a, b in zip(gradients, directions, strict=True))


ALONG = {
    "repeat": lambda x, k: np.repeat(x, 2, axis=k),
    "argsort": lambda x, k: np.atleast_1d(x)[np.argsort(x, axis=k)],
    "sort": lambda x, k: np.sort(x, axis=k),
    "take": lambda x, k: np.take(x, [0, 0], axis=k),
    "cumsum": lambda x, k: np.cumsum(x, axis=k),
    "concatenate": lambda x, k: np.concatenate([x, x], axis=k),
    "sum": lambda x, k: np.sum(x, axis=k),
    "mean": lambda x, k: np.mean(x, axis=k, keepdims=True),
    "squeeze": lambda x, k: np.squeeze(x, axis=k),
    "flip": lambda x, k: np.flip(x, axis=k),
}


@pytest.mark.parametrize("axis", [0, -1, 1])
@pytest.mark.parametrize("name", ALONG)
def test_a_number_has_an_axis_where_numpy_gives_it_one(name, axis):
    x = np.array(2.0)
    try:
        expected = ALONG[name](x, axis)
    except Exception as error:
        with pytest.raises(type(error)):
            wg.vjp(lambda x: ALONG[name](x, axis), x)
        return
    value, pull = wg.vjp(lambda x: ALONG[name](x, axis), x)
    np.testing.assert_array_equal(value, expected)
    assert np.ravel(pull(np.ones_like(value))) == [np.size(expected)]  # each entry is the number
