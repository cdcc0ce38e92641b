import numpy as np


def make_inputs():
    draw = np.random.default_rng(0).normal
    return dict(x=draw(size=(3, 4)), W=draw(size=(4, 2)), b=draw(size=(2,)))


def linear(x, W, b=None):
    y = x @ W
    if b is not None:
        y = y + b
    return y
