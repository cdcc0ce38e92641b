import numpy as np


def make_inputs():
    draw = np.random.default_rng(0).normal
    return dict(x=draw(size=(2, 2, 5, 4)), w=draw(size=(3, 2, 3, 2)), b=draw(size=(3,)))


def conv(x, w, b):
    N, C, H, W = x.shape
    F, C, HH, WW = w.shape
    out = np.zeros((N, F, H - HH + 1, W - WW + 1))
    for n in range(N):
        for f in range(F):
            for i in range(H - HH + 1):
                for j in range(W - WW + 1):
                    out[n, f, i, j] = (
                        np.sum(x[n, :, i : i + HH, j : j + WW] * w[f]) + b[f]
                    )
    return out
