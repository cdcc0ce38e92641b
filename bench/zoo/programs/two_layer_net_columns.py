# zoo: script cost | dW1=W1 db1=b1 dW2=W2 db2=b2
"""tanh and sigmoid layer, examples in columns, 1/m last."""
import numpy as np

# inputs
rng = np.random.RandomState(20)
X = rng.randn(2, 7)
Y = np.array([[1., 0., 1., 1., 0., 0., 1.]])
W1 = rng.randn(4, 2)
b1 = rng.randn(4, 1) * 0.3
W2 = rng.randn(1, 4)
b2 = rng.randn(1, 1) * 0.3
m = X.shape[1]

# forward
Z1 = np.dot(W1, X) + b1
A1 = np.tanh(Z1)
Z2 = np.dot(W2, A1) + b2
A2 = 1 / (1 + np.exp(-Z2))
logprobs = np.multiply(np.log(A2), Y) + np.multiply(np.log(1 - A2), 1 - Y)
cost = -np.sum(logprobs) / m

# backward
dZ2 = A2 - Y
dW2 = 1 / m * np.dot(dZ2, A1.T)
db2 = 1 / m * np.sum(dZ2, axis=1, keepdims=True)
dZ1 = np.multiply(np.dot(W2.T, dZ2), 1 - np.power(A1, 2))
dW1 = 1 / m * np.dot(dZ1, X.T)
db1 = 1 / m * np.sum(dZ1, axis=1, keepdims=True)
