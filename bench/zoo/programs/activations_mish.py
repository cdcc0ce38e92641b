# zoo: pair mish_forward mish_backward | dx=x
"""Mish, x times tanh of softplus."""
import numpy as np


def make_inputs():
    return dict(x=np.array([[0.6, -1.4], [2.2, -0.2], [-3.0, 1.1]]), dy=np.array([[1.0, -0.5], [0.3, 2.0], [-1.2, 0.8]]))


def mish_forward(x):
    sp = np.log1p(np.exp(x))
    t = np.tanh(sp)
    y = x * t
    return y, (x, t)


def mish_backward(dy, cache):
    x, t = cache
    dt = dy * x
    dsp = dt * (1 - t * t)
    dx = dy * t + dsp / (1 + np.exp(-x))
    return dx
