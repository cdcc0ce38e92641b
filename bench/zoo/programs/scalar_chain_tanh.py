# zoo: script loss | dw1=w1 dw2=w2 dw3=w3 db1=b1 db2=b2 db3=b3
"""Three scalar neurons in a chain with tanh, and a squared error."""
import numpy as np

# inputs
x, t = 0.6, 0.35
w1, w2, w3 = 0.9, -1.4, 0.8
b1, b2, b3 = 0.1, -0.2, 0.3

# forward
h1 = np.tanh(w1 * x + b1)
h2 = np.tanh(w2 * h1 + b2)
out = w3 * h2 + b3
loss = 0.5 * (out - t) ** 2

# backward
d_out = out - t
dw3 = d_out * h2
db3 = d_out
d_h2 = d_out * w3
d_z2 = d_h2 * (1 - h2 ** 2)
dw2 = d_z2 * h1
db2 = d_z2
d_h1 = d_z2 * w2
d_z1 = d_h1 * (1 - h1 ** 2)
dw1 = d_z1 * x
db1 = d_z1
