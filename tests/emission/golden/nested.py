import numpy as np


def make_inputs():
    return dict(x=0.7, w=1.2)


def nested(x, w):
    def f(u):
        return np.sin(u * w)

    def g(u):
        t = u * w
        for k in range(3):
            t = t * u + f(t)
        return t

    a = f(x)
    b = g(a)
    return a + b
