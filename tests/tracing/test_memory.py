"""Memory that is shared, copied or handed out: followed, or refused with the place; nothing is lost."""

from __future__ import annotations

import array
import copy
import fractions
import pickle
import threading
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import numpy as np
import pytest
from numpy.lib.stride_tricks import as_strided, sliding_window_view

import whygrad as wg
from whygrad.errors import NoRuleError, TraceError

X = np.array([1.3, 0.7, -2.1, 3.3])


def written(x):
    b = np.zeros(4)
    b[:] = x
    return b


def memoryview_of_written(x):
    return memoryview(written(x))[0] * x[1]


def memoryview_written_later(x):
    b = np.zeros(4)
    m = memoryview(b)
    b[:] = x
    return m[0] * x[1]


def memoryview_of_input(x):
    return memoryview(x)[0] * x[1]


def data_attribute(x):
    return np.frombuffer(written(x).data).sum() * x[1]


def ctypes_attribute(x):
    return written(x).ctypes.data * 0.0 + x[1]


def into_bytearray(x):
    b = bytearray(32)
    np.frombuffer(b)[:] = x
    return np.frombuffer(b).sum() * x[1]


def through_frombuffer(x):
    b = np.zeros(4)
    v = np.frombuffer(b)
    b[:] = x
    return v.sum() * x[1]


def into_array_array(x):
    a = array.array("d", [0.0, 0.0])
    v = np.frombuffer(a)
    v[0] = x[0]
    return a[0] * x[1]


def array_array(x):
    return array.array("d", written(x))[0] * x[1]


def bytes_of_written(x):
    return np.frombuffer(bytes(written(x))).sum() * x[1]


def bytearray_of_written(x):
    return np.frombuffer(bytearray(written(x))).sum() * x[1]


def dlpack(x):
    b = np.zeros(4)
    v = np.from_dlpack(b)
    b[:] = x
    return v.sum() * x[1]


def nditer_written(x):
    b = np.zeros(4)
    for i, entry in enumerate(np.nditer(b, op_flags=["readwrite"])):
        entry[...] = x[i]
    return b.sum() * x[1]


def decimal(x):
    return float(Decimal(x[0])) * x[1]


def fraction(x):
    return float(fractions.Fraction(x[0])) * x[1]


def shape_set(x):
    b = written(x)
    b.shape = (2, 2)
    return (b @ b).sum()


class Holder:
    def __init__(self, b):
        self.b = b


def pickled_in_an_object(x):
    return pickle.loads(pickle.dumps(Holder(written(x)))).b.sum() * x[1]


def thread(x):
    found = []
    t = threading.Thread(target=lambda: found.append(x[0] * x[1]))
    t.start()
    t.join()
    return found[0]


def pool(x):
    with ThreadPoolExecutor(2) as workers:
        return sum(workers.map(lambda t: t * t, x))


REFUSED = (
    memoryview_of_written, memoryview_written_later, memoryview_of_input, data_attribute, ctypes_attribute,
    into_bytearray, through_frombuffer, into_array_array, array_array, bytes_of_written, bytearray_of_written,
    dlpack, nditer_written, decimal, fraction, pickled_in_an_object, shape_set, thread, pool,
)  # fmt: skip


@pytest.mark.filterwarnings("ignore:Setting the shape:DeprecationWarning")
@pytest.mark.parametrize("program", REFUSED, ids=lambda f: f.__name__)
def test_what_would_lose_a_derivative_is_refused_with_the_place(program):
    with pytest.raises((TraceError, NoRuleError)) as caught:
        wg.grad(program)(X)
    assert "test_memory.py" in str(caught.value)


def test_a_thread_that_whygrad_did_not_see_start_is_refused_too():
    def f(x):
        found = [0.0]

        def work():
            found[0] = x[0] * x[1]

        start_elsewhere(work)
        return found[0] + x[2]

    with pytest.raises(TraceError, match="thread"):
        wg.grad(f)(X)


def start_elsewhere(work):
    t = threading.Thread(target=work)
    list(map(threading.Thread.start, [t]))
    t.join()


def from_generator(x):
    return (np.fromiter((t * t for t in x), float) * [1, 2, 3, 4]).sum()


def from_counted(x):
    return (np.fromiter((t * t for t in x), np.float64, count=2) * [1, 2]).sum()


def from_written(x):
    return (np.fromiter(written(x), float) ** 2).sum()


def checked(x):
    return (np.asarray_chkfinite(x) ** 2).sum()


def fortran(x):
    return (np.asfortranarray(x.reshape(2, 2).T) ** 2).sum()


def required(x):
    return (np.require(written(x), requirements=["C", "W"]) ** 2).sum()


def contiguous(x):
    return (np.ascontiguousarray(x[::-1]) ** 2 * [1, 2, 3, 4]).sum()


def strided_before_the_write(x):
    b = np.zeros(4)
    v = as_strided(b, (2, 2), (8, 8))
    b[:] = x
    return (v * v).sum()


def windows_before_the_write(x):
    b = np.zeros(4)
    v = sliding_window_view(b, 2)
    b[:] = x
    return (v * v).sum()


def written_in_a_list(x):
    b = written(x)
    return (np.array([b, b * 2]) ** 2).sum()


def copied_deeply(x):
    return (copy.deepcopy({"b": written(x)})["b"] ** 2).sum() * x[0]


def copied_deeply_in_an_object(x):
    return (copy.deepcopy([Holder(written(x)[1:])])[0].b ** 2).sum() * x[0]


FOLLOWED = (
    from_generator, from_counted, from_written, checked, fortran, required, contiguous,
    strided_before_the_write, windows_before_the_write, written_in_a_list, copied_deeply,
    copied_deeply_in_an_object,
)  # fmt: skip


@pytest.mark.parametrize("program", FOLLOWED, ids=lambda f: f.__name__)
def test_what_is_followed_has_the_gradient_of_finite_differences(program):
    steps = 1e-5 * np.eye(4)
    wanted = [(program(X + h) - program(X - h)) / 2e-5 for h in steps]
    np.testing.assert_allclose(wg.grad(program)(X), wanted, rtol=1e-7, atol=1e-8)


@pytest.mark.filterwarnings("ignore:divide by zero")
def test_asarray_chkfinite_raises_as_numpy_does():
    with pytest.raises(ValueError, match="infs or NaNs"):
        wg.grad(lambda x: np.asarray_chkfinite(x / 0.0).sum())(np.ones(2))
