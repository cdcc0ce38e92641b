# zoo: script loss | dW=-W db=-b
"""Descent directions instead of gradients, as in older tutorials (target minus output)."""
import numpy as np

# inputs
rng = np.random.RandomState(78)
X = rng.randn(5, 3)
y = rng.rand(5, 2)
W = rng.randn(3, 2)
b = rng.randn(2)

# forward
out = 1 / (1 + np.exp(-(X @ W + b)))
loss = 0.5 * np.sum((y - out) ** 2)

# backward
error = y - out
delta = error * out * (1 - out)
dW = X.T @ delta
db = delta.sum(axis=0)
W = W + 0.1 * dW
b = b + 0.1 * db
