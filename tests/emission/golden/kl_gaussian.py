import numpy as np


def make_inputs():
    draw = np.random.default_rng(0).normal
    return dict(mu=draw(size=(3, 2)), logvar=draw(size=(3, 2)))


def kl(mu, logvar):
    return -0.5 * np.sum(1 + logvar - mu**2 - np.exp(logvar))
