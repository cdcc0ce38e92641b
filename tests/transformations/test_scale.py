"""Long chains, wide fans, many inputs, threads: time stays linear, and nothing recurses."""

from __future__ import annotations

import math
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import whygrad as wg


def chain(n: int) -> Any:
    def f(x: Any) -> Any:
        for _ in range(n):
            x = 0.9 * math.sin(x) + 0.1
        return x

    return wg.grad(f)(0.5)


def fan(n: int) -> Any:
    def f(x: Any) -> Any:
        return sum([x * k for k in range(n)])

    assert wg.grad(f)(1.0) == n * (n - 1) / 2
    return None


def many_inputs(n: int) -> Any:
    w = [float(k) for k in range(n)]
    assert wg.grad(lambda w: sum(v * v for v in w))(w)[-1] == 2.0 * (n - 1)


def forward(n: int) -> Any:
    def f(x: Any) -> Any:
        for _ in range(n):
            x = 0.5 * x + 1.0
        return x

    return wg.jvp(f, (1.0,), (1.0,))


def second(n: int) -> Any:
    def f(x: Any) -> Any:
        for _ in range(n // 8):
            x = x + 0.001 * x * x
        return x

    return wg.grad(wg.grad(f))(0.5)


@pytest.mark.parametrize("work", [chain, fan, many_inputs, forward, second], ids=lambda f: f.__name__)
def test_time_is_linear(work: Callable[[int], Any]) -> None:
    """Eight times the work takes about eight times as long; sixteen is allowed, the square would be 64."""
    work(1_000)
    seconds = []
    for n in (2_000, 16_000):
        best = math.inf
        for _ in range(2):
            start = time.process_time()
            work(n)
            best = min(best, time.process_time() - start)
        seconds.append(best)
    assert seconds[1] < 16 * seconds[0] + 0.05


def test_nothing_recurses_with_the_length_of_a_program() -> None:
    limit = sys.getrecursionlimit()
    try:
        sys.setrecursionlimit(400)
        assert math.isfinite(chain(50_000))
        fan(50_000)
        assert math.isfinite(wg.grad(wg.grad(lambda x: np.prod([x] * 3000)))(1.0))
    finally:
        sys.setrecursionlimit(limit)


def test_users_may_recurse_as_deep_as_in_a_plain_run() -> None:
    def halved(x: Any, n: int) -> Any:
        return x if n == 0 else halved(0.5 * x, n - 1)

    assert wg.grad(lambda x: halved(x, 700))(1.0) == 0.5**700


def test_threads_trace_each_on_their_own() -> None:
    """Second derivatives in eight threads at once, each of a function of its own."""
    wrong: list[Any] = []

    def work(k: int) -> None:
        def f(x: Any) -> Any:
            out = np.zeros(3)
            for i in range(3):
                out[i] = x * k + math.sin(x) * i
            return np.sum(out**2)

        for trial in range(15):
            x = 0.1 * trial + k
            found = wg.grad(wg.grad(f))(x)
            slope = [k + math.cos(x) * i for i in range(3)]
            value = [x * k + math.sin(x) * i for i in range(3)]
            truth = sum(
                2 * s * s - 2 * v * math.sin(x) * i for i, (s, v) in enumerate(zip(slope, value, strict=True))
            )
            if not math.isclose(found, truth, rel_tol=1e-10):
                wrong.append((k, trial, found, truth))

    threads = [threading.Thread(target=work, args=(k,)) for k in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_nested_perturbations_stay_apart() -> None:
    inner = lambda x: wg.grad(lambda y: x * y + wg.grad(lambda z: x * y * z * z)(2.0))(3.0)
    # d/dy (x*y + 4*x*y) = 5x; d/dx = 5
    assert wg.grad(inner)(7.0) == 5.0
    assert wg.grad(lambda x: x * wg.jvp(lambda y: x * y, (2.0,), (1.0,))[1])(3.0) == 6.0
    assert wg.jvp(lambda x: x * wg.grad(lambda y: x + y)(2.0), (3.0,), (1.0,))[1] == 1.0
