import numpy as np


def make_inputs():
    draw = np.random.default_rng(0).normal
    return dict(x=draw(size=7))


def moving_average(x, w=3):
    out = []
    for i in range(len(x) - w + 1):
        out.append(np.mean(x[i : i + w]))
    out = np.array(out)
    return np.sum(out**2)
