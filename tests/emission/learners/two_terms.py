import numpy as np


def make_inputs():
    return dict(a=0.7, b=1.1)


def fib_like(a, b, n=6):
    for _ in range(n):
        a, b = b, a * b + 0.1 * a
    return b
