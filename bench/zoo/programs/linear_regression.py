# zoo: script cost | dw=w db=b
"""Linear regression with a mean squared error."""
import numpy as np

# inputs
rng = np.random.RandomState(3)
X = rng.randn(7, 3)
y = rng.randn(7)
w = rng.randn(3)
b = 0.4
m = len(y)

# forward
pred = X.dot(w) + b
error = pred - y
cost = np.sum(error ** 2) / (2 * m)

# backward
dw = X.T.dot(error) / m
db = np.sum(error) / m
