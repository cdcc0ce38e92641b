# zoo: script nll | dmu=mu dlogits=logits dlogs=log_s
"""A mixture of Gaussians in one dimension by responsibilities."""
import numpy as np

# inputs
x = np.array([-1.2, 0.3, 0.8, 2.5, -0.4])
mu = np.array([-0.8, 0.6, 2.0])
log_s = np.array([0.1, -0.3, 0.2])
logits = np.array([0.2, -0.1, 0.4])

# forward
s = np.exp(log_s)
pi = np.exp(logits) / np.sum(np.exp(logits))
z = (x[:, None] - mu) / s
dens = pi * np.exp(-0.5 * z ** 2) / s
total = dens.sum(axis=1)
nll = -np.sum(np.log(total))

# backward
resp = dens / total[:, None]
dmu = -np.sum(resp * z / s, axis=0)
dlogs = -np.sum(resp * (z ** 2 - 1), axis=0)
dlogits = len(x) * pi - resp.sum(axis=0)
