# zoo: pair avg_pool_forward avg_pool_backward | dx=x
"""Mean pooling with windows side by side."""
import numpy as np


def make_inputs():
    rng = np.random.RandomState(43)
    return dict(x=rng.randn(2, 4, 6), dout=rng.randn(2, 2, 2))


def avg_pool_forward(x):
    kh, kw = 2, 3
    C, H, W = x.shape
    out = np.zeros((C, H // kh, W // kw))
    for i in range(H // kh):
        for j in range(W // kw):
            out[:, i, j] = x[:, i * kh:(i + 1) * kh, j * kw:(j + 1) * kw].mean(axis=(1, 2))
    return out, (x.shape, kh, kw)


def avg_pool_backward(dout, cache):
    shape, kh, kw = cache
    dx = np.zeros(shape)
    for i in range(dout.shape[1]):
        for j in range(dout.shape[2]):
            share = dout[:, i, j] / (kh * kw)
            dx[:, i * kh:(i + 1) * kh, j * kw:(j + 1) * kw] += share[:, None, None]
    return dx
