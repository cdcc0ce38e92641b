# zoo: script nll | d_mu=mu d_sigma=sigma
"""Gaussian likelihood with its width as a parameter."""
import numpy as np

# inputs
data = np.array([0.4, -1.3, 2.1, 0.9])
mu = 0.25
sigma = 1.4

# forward
z = (data - mu) / sigma
nll = 0.5 * np.sum(z ** 2) + len(data) * np.log(sigma) + 0.5 * len(data) * np.log(2 * np.pi)

# backward
d_mu = -np.sum(z) / sigma
d_sigma = -np.sum(z ** 2) / sigma + len(data) / sigma
