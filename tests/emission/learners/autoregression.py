import numpy as np


def make_inputs():
    draw = np.random.default_rng(0).normal
    return dict(params=draw(size=3), y=draw(size=6))


def autoregression(params, y):
    c, phi, log_s = params
    resid = y[1:] - c - phi * y[:-1]
    n = len(resid)
    return (
        -0.5 * n * np.log(2 * np.pi)
        - n * log_s
        - 0.5 * np.sum(resid**2) * np.exp(-2 * log_s)
    )
