# zoo: pair softplus softplus_grad | dx=x
"""Softplus with a steepness."""
import numpy as np


def make_inputs():
    return dict(x=np.array([0.3, -0.8, 1.5, -2.1]), beta=2.5, dout=np.array([1.0, -0.4, 0.7, 1.9]))


def softplus(x, beta):
    y = np.log(1 + np.exp(beta * x)) / beta
    return y, (x, beta)


def softplus_grad(dout, cache):
    x, beta = cache
    dx = dout / (1 + np.exp(-beta * x))
    return dx
