import numpy as np


def make_inputs():
    draw = np.random.default_rng(0).normal
    return dict(x=draw(size=(4,)), y=draw(size=(3,)))


def grid_energy(x, y):
    X, Y = np.meshgrid(x, y)
    return np.sum(np.exp(-((X - Y) ** 2)))
