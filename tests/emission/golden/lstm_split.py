import numpy as np


def make_inputs():
    draw = np.random.default_rng(0).normal
    return dict(
        x=draw(size=(2, 4, 3)),
        h0=draw(size=(2, 5)),
        Wx=draw(size=(3, 20)),
        Wh=draw(size=(5, 20)),
        b=draw(size=(20,)),
    )


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def lstm_split(x, h0, Wx, Wh, b):
    N, T, D = x.shape
    h = h0
    c = np.zeros_like(h0)
    hs = []
    for t in range(T):
        a = x[:, t] @ Wx + h @ Wh + b
        i, f, o, g = np.split(a, 4, axis=1)
        i, f, o = sigmoid(i), sigmoid(f), sigmoid(o)
        g = np.tanh(g)
        c = f * c + i * g
        h = o * np.tanh(c)
        hs.append(h)
    return np.stack(hs, axis=1)
