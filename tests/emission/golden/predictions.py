import numpy as np


def make_inputs():
    draw = np.random.default_rng(0).normal
    return dict(w=[0.5, -0.3], x=[1.0, 2.0, 3.0])


def predictions(w, x):
    out = []
    for v in x:
        out.append(w[0] * v + w[1])
    return out
