import numpy as np


def make_inputs():
    return dict(x=1.3, y=0.7)


def branch(x, y):
    if x > 0:
        z = x * y
    elif y > 0:
        z = np.sin(x)
    else:
        z = x + y
    if z > 1:
        z = z * z
    return z * x
