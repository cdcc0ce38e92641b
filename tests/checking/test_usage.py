"""What the text of a function tells of its parameters."""

import ast
import textwrap

import pytest

from whygrad.checking.examples.syntax import divided_shape, is_none, multiple_in
from whygrad.checking.examples.usage import facts_of
from whygrad.checking.measurement import measure
from whygrad.source import Source

GATES = """
import numpy as np
def step_forward(x, prev, W, U, b):
    N, H = prev.shape
    z = 1 / (1 + np.exp(-(x @ W[:, :H] + prev @ U[:, :H] + b[:H])))
    r = 1 / (1 + np.exp(-(x @ W[:, H:2*H] + prev @ U[:, H:2*H] + b[H:2*H])))
    c = np.tanh(x @ W[:, 2*H:] + prev @ U[:, 2*H:] + b[2*H:])
    out = z * prev + r * c
    return out, (x, prev, W, U, z, r, c)

def step_backward(dout, cache):
    x, prev, W, U, z, r, c = cache
    dz = dout * prev * z * (1 - z)
    dr = dout * c * r * (1 - r)
    dc = dout * r * (1 - c ** 2)
    da = np.hstack((dz, dr, dc))
    dprev = da @ U.T + dout * LAST
    return da @ W.T, dprev, x.T @ da, prev.T @ da, da.sum(axis=0)

def run_forward(x, W, U, b):
    T, N, D = x.shape
    H = b.shape[0] // 3
    state, caches = np.zeros((N, H)), []
    for t in range(T):
        state, cache = step_forward(x[t], state, W, U, b)
        caches.append(cache)
    return state, caches

def run_backward(dstate, caches):
    dW, dU, db = (np.zeros_like(a) for a in (caches[0][2], caches[0][3], caches[0][2][0]))
    dx = []
    for cache in reversed(caches):
        dxt, dstate, dWt, dUt, dbt = step_backward(dstate, cache)
        dW, dU, db = dW + dWt, dU + dUt, db + dbt
        dx.insert(0, dxt)
    return np.array(dx), dW, dU, db
"""


@pytest.mark.parametrize("name", ["step", "run"])
def test_slices_tell_of_which_dimension_a_parameter_is_a_multiple(name):
    from whygrad.checking.evidence import Hints

    hints = Hints(forward=f"{name}_forward", backward=f"{name}_backward")
    assert measure(Source("gates.py", GATES.replace("LAST", "z")), hints).verdict == "right"
    assert measure(Source("gates.py", GATES.replace("LAST", "r")), hints).verdict == "wrong"


def facts(text):
    definition = ast.parse(textwrap.dedent(text)).body[0]
    return facts_of(definition, lambda name: None)


def test_the_slice_that_goes_farthest_counts_and_a_round_of_a_loop_does_not():
    found = facts("""
        def f(x, W, v):
            N, H = x.shape
            for i in range(3):
                v[2 * i : 2 * i + 2] = W[2 * i : 3 * i, :H]
            return x @ W[:, H : 2 * H] + W[:, 4 * H :]
    """)
    assert found["W"].dimensions == {1: "5*H"} and not found["v"].dimensions


@pytest.mark.parametrize(
    "written, wanted",
    [("a[: 4 * H]", (4, "H")), ("a[H * 3 :]", (4, "H")), ("a[:H]", (0, "")), ("a[: 2 * H : 2]", (0, ""))],
)
def test_how_far_a_slice_reaches(written, wanted):
    assert multiple_in(ast.parse(written, mode="eval").body.slice) == wanted


@pytest.mark.parametrize("written", ["b.shape[0] // 4", "int(b.shape[0] / 4)"])
def test_a_part_of_a_dimension(written):
    array, place, parts = divided_shape(ast.parse(written, mode="eval").body)
    assert (array.id, place, parts) == ("b", 0, 4)
    assert divided_shape(ast.parse("b.shape[0] * 4", mode="eval").body) is None


def test_a_new_axis_is_none_of_those_that_are_there():
    assert all(is_none(ast.parse(text, mode="eval").body) for text in ("None", "np.newaxis", "newaxis"))
    assert facts("def f(v): return v[np.newaxis, :]")["v"].least_rank == 1
