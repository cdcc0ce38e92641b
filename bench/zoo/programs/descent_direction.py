# zoo: script loss | step_W=-W step_b=-b
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
step_W = X.T @ delta
step_b = delta.sum(axis=0)
