# zoo: pair batchnorm_forward batchnorm_backward_alt | dx=x dgamma=gamma dbeta=beta
"""Batch normalisation backward in one line."""
import numpy as np


def make_inputs():
    rng = np.random.RandomState(32)
    return dict(x=rng.randn(7, 3) + 2, gamma=np.array([1.2, -0.8, 0.6]), beta=np.zeros(3) + 0.1, dout=rng.randn(7, 3))


def batchnorm_forward(x, gamma, beta):
    mu = x.mean(axis=0)
    var = x.var(axis=0) + 1e-5
    std = np.sqrt(var)
    z = (x - mu) / std
    out = gamma * z + beta
    return out, (z, std, gamma)


def batchnorm_backward_alt(dout, cache):
    z, std, gamma = cache
    N = dout.shape[0]
    dbeta = dout.sum(axis=0)
    dgamma = np.sum(dout * z, axis=0)
    dx = gamma / (N * std) * (N * dout - dbeta - z * dgamma)
    return dx, dgamma, dbeta
