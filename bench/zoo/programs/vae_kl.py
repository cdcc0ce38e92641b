# zoo: script loss | dmu=mu dlogvar=logvar
"""The loss of a small variational autoencoder for given noise."""
import numpy as np

# inputs
rng = np.random.RandomState(73)
mu = rng.randn(4, 2)
logvar = rng.randn(4, 2) * 0.4
eps = rng.randn(4, 2)
x = rng.randn(4, 2)

# forward
std = np.exp(0.5 * logvar)
z = mu + eps * std
recon = 0.5 * np.sum((z - x) ** 2)
kl = -0.5 * np.sum(1 + logvar - mu ** 2 - np.exp(logvar))
loss = recon + kl

# backward
dz = z - x
dmu = dz + mu
dstd = dz * eps
dlogvar = 0.5 * dstd * std + 0.5 * (np.exp(logvar) - 1)
