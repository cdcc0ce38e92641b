import numpy as np


def make_inputs():
    draw = np.random.default_rng(0).normal
    return dict(q=draw(size=3), p=draw(size=3), k=1.3)


def leapfrog(q, p, k, dt=0.1, steps=4):
    p = p - 0.5 * dt * k * q
    for step in range(steps):
        q = q + dt * p
        p = p - dt * k * q
    p = p + 0.5 * dt * k * q
    return 0.5 * np.sum(p * p) + 0.5 * k * np.sum(q * q)
