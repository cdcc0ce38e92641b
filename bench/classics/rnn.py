import numpy as np


def grad_rnn_all(x, h0, Wx, Wh, b, dhs):
    T, N, D = x.shape
    hs = [h0]
    for t in range(T):
        hs.append(np.tanh(x[t] @ Wx + hs[t] @ Wh + b))

    dx = np.zeros_like(x)
    dWx = np.zeros_like(Wx)
    dWh = np.zeros_like(Wh)
    db = np.zeros_like(b)
    dh = np.zeros_like(h0)
    for t in reversed(range(T)):
        dh = dh + dhs[t]
        da = dh * (1 - hs[t + 1] ** 2)
        dx[t] = da @ Wx.T
        dWx += x[t].T @ da
        dWh += hs[t].T @ da
        db += da.sum(axis=0)
        dh = da @ Wh.T
    return dx, dh, dWx, dWh, db
