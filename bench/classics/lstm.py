import numpy as np


def grad_lstm(x, h0, c0, Wx, Wh, b, dhs):
    N, T, D = x.shape
    H = h0.shape[1]
    h, c = h0, c0
    caches = []
    for t in range(T):
        h_prev, c_prev = h, c
        a = x[:, t] @ Wx + h @ Wh + b
        i = 1 / (1 + np.exp(-a[:, :H]))
        f = 1 / (1 + np.exp(-a[:, H : 2 * H]))
        o = 1 / (1 + np.exp(-a[:, 2 * H : 3 * H]))
        g = np.tanh(a[:, 3 * H :])
        c = f * c + i * g
        h = o * np.tanh(c)
        caches.append((h_prev, c_prev, i, f, o, g, c))

    dx = np.zeros_like(x)
    dWx = np.zeros_like(Wx)
    dWh = np.zeros_like(Wh)
    db = np.zeros_like(b)
    dh = np.zeros_like(h0)
    dc = np.zeros_like(c0)
    for t in reversed(range(T)):
        h_prev, c_prev, i, f, o, g, c = caches.pop()
        dh = dh + dhs[:, t]
        tanh_c = np.tanh(c)
        do = dh * tanh_c
        dc = dc + dh * o * (1 - tanh_c**2)
        di = dc * g
        df = dc * c_prev
        dg = dc * i
        dc = dc * f
        da = np.zeros((N, 4 * H))
        da[:, :H] = di * i * (1 - i)
        da[:, H : 2 * H] = df * f * (1 - f)
        da[:, 2 * H : 3 * H] = do * o * (1 - o)
        da[:, 3 * H :] = dg * (1 - g**2)
        dx[:, t] = da @ Wx.T
        dWx += x[:, t].T @ da
        dWh += h_prev.T @ da
        db += da.sum(axis=0)
        dh = da @ Wh.T
    return dx, dh, dc, dWx, dWh, db
