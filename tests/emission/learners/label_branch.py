import math

import numpy as np


def make_inputs():
    draw = np.random.default_rng(0).normal
    return dict(w=[0.1, -0.2], x=[1.0, 2.0], b=0.1, y=1)


def sigmoid(x):
    return 1 / (1 + math.exp(-x))


def neuron(w, x, b):
    s = 0
    for wi, xi in zip(w, x):
        s += wi * xi
    return sigmoid(s + b)


def bce(w, x, b, y):
    p = neuron(w, x, b)
    if y == 1:
        return -math.log(p)
    else:
        return -math.log(1 - p)
