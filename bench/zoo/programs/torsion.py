# zoo: script V | dphi=phi
"""A torsion energy as a series of cosines."""
import numpy as np

# inputs
phi = np.array([0.4, -1.2, 2.2])
V1, V2, V3 = 0.7, -0.4, 1.1

# forward
V = np.sum(0.5 * V1 * (1 + np.cos(phi)) + 0.5 * V2 * (1 - np.cos(2 * phi)) + 0.5 * V3 * (1 + np.cos(3 * phi)))

# backward
dphi = -0.5 * V1 * np.sin(phi) + V2 * np.sin(2 * phi) - 1.5 * V3 * np.sin(3 * phi)
