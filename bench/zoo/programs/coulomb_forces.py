# zoo: script energy | forces=-pos
"""Coulomb energy of three charges; the forces are minus the gradient."""
import numpy as np

# inputs
pos = np.array([[0.0, 0.2], [1.3, -0.4], [-0.6, 1.1]])
q = np.array([1.0, -2.0, 0.5])

# forward
energy = 0.0
for i in range(3):
    for j in range(i):
        r = np.sqrt(np.sum((pos[i] - pos[j]) ** 2))
        energy += q[i] * q[j] / r

# backward
forces = np.zeros_like(pos)
for i in range(3):
    for j in range(i):
        diff = pos[i] - pos[j]
        r = np.sqrt(np.sum(diff ** 2))
        f = q[i] * q[j] * diff / r ** 3
        forces[i] += f
        forces[j] -= f
