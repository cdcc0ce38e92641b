import numpy as np


def make_inputs():
    draw = np.random.default_rng(0).normal
    return dict(x=draw(size=9), w=draw(size=3), b=0.1)


def conv1d(x, w, b, pad=1, stride=2):
    x = np.pad(x, pad)
    n = (len(x) - len(w)) // stride + 1
    out = np.zeros(n)
    for i in range(n):
        out[i] = np.sum(x[i * stride : i * stride + len(w)] * w) + b
    return np.maximum(out, 0)
