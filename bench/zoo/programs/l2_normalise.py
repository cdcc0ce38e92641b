# zoo: pair normalize_forward normalize_backward | dx=x
"""Rows scaled to length one."""
import numpy as np


def make_inputs():
    rng = np.random.RandomState(70)
    return dict(x=rng.randn(3, 4), dout=rng.randn(3, 4))


def normalize_forward(x):
    norm = np.sqrt(np.sum(x ** 2, axis=1, keepdims=True))
    y = x / norm
    return y, (y, norm)


def normalize_backward(dout, cache):
    y, norm = cache
    dx = (dout - y * np.sum(dout * y, axis=1, keepdims=True)) / norm
    return dx
