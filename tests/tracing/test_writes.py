"""Functions that write into the arrays that they are given: the plain run, the graph, the gradient."""

from __future__ import annotations

import numpy as np
import pytest

import whygrad as wg

from tests.ops.agreement import agrees  # isort: skip

RNG = np.random.default_rng(5)
X = RNG.normal(size=(3, 4))
MASK = X > 0


def filled(x):
    d = np.zeros((3, 3))
    np.fill_diagonal(d, x[:, 0] ** 2)
    return d


def put(x):
    o = x * 1.0
    np.put(o, [0, 5, 0, -1], x[0, :2] ** 2)
    o.put([3, 1], 0.5)
    return o


def placed(x):
    o = x * 1.0
    np.place(o, MASK, x[0] ** 2)
    return o


def masked(x):
    o = x * 1.0
    np.putmask(o, MASK, x**2)
    return o


def masked_by_itself(x):
    o = x * 1.0
    np.putmask(o, x > 0.2, values=x.T.reshape(3, 4))
    return o


def put_along(x):
    o = x * 1.0
    np.put_along_axis(o, np.argsort(x, 1)[:, :2], x[:, 2:] ** 2, axis=1)
    return o


def copied(x):
    o = np.ones((3, 4))
    np.copyto(o, x[0] ** 2, where=MASK)
    np.copyto(o[1:], x[1:])
    return o


def sorted_in_place(x):
    o = x * 1.0
    o.sort(axis=0)
    o[0].sort()
    o[1].partition(2)
    return o * np.arange(4.0)


def flat(x):
    o = x * 1.0
    o.flat[3] = x[0, 0] ** 2
    o.flat[[1, 2]] *= x.flat[7]
    b = np.zeros((2, 2))
    b.flat[1] = x[0, 0]
    b.flat[:] = x[0]
    return np.concatenate([o.ravel(), [v * 2 for v in b.flat], list(b.flat)])


def counted(x):
    return np.bincount([0, 1, 0, 3], weights=x[0] ** 2, minlength=6)


def at(x):
    o = x * 1.0
    np.multiply.at(o, ([0, 2, 0], 1), x[:, 0])
    np.maximum.at(o, [0, 0], x[1:] ** 2)
    np.negative.at(o, (slice(None), 3))
    np.exp.at(o, ([1, 1], [2, 2]))
    return o


def into(x):
    o, p = np.zeros((3, 4)), np.ones(4)
    np.exp(x, out=o)
    np.add(o, x, o)
    np.sum(x, axis=0, out=p)
    np.log(np.abs(x), where=MASK, out=o)
    np.divide(p, x[0], out=p, where=x[0] > 0)
    return o * p


def computed_in(x):
    return np.add(x, 1, dtype=np.float64) * np.multiply(x, x, order="C", casting="same_kind")


def applied(x):
    return (
        np.apply_along_axis(lambda t: t * t.sum(), 1, x)
        + np.apply_along_axis(np.prod, 0, x)
        + np.apply_over_axes(np.sum, x**2, [0, 1])
    )


def vectorized(x):
    f = np.vectorize(lambda a, b: a * b if a > 0 else a**2)
    return f(x, x[0]) + np.vectorize(np.sin)(x)


def handed_out(x):
    total = sum(t * (i + j) for (i, j), t in np.ndenumerate(x))
    return np.unique(np.round(x)) * total + np.require(x, float, ["C"]).sum()


def where_one(x):
    return x[np.where(x > 0)] ** 2


PROGRAMS = [filled, put, placed, masked, masked_by_itself, put_along, copied, sorted_in_place, flat, counted,
            at, into, computed_in, applied, vectorized, handed_out, where_one]  # fmt: skip


@pytest.mark.parametrize("f", PROGRAMS, ids=lambda f: f.__name__)
def test_value_gradient_and_second_derivative(f):
    agrees(f.__name__, f, X)


def test_what_a_mask_leaves_out_raises_nothing_and_gives_exactly_0():
    with np.errstate(all="raise"):
        found = wg.grad(lambda x: np.sum(np.log(x, where=x > 0, out=np.zeros(3))))(np.array([-1.0, 0.0, 2.0]))
    assert found.tolist() == [0.0, 0.0, 0.5]


def test_an_output_that_cannot_hold_the_result_is_refused_as_numpy_does():
    for run in (lambda x: np.exp(x, out=np.zeros(2, int)), lambda x: np.add(x, 1, out=np.zeros(3))):
        for call in (run, wg.trace(run)):
            with pytest.raises((TypeError, ValueError), match=r"Cannot cast|broadcast"):
                call(np.ones(2))


def test_options_that_would_lose_a_derivative_are_refused():
    with pytest.raises(wg.WhygradError, match="the option `ddof` depends on an input"):
        wg.grad(lambda x: np.var(np.arange(3.0) * x, ddof=x))(0.5)
    with pytest.raises(wg.WhygradError, match="another value than its own definition"):
        refused_where_numpy_is_wrong()


def refused_where_numpy_is_wrong():
    """Of some builds np.power.reduce([2, 3, 2]) is 4; where it is 64 the gradient must be right."""
    if np.power.reduce(np.array([2.0, 3.0, 2.0])) == 64.0:
        assert wg.grad(np.power.reduce)(np.array([2.0, 3.0, 2.0]))[0] == pytest.approx(6 * 32)
        raise wg.WhygradError("another value than its own definition")
    wg.grad(np.power.reduce)(np.array([2.0, 3.0, 2.0]))


def test_library_functions_get_what_a_written_array_holds_now():
    def f(x):
        out = np.zeros(3)
        out[1] = x
        return np.polynomial.polynomial.polyval(2.0, out) + np.polyfit(np.arange(3.0), out, 2)[0]

    assert wg.grad(f)(1.5) == pytest.approx(2.0 - 1.0)
