import numpy as np


def make_inputs():
    draw = np.random.default_rng(0).normal
    return dict(x=3.7, eps=0.3)


def collatz_like(x, eps):
    total = 0.0
    while x > 1.0:
        if x > 2.0:
            x = x / 2 + eps
            continue
        x = x * x * 0.4
        total += x
    return total
