# zoo: pair elu_forward elu_backward | dx=x
"""Exponential linear unit."""
import numpy as np


def make_inputs():
    rng = np.random.RandomState(18)
    return dict(x=rng.randn(3, 5), dout=rng.randn(3, 5))


def elu_forward(x):
    alpha = 0.8
    out = np.where(x > 0, x, alpha * (np.exp(x) - 1))
    return out, (x, alpha)


def elu_backward(dout, cache):
    x, alpha = cache
    slope = np.ones_like(x)
    slope[x <= 0] = alpha * np.exp(x[x <= 0])
    dx = dout * slope
    return dx
