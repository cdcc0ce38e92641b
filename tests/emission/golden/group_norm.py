import numpy as np


def make_inputs():
    draw = np.random.default_rng(0).normal
    return dict(
        x=draw(size=(2, 6, 4, 3)),
        gamma=draw(size=(1, 6, 1, 1)),
        beta=draw(size=(1, 6, 1, 1)),
    )


def groupnorm(x, gamma, beta, G=2, eps=1e-5):
    N, C, H, W = x.shape
    g = x.reshape(N, G, C // G, H, W)
    mu = g.mean(axis=(2, 3, 4), keepdims=True)
    gc = g - mu
    var = (gc**2).mean(axis=(2, 3, 4), keepdims=True)
    ghat = gc / np.sqrt(var + eps)
    xhat = ghat.reshape(N, C, H, W)
    out = gamma * xhat + beta
    return out
