# zoo: script loss | dw=w
"""Regression with a Huber loss."""
import numpy as np

# inputs
rng = np.random.RandomState(71)
X = rng.randn(8, 3)
y = rng.randn(8) * 2
w = rng.randn(3)
delta = 0.8

# forward
r = X @ w - y
small = np.abs(r) <= delta
loss = np.mean(np.where(small, 0.5 * r ** 2, delta * (np.abs(r) - 0.5 * delta)))

# backward
dr = np.where(small, r, delta * np.sign(r)) / len(y)
dw = X.T @ dr
