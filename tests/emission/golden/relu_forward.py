import numpy as np


def make_inputs():
    draw = np.random.default_rng(0).normal
    return dict(x=draw(size=(4, 3)))


def relu_forward(x):
    out = np.maximum(0, x)
    cache = x
    return out, cache
