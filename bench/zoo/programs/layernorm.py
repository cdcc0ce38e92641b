# zoo: pair layernorm_forward layernorm_backward | dx=x dgamma=gamma dbeta=beta
"""Layer normalisation over features."""
import numpy as np


def make_inputs():
    rng = np.random.RandomState(34)
    return dict(x=rng.randn(4, 6), gamma=rng.randn(6), beta=rng.randn(6), dout=rng.randn(4, 6))


def layernorm_forward(x, gamma, beta):
    eps = 1e-5
    mu = np.mean(x, axis=1, keepdims=True)
    var = np.var(x, axis=1, keepdims=True)
    std = np.sqrt(var + eps)
    x_hat = (x - mu) / std
    out = gamma * x_hat + beta
    return out, (x_hat, gamma, std)


def layernorm_backward(dout, cache):
    x_hat, gamma, std = cache
    D = dout.shape[1]
    dbeta = np.sum(dout, axis=0)
    dgamma = np.sum(dout * x_hat, axis=0)
    dx_hat = dout * gamma
    mean_d = np.mean(dx_hat, axis=1, keepdims=True)
    mean_dx = np.mean(dx_hat * x_hat, axis=1, keepdims=True)
    dx = (dx_hat - mean_d - x_hat * mean_dx) / std
    return dx, dgamma, dbeta
