import numpy as np


def make_inputs():
    draw = np.random.default_rng(0).normal
    return dict(
        x=draw(size=(2, 3, 4, 4)),
        gamma=draw(size=(1, 3, 1, 1)),
        beta=draw(size=(1, 3, 1, 1)),
    )


def spatial_norm(x, gamma, beta, eps=1e-5):
    axes = (0, 2, 3)
    mu = x.mean(axis=axes, keepdims=True)
    var = ((x - mu) ** 2).mean(axis=axes, keepdims=True)
    return gamma * (x - mu) / np.sqrt(var + eps) + beta
