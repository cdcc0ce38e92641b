# zoo: script loss | dU=U dV=V dW=W
"""Recurrent net with states kept in lists and the loss at the end only."""
import numpy as np

# inputs
rng = np.random.RandomState(48)
X = rng.randn(4, 3)
target = rng.randn(2)
U = rng.randn(3, 3) * 0.7
W = rng.randn(3, 3) * 0.7
V = rng.randn(2, 3) * 0.7

# forward
states = [np.zeros(3)]
for step in range(4):
    states.append(np.tanh(U @ X[step] + W @ states[-1]))
out = V @ states[-1]
loss = np.sum((out - target) ** 2)

# backward
dout = 2 * (out - target)
dV = np.outer(dout, states[-1])
dU = np.zeros_like(U)
dW = np.zeros_like(W)
ds = V.T @ dout
for step in reversed(range(4)):
    dz = ds * (1 - states[step + 1] ** 2)
    dU += np.outer(dz, X[step])
    dW += np.outer(dz, states[step])
    ds = W.T @ dz
