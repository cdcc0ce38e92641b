# zoo: script loss | dw1=w1 dw2=w2
"""A net with dropout behind the hidden layer."""
import numpy as np

# inputs
rng = np.random.RandomState(38)
x = rng.randn(6, 4)
t = rng.randn(6, 2)
w1 = rng.randn(4, 5) * 0.6
w2 = rng.randn(5, 2) * 0.6
keep_prob = 0.7
D1 = (rng.rand(6, 5) < keep_prob).astype(float)

# forward
h = np.tanh(x @ w1)
hd = h * D1 / keep_prob
y = hd @ w2
loss = np.mean((y - t) ** 2)

# backward
dy = 2 * (y - t) / y.size
dw2 = hd.T @ dy
dhd = dy @ w2.T
dh = dhd * D1
dh = dh / keep_prob
dz = dh * (1 - h * h)
dw1 = x.T @ dz
