# zoo: script chi2 | d_amp=amp d_mid=mid d_width=width
"""A Gaussian peak fitted to counts."""
import numpy as np

# inputs
t = np.array([0.0, 0.5, 1.1, 1.6, 2.4])
counts = np.array([0.3, 1.1, 2.0, 1.2, 0.2])
amp = 1.8
mid = 1.0
width = 0.6

# forward
u = (t - mid) / width
model = amp * np.exp(-0.5 * u ** 2)
res = model - counts
chi2 = np.sum(res ** 2)

# backward
d_model = 2 * res
d_amp = np.sum(d_model * np.exp(-0.5 * u ** 2))
d_u = -d_model * model * u
d_mid = np.sum(d_u * -1 / width)
d_width = np.sum(d_u * -(t - mid) / width ** 2)
