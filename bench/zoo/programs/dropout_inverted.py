# zoo: pair dropout_forward dropout_backward | dx=x
"""Inverted dropout with a given mask."""
import numpy as np


def make_inputs():
    rng = np.random.RandomState(37)
    return dict(x=rng.randn(4, 5), keep=(rng.rand(4, 5) < 0.6), dout=rng.randn(4, 5))


def dropout_forward(x, keep):
    p = 0.6
    mask = keep / p
    out = x * mask
    return out, mask


def dropout_backward(dout, cache):
    mask = cache
    dx = dout * mask
    return dx
