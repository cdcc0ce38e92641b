# zoo: script loss | dk=k dx=x
"""One-dimensional convolution with loops over positions."""
import numpy as np

# inputs
x = np.array([0.5, -1.2, 2.0, 0.3, -0.7, 1.1])
k = np.array([0.4, -0.9, 0.2])
goal = np.array([1.0, 0.0, -0.5, 0.8])

# forward
n = len(x) - len(k) + 1
y = np.zeros(n)
for i in range(n):
    y[i] = np.sum(x[i:i + len(k)] * k)
loss = 0.5 * np.sum((y - goal) ** 2)

# backward
dy = y - goal
dk = np.zeros_like(k)
dx = np.zeros_like(x)
for i in range(n):
    dk += dy[i] * x[i:i + len(k)]
    dx[i:i + len(k)] += dy[i] * k
