# zoo: pair leaky_forward leaky_backward | dx=x dslope=slope
"""Leaky ReLU with a learned slope for each channel (PReLU)."""
import numpy as np


def make_inputs():
    rng = np.random.RandomState(17)
    return dict(x=rng.randn(6, 4), slope=np.array([0.1, 0.25, -0.3, 0.05]), dout=rng.randn(6, 4))


def leaky_forward(x, slope):
    out = np.where(x > 0, x, slope * x)
    return out, (x, slope)


def leaky_backward(dout, cache):
    x, slope = cache
    dx = dout * np.where(x > 0, 1.0, slope)
    dslope = np.sum(dout * np.where(x > 0, 0.0, x), axis=0)
    return dx, dslope
