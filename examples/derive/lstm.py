import numpy as np


def make_inputs():
    draw = np.random.default_rng(0).normal
    return dict(
        x=draw(size=(2, 4, 3)),
        h0=draw(size=(2, 5)),
        c0=draw(size=(2, 5)),
        Wx=draw(size=(3, 20)),
        Wh=draw(size=(5, 20)),
        b=draw(size=(20,)),
    )


def lstm(x, h0, c0, Wx, Wh, b):
    N, T, D = x.shape
    H = h0.shape[1]
    hs = np.zeros((N, T, H))
    h, c = h0, c0
    for t in range(T):
        a = x[:, t] @ Wx + h @ Wh + b
        i = 1 / (1 + np.exp(-a[:, :H]))
        f = 1 / (1 + np.exp(-a[:, H : 2 * H]))
        o = 1 / (1 + np.exp(-a[:, 2 * H : 3 * H]))
        g = np.tanh(a[:, 3 * H :])
        c = f * c + i * g
        h = o * np.tanh(c)
        hs[:, t] = h
    return hs
