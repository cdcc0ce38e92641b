# zoo: pair rmsnorm_forward rmsnorm_backward | dx=x dscale=scale
"""Root mean square normalisation."""
import numpy as np


def make_inputs():
    rng = np.random.RandomState(35)
    return dict(x=rng.randn(3, 5), scale=rng.randn(5), dy=rng.randn(3, 5))


def rmsnorm_forward(x, scale):
    ms = np.mean(x ** 2, axis=-1, keepdims=True)
    r = 1.0 / np.sqrt(ms + 1e-6)
    y = x * r * scale
    return y, (x, r, scale)


def rmsnorm_backward(dy, cache):
    x, r, scale = cache
    n = x.shape[-1]
    dscale = np.sum(dy * x * r, axis=0)
    dxn = dy * scale
    dr = np.sum(dxn * x, axis=-1, keepdims=True)
    dx = dxn * r - dr * r ** 3 * x / n
    return dx, dscale
