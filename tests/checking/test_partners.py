"""Pairs that are known by what one function hands to the other, and not by their names."""

import textwrap

import pytest

from whygrad.checking.measurement import measure
from whygrad.errors import NoGradientError
from whygrad.source import Source

RESIDUALS = """
    import numpy as np

    def make_inputs():
        t, g = np.linspace(0, 3, 5), np.array([0.5, -1.0, 0.3, 0.8, 1.1])
        return dict(params=np.array([2.4, 1.7]), t=t, g=g)

    def residual(params, t):
        amp, tau = params
        decay = np.exp(-t / tau)
        return amp * decay, {kept}

    def dfunc(g, kept):
        {taken}
        J = np.stack([decay, amp * t * decay / tau ** {power}], axis=1)
        return J.T @ g
"""
TUPLE = ("(params, t, decay)", "(amp, tau), t, decay = kept")
MAPPING = (
    "{'params': params, 't': t, 'decay': decay}",
    "(amp, tau), t, decay = kept['params'], kept['t'], kept['decay']",
)


@pytest.mark.parametrize("power, verdict", [(2, "right"), (1, "wrong")])
@pytest.mark.parametrize("kept, taken", [TUPLE, MAPPING], ids=["tuple", "dict"])
def test_a_pair_by_what_is_handed_over(kept, taken, power, verdict):
    text = textwrap.dedent(RESIDUALS).format(kept=kept, taken=taken, power=power)
    evidence = measure(Source("fit.py", text))
    assert evidence.program.functions == ("residual", "dfunc")
    assert evidence.verdict == verdict


def test_what_is_not_taken_apart_as_it_was_put_together_makes_no_pair():
    text = textwrap.dedent(RESIDUALS).format(kept="(params, t)", taken="(amp, tau), t, decay = kept", power=2)
    with pytest.raises(NoGradientError):
        measure(Source("fit.py", text))


BACK = """
    import numpy as np

    def make_inputs():
        rng = np.random.RandomState(1)
        return dict(q=rng.randn(2, 3), k=rng.randn(4, 3), d_out=rng.randn(2, 4))

    def scores(q, k):
        return q @ k.T, dict(q=q, k=k)

    def scores_back(d_out, cache):
        q, k = (cache[name] for name in 'qk')
        d_k = q.T @ d_out
        return {factor} * d_out @ k, d_k.T
"""


@pytest.mark.parametrize("factor, verdict", [("1.0", "right"), ("0.5", "wrong")])
def test_results_without_a_name_are_no_loss_where_a_gradient_arrives(factor, verdict):
    evidence = measure(Source("user.py", textwrap.dedent(BACK).format(factor=factor)))
    assert evidence.program.functions == ("scores", "scores_back")
    assert evidence.verdict == verdict
