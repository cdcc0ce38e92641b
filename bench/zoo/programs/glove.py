# zoo: script J | dW=W dV=V dbw=bw dbv=bv
"""A GloVe-like weighted least squares on a few pairs."""
import numpy as np

# inputs
rng = np.random.RandomState(66)
W = rng.randn(3, 2)
V = rng.randn(4, 2)
bw = rng.randn(3)
bv = rng.randn(4)
pairs = [(0, 1, 3.0), (2, 3, 1.5), (0, 0, 7.0), (1, 1, 2.0)]

# forward
J = 0.0
for i, j, x in pairs:
    diff = W[i] @ V[j] + bw[i] + bv[j] - np.log(x)
    J += 0.5 * x ** 0.75 * diff ** 2

# backward
dW, dV = np.zeros_like(W), np.zeros_like(V)
dbw, dbv = np.zeros_like(bw), np.zeros_like(bv)
for i, j, x in pairs:
    weighted = x ** 0.75 * (W[i] @ V[j] + bw[i] + bv[j] - np.log(x))
    dW[i] += weighted * V[j]
    dV[j] += weighted * W[i]
    dbw[i] += weighted
    dbv[j] += weighted
