import numpy as np


def make_inputs():
    draw = np.random.default_rng(0).normal
    return dict(x=draw(size=(6,)), y=draw(size=(6,)))


def pair_loss(x, y):
    loss = 0.0
    for i in range(len(x)):
        for j in range(len(x)):
            if i == j:
                continue
            d = x[i] - x[j]
            if d < 0:
                continue
            loss += np.exp(-d) * y[j]
    return loss
