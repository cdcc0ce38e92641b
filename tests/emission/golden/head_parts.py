import numpy as np


def make_inputs():
    draw = np.random.default_rng(0).normal
    return dict(x=draw(size=(4, 6)), W=draw(size=(3, 3)))


def heads(x, W):
    parts = [h @ W for h in np.split(x, 2, axis=1)]
    return np.concatenate(parts, axis=1)
