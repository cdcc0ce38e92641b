import numpy as np


def make_inputs():
    draw = np.random.default_rng(0).normal
    return dict(u=draw(size=6), k=0.2)


def heat(u, k, steps=3):
    for n in range(steps):
        lap = u[:-2] - 2 * u[1:-1] + u[2:]
        u = u.copy()
        u[1:-1] += k * lap
    return 0.5 * np.sum(u**2)
