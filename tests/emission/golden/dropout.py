import numpy as np


def make_inputs():
    draw = np.random.default_rng(0).normal
    return dict(x=draw(size=(4, 3)), mask=draw(size=(4, 3)) > 0)


def dropout_forward(x, mask, p=0.5):
    scaled = mask / p
    out = x * scaled
    cache = scaled
    return out, cache
