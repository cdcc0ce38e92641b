import numpy as np


def layernorm_forward(x, gamma, beta, eps=1e-5):
    mu = x.mean(axis=1, keepdims=True)
    xc = x - mu
    var = np.mean(xc**2, axis=1, keepdims=True)
    ivar = 1 / np.sqrt(var + eps)
    xhat = xc * ivar
    out = gamma * xhat + beta
    cache = (xhat, xc, ivar, gamma)
    return out, cache


def layernorm_backward(dout, cache):
    xhat, xc, ivar, gamma = cache
    N, D = xc.shape
    dgamma = np.sum(dout * xhat, axis=0)
    dbeta = dout.sum(axis=0)
    dxhat = dout * gamma
    dxc = dxhat * ivar
    divar = np.sum(dxhat * xc, axis=1, keepdims=True)
    dvar = -0.5 * divar * ivar**3
    dxc += 2 * dvar / D * xc
    dx = dxc - dxc.mean(axis=1, keepdims=True)
    return dx, dgamma, dbeta
