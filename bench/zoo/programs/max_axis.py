# zoo: pair max_forward max_backward | dx=x
"""Maximum along an axis, the gradient shared by those that attain it."""
import numpy as np


def make_inputs():
    return dict(x=np.array([[0.4, 2.0, -1.0], [1.5, -0.3, 0.9]]), dout=np.array([0.7, -1.6]))


def max_forward(x):
    out = x.max(axis=1)
    return out, (x, out)


def max_backward(dout, cache):
    x, out = cache
    hit = (x == out[:, None]).astype(float)
    hit /= hit.sum(axis=1, keepdims=True)
    dx = hit * dout[:, None]
    return dx
