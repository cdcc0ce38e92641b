# zoo: script cost | grads["dW1"]=params["W1"] grads["dW2"]=params["W2"] grads["dW3"]=params["W3"] grads["db1"]=params["b1"] grads["db2"]=params["b2"] grads["db3"]=params["b3"]
"""L layers in a loop over dictionaries with computed keys."""
import numpy as np


def initialize(sizes, rng):
    params = {}
    for l in range(1, len(sizes)):
        params["W" + str(l)] = rng.randn(sizes[l], sizes[l - 1]) * 0.8
        params["b" + str(l)] = rng.randn(sizes[l], 1) * 0.2
    return params


# inputs
rng = np.random.RandomState(76)
sizes = [3, 4, 2, 1]
params = initialize(sizes, rng)
X = rng.randn(3, 5)
Y = rng.randn(1, 5)
m = X.shape[1]

# forward
cache = {"A0": X}
for l in range(1, 4):
    Z = params["W" + str(l)] @ cache["A" + str(l - 1)] + params["b" + str(l)]
    cache["A" + str(l)] = np.tanh(Z) if l < 3 else Z
cost = np.sum((cache["A3"] - Y) ** 2) / (2 * m)

# backward
grads = {}
dZ = (cache["A3"] - Y) / m
for l in range(3, 0, -1):
    grads["dW" + str(l)] = dZ @ cache["A" + str(l - 1)].T
    grads["db" + str(l)] = dZ.sum(axis=1, keepdims=True)
    if l > 1:
        dA = params["W" + str(l)].T @ dZ
        dZ = dA * (1 - cache["A" + str(l - 1)] ** 2)
