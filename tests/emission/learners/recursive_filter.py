import numpy as np


def make_inputs():
    draw = np.random.default_rng(0).normal
    return dict(x=draw(size=7), a=np.array([1.3, 0.4, -0.2]), b=draw(size=4))


def recursive_filter(x, a, b):
    y = np.zeros_like(x)
    for n in range(len(x)):
        acc = 0.0
        for k in range(len(b)):
            if n - k >= 0:
                acc += b[k] * x[n - k]
        for k in range(1, len(a)):
            if n - k >= 0:
                acc -= a[k] * y[n - k]
        y[n] = acc / a[0]
    return y
