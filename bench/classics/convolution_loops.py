import numpy as np


def grad_conv(x, w, b, dout):
    F, C, HH, WW = w.shape
    N, F, H_out, W_out = dout.shape

    dx = np.zeros_like(x)
    dw = np.zeros_like(w)
    db = np.zeros_like(b)
    for n in range(N):
        for f in range(F):
            for i in range(H_out):
                for j in range(W_out):
                    window = x[n, :, i : i + HH, j : j + WW]
                    dx[n, :, i : i + HH, j : j + WW] += dout[n, f, i, j] * w[f]
                    dw[f] += dout[n, f, i, j] * window
                    db[f] += dout[n, f, i, j]
    return dx, dw, db
