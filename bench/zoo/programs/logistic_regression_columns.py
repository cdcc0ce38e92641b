# zoo: script cost | dw=w db=b
"""Logistic regression, one example in each column."""
import numpy as np

# inputs
rng = np.random.RandomState(5)
X = rng.randn(3, 8)
Y = (rng.rand(1, 8) > 0.5).astype(float)
w = rng.randn(3, 1)
b = 0.2
m = X.shape[1]

# forward
Z = np.dot(w.T, X) + b
A = 1 / (1 + np.exp(-Z))
cost = -1 / m * np.sum(Y * np.log(A) + (1 - Y) * np.log(1 - A))

# backward
dZ = A - Y
dw = 1 / m * np.dot(X, dZ.T)
db = 1 / m * np.sum(dZ)
