import numpy as np


def make_inputs():
    draw = np.random.default_rng(0).normal
    return dict(y=draw(size=3), k=0.7, dt=0.1, steps=5)


def runge_kutta(y, k, dt, steps):
    def slope(y):
        return -k * y + np.sin(y)

    for _ in range(steps):
        k1 = slope(y)
        k2 = slope(y + dt / 2 * k1)
        k3 = slope(y + dt / 2 * k2)
        k4 = slope(y + dt * k3)
        y = y + dt / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
    return y
