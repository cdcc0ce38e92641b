# zoo: script loss | dWz=Wz dWr=Wr dWh=Wh dUz=Uz dUr=Ur dUh=Uh dh_prev=h_prev
"""One step of a gated recurrent unit."""
import numpy as np


def sigmoid(v):
    return 1 / (1 + np.exp(-v))


# inputs
rng = np.random.RandomState(51)
x = rng.randn(3, 2)
h_prev = rng.randn(3, 4)
Wz, Wr, Wh = rng.randn(2, 4), rng.randn(2, 4), rng.randn(2, 4)
Uz, Ur, Uh = rng.randn(4, 4) * 0.5, rng.randn(4, 4) * 0.5, rng.randn(4, 4) * 0.5
weights = rng.randn(3, 4)

# forward
z = sigmoid(x @ Wz + h_prev @ Uz)
r = sigmoid(x @ Wr + h_prev @ Ur)
rh = r * h_prev
h_tilde = np.tanh(x @ Wh + rh @ Uh)
h = (1 - z) * h_prev + z * h_tilde
loss = np.sum(h * weights)

# backward
dh = weights
dh_tilde = dh * z
dz = dh * (h_tilde - h_prev)
dh_prev = dh * (1 - z)
da_h = dh_tilde * (1 - h_tilde ** 2)
dWh = x.T @ da_h
dUh = rh.T @ da_h
drh = da_h @ Uh.T
dr = drh * h_prev
dh_prev = dh_prev + drh * r
da_r = dr * r * (1 - r)
dWr = x.T @ da_r
dUr = h_prev.T @ da_r
dh_prev = dh_prev + da_r @ Ur.T
da_z = dz * z * (1 - z)
dWz = x.T @ da_z
dUz = h_prev.T @ da_z
dh_prev = dh_prev + da_z @ Uz.T
