import numpy as np


def make_inputs():
    draw = np.random.default_rng(0).normal
    return dict(xs=draw(size=(3, 2)), W=draw(size=(4, 2)))


def stacked_states(xs, W):
    outs = []
    for x in xs:
        outs.append(np.tanh(W @ x))
    return np.sum(np.stack(outs) ** 2)
