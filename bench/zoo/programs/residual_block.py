# zoo: pair res_forward res_backward | dx=x dw1=w1 dw2=w2
"""A residual block of two matrices."""
import numpy as np


def make_inputs():
    rng = np.random.RandomState(75)
    return dict(x=rng.randn(4, 3), w1=rng.randn(3, 5), w2=rng.randn(5, 3), dout=rng.randn(4, 3))


def res_forward(x, w1, w2):
    h = np.maximum(x @ w1, 0)
    out = x + h @ w2
    return out, (x, w1, w2, h)


def res_backward(dout, cache):
    x, w1, w2, h = cache
    dw2 = h.T @ dout
    dh = dout @ w2.T
    dh[h <= 0] = 0
    dw1 = x.T @ dh
    dx = dout + dh @ w1.T
    return dx, dw1, dw2
