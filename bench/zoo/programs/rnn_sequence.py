# zoo: pair rnn_forward rnn_backward | dx=x dh0=h0 dWx=Wx dWh=Wh db=b
"""A vanilla RNN over a sequence; every hidden state is an output."""
import numpy as np


def make_inputs():
    rng = np.random.RandomState(47)
    return dict(x=rng.randn(2, 4, 3), h0=rng.randn(2, 5), Wx=rng.randn(3, 5) * 0.6, Wh=rng.randn(5, 5) * 0.6, b=rng.randn(5) * 0.3,
                dh=rng.randn(2, 4, 5))


def rnn_forward(x, h0, Wx, Wh, b):
    N, T, D = x.shape
    H = h0.shape[1]
    h = np.zeros((N, T, H))
    prev = h0
    for t in range(T):
        prev = np.tanh(x[:, t].dot(Wx) + prev.dot(Wh) + b)
        h[:, t] = prev
    return h, (x, h0, Wx, Wh, h)


def rnn_backward(dh, cache):
    x, h0, Wx, Wh, h = cache
    N, T, D = x.shape
    dx = np.zeros_like(x)
    dWx = np.zeros_like(Wx)
    dWh = np.zeros_like(Wh)
    db = np.zeros(Wh.shape[1])
    dprev = np.zeros_like(h0)
    for t in range(T - 1, -1, -1):
        dcur = dh[:, t] + dprev
        da = dcur * (1 - h[:, t] ** 2)
        before = h[:, t - 1] if t > 0 else h0
        dx[:, t] = da.dot(Wx.T)
        dWx += x[:, t].T.dot(da)
        dWh += before.T.dot(da)
        db += da.sum(axis=0)
        dprev = da.dot(Wh.T)
    dh0 = dprev
    return dx, dh0, dWx, dWh, db
