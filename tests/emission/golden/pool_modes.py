import numpy as np


def make_inputs():
    draw = np.random.default_rng(0).normal
    return dict(x=draw(size=(2, 3, 4, 4)))


def pool(x, k=2, mode="max"):
    N, C, H, W = x.shape
    out = np.zeros((N, C, H // k, W // k))
    for i in range(H // k):
        for j in range(W // k):
            window = x[:, :, i * k : (i + 1) * k, j * k : (j + 1) * k]
            if mode == "max":
                out[:, :, i, j] = window.max(axis=(2, 3))
            else:
                out[:, :, i, j] = window.mean(axis=(2, 3))
    return out
