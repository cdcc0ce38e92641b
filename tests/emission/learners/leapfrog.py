import numpy as np


def make_inputs():
    draw = np.random.default_rng(0).normal
    return dict(q=draw(size=3), p=draw(size=3), k=0.7, dt=0.1, n=4)


def leapfrog(q, p, k, dt, n):
    q, p = q.copy(), p.copy()
    for _ in range(n):
        p -= 0.5 * dt * k * q**3
        q += dt * p
        p -= 0.5 * dt * k * q**3
    return np.sum(q**2) + np.sum(p**2)
