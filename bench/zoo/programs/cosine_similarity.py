# zoo: script cos | du=u dv=v
"""Cosine of the angle between two vectors."""
import numpy as np

# inputs
u = np.array([0.4, -1.2, 0.9])
v = np.array([1.1, 0.3, -0.5])

# forward
dot = np.dot(u, v)
nu = np.sqrt(np.dot(u, u))
nv = np.sqrt(np.dot(v, v))
cos = dot / (nu * nv)

# backward
du = v / (nu * nv) - cos * u / nu ** 2
dv = u / (nu * nv) - cos * v / nv ** 2
