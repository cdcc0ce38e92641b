# zoo: pair affine_relu_forward affine_relu_backward | dx=x dw=w db=b
"""A sandwich of an affine and a ReLU layer."""
import numpy as np


def make_inputs():
    rng = np.random.RandomState(14)
    return dict(x=rng.randn(5, 4), w=rng.randn(4, 3), b=rng.randn(3), dout=rng.randn(5, 3))


def affine_relu_forward(x, w, b):
    a = x.dot(w) + b
    out = np.maximum(0, a)
    return out, (x, w, a)


def affine_relu_backward(dout, cache):
    x, w, a = cache
    da = dout * (a > 0)
    dx = da.dot(w.T)
    dw = x.T.dot(da)
    db = da.sum(axis=0)
    return dx, dw, db
