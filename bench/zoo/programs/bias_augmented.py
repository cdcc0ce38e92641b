# zoo: script loss | dW1=W1 dW2=W2
"""Biases as a row of ones added to the inputs."""
import numpy as np

# inputs
rng = np.random.RandomState(74)
X = rng.randn(6, 3)
T = rng.randn(6, 2)
W1 = rng.randn(4, 5) * 0.6
W2 = rng.randn(6, 2) * 0.6
ones = np.ones((6, 1))

# forward
Xa = np.hstack([X, ones])
H = np.tanh(Xa @ W1)
Ha = np.hstack([H, ones])
Y = Ha @ W2
loss = 0.5 * np.sum((Y - T) ** 2)

# backward
dY = Y - T
dW2 = Ha.T @ dY
dHa = dY @ W2.T
dH = dHa[:, :-1]
dZ = dH * (1 - H ** 2)
dW1 = Xa.T @ dZ
