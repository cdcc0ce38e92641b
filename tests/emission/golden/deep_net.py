import numpy as np


def make_inputs():
    draw = np.random.default_rng(0).normal
    return dict(
        x=draw(size=(4, 3)),
        Ws=[draw(size=(3, 5)), draw(size=(5, 5)), draw(size=(5, 2))],
    )


def deep(x, Ws):
    h = x
    for l in range(len(Ws)):
        h = np.tanh(h @ Ws[l])
    return 0.5 * np.sum(h**2)
