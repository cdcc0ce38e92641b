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


TRAINED = """
    import numpy as np

    def beginn(n, m):
        rng = np.random.RandomState(0)
        return {{"W": rng.randn(m, n), "b": np.zeros((m, 1))}}

    def vorn(X, w):
        A = np.tanh(w["W"] @ X + w["b"])
        {kept}
        return A, cache

    def cost(A, Y):
        return 0.5 * np.sum((A - Y) ** 2)

    def backward(w, cache, X, Y):
        A = {taken}
        dZ = (A - Y) * (1 - A ** 2)
        return {{"dW": dZ @ X.T, "db": {factor} * np.sum(dZ, axis=1, keepdims=True)}}

    def weiter(w, grads):
        return {{"W": w["W"] - 0.1 * grads["dW"], "b": w["b"] - 0.1 * grads["db"]}}

    def train(X, Y):
        w = beginn(X.shape[0], Y.shape[0])
        for _ in range(3):
            A, cache = vorn(X, w)
            print(cost(A, Y))
            w = weiter(w, backward(w, cache, X, Y))
        return w
"""


@pytest.mark.parametrize("factor, verdict", [("1", "right"), ("2", "wrong")])
@pytest.mark.parametrize(
    ("kept", "taken"),
    [('cache = {"A": A}', 'cache["A"]'), ("cache = (A, X)", "cache[0]")],
    ids=["by its keys", "by the call"],
)
def test_a_pair_by_how_a_network_is_trained(kept, taken, factor, verdict):
    text = textwrap.dedent(TRAINED).format(kept=kept, taken=taken, factor=factor)
    evidence = measure(Source("user.py", text))
    assert evidence.program.functions[:2] == ("vorn", "backward")
    assert evidence.verdict == verdict
