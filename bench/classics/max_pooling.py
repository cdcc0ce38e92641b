import numpy as np


def grad_maxpool(x, dout):
    N, H, W = x.shape

    dx = np.zeros_like(x)
    for i in range(H // 2):
        for j in range(W // 2):
            window = x[:, 2 * i : 2 * i + 2, 2 * j : 2 * j + 2]
            largest = window == window.max(axis=(1, 2), keepdims=True)
            share = dout[:, i, j] / largest.sum(axis=(1, 2))
            dx[:, 2 * i : 2 * i + 2, 2 * j : 2 * j + 2] = largest * share[:, None, None]
    return dx
