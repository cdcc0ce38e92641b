# zoo: pair lse_forward lse_backward | dx=x
"""Log-sum-exp along rows."""
import numpy as np


def make_inputs():
    return dict(x=np.array([[1.0, -0.5, 2.2], [0.3, 0.9, -1.4]]), dout=np.array([0.8, -1.5]))


def lse_forward(x):
    m = x.max(axis=1, keepdims=True)
    s = np.exp(x - m).sum(axis=1, keepdims=True)
    out = (m + np.log(s)).ravel()
    return out, (x, out)


def lse_backward(dout, cache):
    x, out = cache
    dx = np.exp(x - out[:, None]) * dout[:, None]
    return dx
