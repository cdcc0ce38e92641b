# zoo: script loss | dW=W db=b
"""LSTM over a sequence in one script."""
import numpy as np


def sigmoid(v):
    return 1.0 / (1.0 + np.exp(-v))


# inputs
rng = np.random.RandomState(50)
T, D, H = 3, 2, 3
xs = rng.randn(T, D)
goal = rng.randn(H)
W = rng.randn(4 * H, D + H) * 0.7
b = rng.randn(4 * H) * 0.3

# forward
h = {-1: np.zeros(H)}
c = {-1: np.zeros(H)}
z, i, f, o, g = {}, {}, {}, {}, {}
for t in range(T):
    z[t] = np.concatenate((xs[t], h[t - 1]))
    a = W @ z[t] + b
    i[t], f[t], o[t] = sigmoid(a[:H]), sigmoid(a[H:2 * H]), sigmoid(a[2 * H:3 * H])
    g[t] = np.tanh(a[3 * H:])
    c[t] = f[t] * c[t - 1] + i[t] * g[t]
    h[t] = o[t] * np.tanh(c[t])
loss = 0.5 * np.sum((h[T - 1] - goal) ** 2)

# backward
dW, db = np.zeros_like(W), np.zeros_like(b)
dh = h[T - 1] - goal
dc = np.zeros(H)
for t in reversed(range(T)):
    tc = np.tanh(c[t])
    do = dh * tc
    dc = dc + dh * o[t] * (1 - tc ** 2)
    di = dc * g[t]
    df = dc * c[t - 1]
    dg = dc * i[t]
    da = np.concatenate((di * i[t] * (1 - i[t]), df * f[t] * (1 - f[t]), do * o[t] * (1 - o[t]), dg * (1 - g[t] ** 2)))
    dW += np.outer(da, z[t])
    db += da
    dh = (W.T @ da)[D:]
    dc = dc * f[t]
