# zoo: script loss | dcenters=centers dbeta=beta dv=v
"""Radial basis functions on a line."""
import numpy as np

# inputs
x = np.array([-1.5, -0.4, 0.3, 1.2, 2.0])
t = np.array([0.2, 0.9, 0.4, -0.3, 0.1])
centers = np.array([-1.0, 0.5, 1.6])
beta = np.array([0.8, 1.3, 0.6])
v = np.array([0.7, -0.9, 1.2])

# forward
diff = x[:, None] - centers[None, :]
phi = np.exp(-beta * diff ** 2)
y = phi @ v
loss = np.mean((y - t) ** 2)

# backward
dy = 2 * (y - t) / len(x)
dv = phi.T @ dy
dphi = np.outer(dy, v)
dbeta = np.sum(dphi * phi * -diff ** 2, axis=0)
dcenters = np.sum(dphi * phi * 2 * beta * diff, axis=0)
