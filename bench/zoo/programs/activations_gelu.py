# zoo: pair gelu_forward gelu_backward | dx=x
"""GELU in its tanh form."""
import numpy as np


def make_inputs():
    return dict(x=np.array([[0.4, -1.1, 2.0], [-0.3, 1.3, -2.2]]), dout=np.array([[1.0, 0.6, -1.5], [2.0, -0.7, 0.3]]))


def gelu_forward(x):
    s = np.sqrt(2 / np.pi)
    u = s * (x + 0.044715 * x ** 3)
    t = np.tanh(u)
    out = 0.5 * x * (1 + t)
    return out, (x, t, s)


def gelu_backward(dout, cache):
    x, t, s = cache
    du = s * (1 + 3 * 0.044715 * x ** 2)
    dt = (1 - t ** 2) * du
    dx = dout * (0.5 * (1 + t) + 0.5 * x * dt)
    return dx
