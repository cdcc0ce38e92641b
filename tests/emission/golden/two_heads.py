import numpy as np


def make_inputs():
    draw = np.random.default_rng(0).normal
    return dict(x=draw(size=(3, 4)), W=draw(size=(4, 2)), b=draw(size=(2,)))


def two_heads(x, W, b):
    z = x @ W + b
    a = np.tanh(z)
    s = a.sum(axis=1)
    return [a, s]
