# zoo: pair softmax_forward softmax_backward | dx=x
"""Softmax along the last axis by its Jacobian product."""
import numpy as np


def make_inputs():
    rng = np.random.RandomState(8)
    return dict(x=rng.randn(4, 5), dout=rng.randn(4, 5))


def softmax_forward(x):
    shifted = x - x.max(axis=1, keepdims=True)
    e = np.exp(shifted)
    out = e / e.sum(axis=1, keepdims=True)
    return out, out


def softmax_backward(dout, cache):
    out = cache
    inner = np.sum(dout * out, axis=1, keepdims=True)
    dx = out * (dout - inner)
    return dx
