import numpy as np


def make_inputs():
    draw = np.random.default_rng(0).normal
    return dict(x=draw(size=(4, 3)), gamma=draw(size=3), beta=draw(size=3))


def layernorm_forward(x, gamma, beta, eps=1e-5):
    mu = x.mean(axis=1, keepdims=True)
    xc = x - mu
    var = np.mean(xc**2, axis=1, keepdims=True)
    ivar = 1 / np.sqrt(var + eps)
    xhat = xc * ivar
    out = gamma * xhat + beta
    cache = (xhat, xc, ivar, gamma)
    return out, cache
