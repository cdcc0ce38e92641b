# zoo: script f | dw0=w0 dw1=w1 dw2=w2 dx0=x0 dx1=x1
"""The neuron taken apart into gates, as in the lecture notes."""
import math

# inputs
w0, w1, w2 = 2.0, -3.0, -2.5
x0, x1 = -1.0, -1.8

# forward
dot = w0 * x0 + w1 * x1 + w2
e = math.exp(-dot)
den = 1.0 + e
f = 1.0 / den

# backward
dden = -1.0 / den ** 2
de = dden
ddot = -math.exp(-dot) * de
dw0 = x0 * ddot
dw1 = x1 * ddot
dw2 = ddot
dx0 = w0 * ddot
dx1 = w1 * ddot
