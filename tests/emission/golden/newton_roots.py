import numpy as np


def make_inputs():
    draw = np.random.default_rng(0).normal
    return dict(x=np.abs(draw(size=(4,))) + 1.0)


def newton_roots(x):
    roots = np.zeros(len(x))
    for i in range(len(x)):
        r = x[i]
        while True:
            r_new = 0.5 * (r + x[i] / r)
            if abs(r_new - r) < 1e-3:
                break
            r = r_new
        roots[i] = r
    return roots
