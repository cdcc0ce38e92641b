# zoo: pair bn_forward bn_backward | dx=x dgamma=gamma dbeta=beta
"""Batch normalisation with the formulas of the paper."""
import numpy as np


def make_inputs():
    rng = np.random.RandomState(31)
    return dict(x=2 * rng.randn(5, 4) - 1, gamma=rng.rand(4) + 0.5, beta=rng.randn(4), dout=rng.randn(5, 4))


def bn_forward(x, gamma, beta):
    eps = 1e-4
    mean = np.mean(x, axis=0)
    var = np.var(x, axis=0)
    xhat = (x - mean) / np.sqrt(var + eps)
    out = gamma * xhat + beta
    return out, dict(x=x, mean=mean, var=var, xhat=xhat, gamma=gamma, eps=eps)


def bn_backward(dout, cache):
    x, mean, var = cache["x"], cache["mean"], cache["var"]
    xhat, gamma, eps = cache["xhat"], cache["gamma"], cache["eps"]
    m = x.shape[0]
    dxhat = dout * gamma
    dvar = np.sum(dxhat * (x - mean), axis=0) * -0.5 * (var + eps) ** -1.5
    dmean = np.sum(-dxhat / np.sqrt(var + eps), axis=0) + dvar * np.sum(-2 * (x - mean), axis=0) / m
    dx = dxhat / np.sqrt(var + eps) + dvar * 2 * (x - mean) / m + dmean / m
    dgamma = np.sum(dout * xhat, axis=0)
    dbeta = np.sum(dout, axis=0)
    return dx, dgamma, dbeta
