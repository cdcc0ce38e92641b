import numpy as np


def make_inputs():
    draw = np.random.default_rng(0).normal
    return dict(xs=draw(size=(4, 3)), W=draw(size=(3, 3)))


def list_states(xs, W):
    hs = [np.zeros(3)]
    for x in xs:
        h = np.tanh(W @ hs[-1] + x)
        hs.append(h)
    return np.sum(hs[-1] ** 2)
