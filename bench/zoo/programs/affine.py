# zoo: pair affine_forward affine_backward | dx=x dw=w db=b
"""Fully connected layer on inputs of any rank."""
import numpy as np


def make_inputs():
    rng = np.random.RandomState(13)
    return dict(x=rng.randn(4, 3, 2), w=rng.randn(6, 5), b=rng.randn(5), dout=rng.randn(4, 5))


def affine_forward(x, w, b):
    N = x.shape[0]
    out = x.reshape(N, -1).dot(w) + b
    cache = (x, w, b)
    return out, cache


def affine_backward(dout, cache):
    x, w, b = cache
    N = x.shape[0]
    dx = dout.dot(w.T).reshape(x.shape)
    dw = x.reshape(N, -1).T.dot(dout)
    db = np.sum(dout, axis=0)
    return dx, dw, db
