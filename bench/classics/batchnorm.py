import numpy as np


def grad_batchnorm(x, gamma, beta, dout, eps=1e-5):
    N, D = x.shape
    xc = x - x.mean(axis=0)
    var = (xc**2).mean(axis=0)
    std = np.sqrt(var + eps)
    xhat = xc / std

    dgamma = np.sum(dout * xhat, axis=0)
    dbeta = dout.sum(axis=0)
    dxhat = dout * gamma
    dxc = dxhat / std
    dstd = -np.sum(dxhat * xc, axis=0) / std**2
    dvar = 0.5 * dstd / std
    dxc += 2 * dvar / N * xc
    dmu = -dxc.sum(axis=0)
    dx = dxc + dmu / N
    return dx, dgamma, dbeta
