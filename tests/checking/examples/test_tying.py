"""Sizes that belong together though no run of the forward pass says so, in cells with a state."""

import textwrap

import pytest

from whygrad.checking.evidence import Hints
from whygrad.checking.measurement import measure
from whygrad.source import Source

CELL = """
    import numpy as np

    def sigmoid(z):
        return 1 / (1 + np.exp(-z))

    def cell_forward(xt, a_prev, c_prev, params):
        Wf, bf, Wo, bo = params["Wf"], params["bf"], params["Wo"], params["bo"]
        concat = np.concatenate((a_prev, xt))
        f = sigmoid(Wf @ concat + bf)
        o = sigmoid(Wo @ concat + bo)
        c = f * c_prev
        a = o * np.tanh(c)
        cache = (a, c, c_prev, f, o, concat, params)
        return a, c, cache

    def cell_backward(da_next, dc_next, cache):
        a_next, c_next, c_prev, f, o, concat, params = cache
        n_a = a_next.shape[0]
        dc = {carried} + da_next * o * (1 - np.tanh(c_next) ** 2)
        df = dc * c_prev * f * (1 - f)
        do = da_next * np.tanh(c_next) * o * (1 - o)
        back = params["Wf"].T @ df + params["Wo"].T @ do
        return {{
            "dxt": back[n_a:], "da_prev": back[:n_a], "dc_prev": dc * f,
            "dWf": df @ concat.T, "dbf": df.sum(axis=1, keepdims=True),
            "dWo": do @ concat.T, "dbo": do.sum(axis=1, keepdims=True),
        }}
"""
SEQUENCE = """
    def net_forward(x, a0, params):
        caches = []
        a = np.zeros((params["Wf"].shape[0], x.shape[1], x.shape[2]))
        a_t, c_t = a0, np.ones((params["Wf"].shape[0], x.shape[1]))
        for t in range(x.shape[2]):
            a_t, c_t, cache = cell_forward(x[:, :, t], a_t, c_t, params)
            a[:, :, t] = a_t
            caches.append(cache)
        return a, (caches, x)

    def net_backward(da, caches):
        (caches, x) = caches
        dx, da_t, dc_t = np.zeros_like(x), 0, 0
        total = dict(dWf=0, dbf=0, dWo=0, dbo=0)
        for t in reversed(range(x.shape[2])):
            step = cell_backward({arrives}, dc_t, caches[t])
            dx[:, :, t], da_t, dc_t = step["dxt"], step["da_prev"], step["dc_prev"]
            total = {{key: total[key] + step[key] for key in total}}
        return {{"dx": dx, "da0": da_t, **total}}
"""


@pytest.mark.parametrize(("carried", "verdict"), [("dc_next", "right"), ("0.5 * dc_next", "wrong")])
def test_the_rows_of_a_state_and_of_the_next_one(carried: str, verdict: str) -> None:
    evidence = measure(Source("cell.py", textwrap.dedent(CELL).format(carried=carried)))
    assert len(evidence.program.objective) == 2, "a and c both have an upstream gradient"
    assert evidence.verdict == verdict


@pytest.mark.parametrize(("arrives", "verdict"), [("da[:, :, t] + da_t", "right"), ("da[:, :, t]", "wrong")])
def test_a_part_of_a_sum_that_the_second_step_tells(arrives: str, verdict: str) -> None:
    text = textwrap.dedent(CELL).format(carried="dc_next") + textwrap.dedent(SEQUENCE).format(arrives=arrives)
    evidence = measure(Source("cell.py", text), Hints(forward="net_forward", backward="net_backward"))
    assert evidence.verdict == verdict
