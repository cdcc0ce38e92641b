# zoo: script cost | grads["dw"]=params["w"] grads["db"]=params["b"]
"""Logistic regression with dictionaries of parameters."""
import numpy as np


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


# inputs
rng = np.random.RandomState(6)
X = rng.randn(4, 9)
Y = (rng.rand(1, 9) > 0.4) * 1.0
params = {"w": rng.randn(4, 1), "b": 0.1}

# forward
A = sigmoid(np.dot(params["w"].T, X) + params["b"])
cost = -np.mean(Y * np.log(A) + (1 - Y) * np.log(1 - A))

# backward
grads = {}
dZ = (A - Y) / X.shape[1]
grads["dw"] = np.dot(X, dZ.T)
grads["db"] = np.sum(dZ)
