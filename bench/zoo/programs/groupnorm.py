# zoo: pair groupnorm_forward groupnorm_backward | dx=x dgamma=gamma dbeta=beta
"""Group normalisation on images."""
import numpy as np


def make_inputs():
    rng = np.random.RandomState(36)
    return dict(x=rng.randn(2, 4, 2, 3), gamma=rng.randn(1, 4, 1, 1), beta=rng.randn(1, 4, 1, 1), dout=rng.randn(2, 4, 2, 3))


def groupnorm_forward(x, gamma, beta):
    G, eps = 2, 1e-5
    N, C, H, W = x.shape
    xg = x.reshape(N * G, -1)
    mean = xg.mean(axis=1, keepdims=True)
    std = np.sqrt(xg.var(axis=1, keepdims=True) + eps)
    xhat = ((xg - mean) / std).reshape(N, C, H, W)
    out = gamma * xhat + beta
    return out, (xhat, std, gamma, G)


def groupnorm_backward(dout, cache):
    xhat, std, gamma, G = cache
    N, C, H, W = dout.shape
    dbeta = dout.sum(axis=(0, 2, 3), keepdims=True)
    dgamma = (dout * xhat).sum(axis=(0, 2, 3), keepdims=True)
    dxhat = (dout * gamma).reshape(N * G, -1)
    xh = xhat.reshape(N * G, -1)
    M = xh.shape[1]
    dx = (M * dxhat - dxhat.sum(axis=1, keepdims=True) - xh * np.sum(dxhat * xh, axis=1, keepdims=True)) / (M * std)
    dx = dx.reshape(N, C, H, W)
    return dx, dgamma, dbeta
