# zoo: script loss | dWe=We dWd=Wd dbe=be dbd=bd
"""Autoencoder with sigmoid code and linear decoder."""
import numpy as np

# inputs
rng = np.random.RandomState(22)
x = rng.randn(6, 4)
We = rng.randn(4, 3) * 0.7
be = rng.randn(3) * 0.2
Wd = rng.randn(3, 4) * 0.7
bd = rng.randn(4) * 0.2

# forward
code = 1.0 / (1.0 + np.exp(-(x @ We + be)))
recon = code @ Wd + bd
diff = recon - x
loss = 0.5 * np.mean(np.sum(diff ** 2, axis=1))

# backward
n = x.shape[0]
drecon = diff / n
dWd = code.T @ drecon
dbd = drecon.sum(axis=0)
dcode = drecon @ Wd.T
dpre = dcode * code * (1.0 - code)
dWe = x.T @ dpre
dbe = dpre.sum(axis=0)
