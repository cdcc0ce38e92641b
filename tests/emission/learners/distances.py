import numpy as np


def make_inputs():
    draw = np.random.default_rng(0).normal
    return dict(x=draw(size=(4, 3)), y=draw(size=(4, 3)))


def batch_l2(x, y):
    diff = x - y
    dist = np.sqrt(np.sum(diff * diff, axis=-1))
    return dist.mean()
