"""The hard points of structure and language: programs that a library must follow, refuse, or get wrong.

Each case is a function of a library (`hard_points.Library`) to a short answer; `right` says which are.
"""

from __future__ import annotations

# ruff: noqa: E501  (one row, one line, where it can be)
import math
import time
import warnings
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np

Case = Callable[[Any], Any]


@dataclass(frozen=True)
class Structure:
    """One row: what is tried, what a right answer is, and how it is tried with a library."""

    name: str
    says: str
    answer: Case
    right: Callable[[Any], bool]
    timed: bool = False
    """The answer is a number of seconds, which differs from run to run."""


def number(*wanted: Any) -> Callable[[Any], bool]:
    """One of these numbers, or an error (a string that says so)."""

    def right(found: Any) -> bool:
        if isinstance(found, str):
            return found.startswith("raises")
        return any(np.shape(found) == np.shape(w) and np.allclose(found, w) for w in wanted)

    return right


def exactly(wanted: Any) -> Callable[[Any], bool]:
    """This number, and no error."""
    return lambda found: not isinstance(found, str) and bool(np.allclose(found, wanted))


def refused(found: Any) -> bool:
    """An error."""
    return isinstance(found, str) and found.startswith("raises")


def buffer_of_its_own(library: Any) -> Any:
    def f(x: Any) -> Any:
        y = library.xp.zeros(2)
        y[0] = x
        return library.xp.sum(y * y)

    return library.grad(f, 3.0)


def buffer_of_numpys(library: Any) -> Any:
    def f(x: Any) -> Any:
        buffer = np.zeros(2)
        buffer[0] = x
        return x * buffer[0]

    return library.grad(f, 3.0)


def function_of_math(library: Any) -> Any:
    return library.grad(lambda x: x * math.sin(x), 1.0)


def made_a_float(library: Any) -> Any:
    return library.grad(lambda x: float(x) * x, 3.0)


def numpys_own_sine(library: Any) -> Any:
    return library.grad(lambda x: np.sin(x), 1.0)


def added_in_place(library: Any) -> Any:
    def f(x: Any) -> Any:
        y = x
        y += 1
        return library.xp.sum(y * x)

    return library.grad(f, [1.0, 2.0])


def branch_and_while(library: Any) -> Any:
    def f(x: Any) -> Any:
        y = x
        while y < 20:
            y = y * x
        return y if y > 30 else -y

    return library.grad(f, 3.0)


def perturbations_apart(library: Any) -> Any:
    return library.grad(lambda x: x * library.grad_inside(lambda y: x + y, 2.0), 3.0)


def fourth_of_sine(library: Any) -> Any:
    f: Any = library.xp.sin
    for _ in range(3):
        f = library.derivative(f)
    return library.grad(f, 0.7)


def square_of_modulus(library: Any) -> Any:
    return library.grad(lambda z: library.xp.abs(z) ** 2, 1 + 2j)


def holomorphic(library: Any) -> Any:
    return library.grad(lambda z: z * z, 1 + 2j)


def vector_output(library: Any) -> Any:
    return library.grad(lambda x: x * 2.0, [1.0, 2.0])


def no_dependence(library: Any) -> Any:
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        found = library.grad(lambda x: 2.0, 1.0)
    return f"{float(np.asarray(found)):g} and a warning" if heard else float(np.asarray(found))


def threads(library: Any) -> Any:
    """How many of 1,600 second derivatives, taken in 8 threads, are wrong."""

    def cube(x: Any) -> Any:
        return x * x * x

    def wrong(k: int) -> int:
        return sum(
            not math.isclose(
                float(np.asarray(library.grad(library.derivative(cube), float(k + j)))), 6.0 * (k + j)
            )
            for j in range(1, 201)
        )

    with ThreadPoolExecutor(8) as pool:
        return sum(pool.map(wrong, range(8)))


def fan_out(library: Any) -> Any:
    """Seconds for x = x / 2 + x / 2, a thousand times."""

    def f(x: Any) -> Any:
        for _ in range(1000):
            x = x / 2 + x / 2
        return x

    start = time.perf_counter()
    found = library.grad(f, 1.5)
    assert np.allclose(np.asarray(found), 1.0)
    return time.perf_counter() - start


def chain(steps: int) -> Case:
    """Seconds for a chain of so many operations."""

    def answer(library: Any) -> Any:
        def f(x: Any) -> Any:
            for _ in range(steps // 2):
                x = library.xp.sin(x) * 0.999
            return x

        start = time.perf_counter()
        found = library.grad(f, 0.5)
        assert np.all(np.isfinite(np.asarray(found)))
        return time.perf_counter() - start

    return answer


def wrong_rule(library: Any) -> Any:
    """A user's operation for x * x whose derivative is said to be 3 * x; the answer is what is made of it."""
    return library.wrong_rule()


STRUCTURES = (
    Structure("y = zeros(2); y[0] = x; sum(y * y), at 3", "6, or a clear error", buffer_of_its_own, number(6.0)),
    Structure("x times an entry that x was written to, in a plain numpy array, at 3", "6, or an error",
              buffer_of_numpys, number(6.0)),
    Structure("x * math.sin(x), at 1", "1.38177, or an error", function_of_math,
              number(math.sin(1.0) + math.cos(1.0))),
    Structure("float(x) * x, at 3", "6, or an error", made_a_float, number(6.0)),
    Structure("numpy.sin(x), at 1", "0.540302, or an error", numpys_own_sine, number(math.cos(1.0))),
    Structure("y = x; y += 1; sum(y * x), at [1, 2]", "4 6: NumPy changes both", added_in_place, number([4.0, 6.0])),
    Structure("branch and while on a value, at 3", "-27", branch_and_while, exactly(-27.0)),
    Structure("d/dx of x * d/dy (x + y)", "1", perturbations_apart, exactly(1.0)),
    Structure("fourth derivative of sin, at 0.7", "0.644218", fourth_of_sine, exactly(math.sin(0.7))),
    Structure("abs(z) ** 2, at 1+2j", "a stated convention, or an error", square_of_modulus,
              number(2 - 4j, 2 + 4j)),
    Structure("z * z, at 1+2j", "an error", holomorphic, refused),
    Structure("a vector handed to grad", "an error", vector_output, refused),
    Structure("a rule of the user's that is wrong", "noticed", wrong_rule, lambda found: found == "noticed"),
    Structure("the result does not depend on x", "0 and a warning", no_dependence,
              lambda found: found == "0 and a warning"),
    Structure("8 threads, 1,600 second derivatives: wrong ones", "0", threads, lambda found: found == 0),
    Structure("x = x / 2 + x / 2, 1,000 times", "linear time", fan_out, lambda found: found < 20, timed=True),
    Structure("a chain of 200,000 operations", "no recursion error", chain(200_000), lambda found: found < 200,
              timed=True),
)  # fmt: skip
