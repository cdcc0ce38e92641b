# zoo: script E | dE=x
"""Springs in a row, energy and gradient."""
import numpy as np

# inputs
x = np.array([0.0, 1.1, 2.5, 3.2])
k = 2.0
rest = 0.9

# forward
E = 0.0
for i in range(len(x) - 1):
    E = E + 0.5 * k * (x[i + 1] - x[i] - rest) ** 2

# backward
dE = np.zeros(len(x))
for i in range(len(x) - 1):
    stretch = x[i + 1] - x[i] - rest
    dE[i + 1] += k * stretch
    dE[i] -= k * stretch
