# zoo: pair bilinear_forward bilinear_backward | dx=x dy=y dA=A
"""Bilinear form for a batch."""
import numpy as np


def make_inputs():
    rng = np.random.RandomState(79)
    return dict(x=rng.randn(4, 3), y=rng.randn(4, 2), A=rng.randn(3, 2), dout=rng.randn(4))


def bilinear_forward(x, y, A):
    out = np.einsum("ni,ij,nj->n", x, A, y)
    return out, (x, y, A)


def bilinear_backward(dout, cache):
    x, y, A = cache
    dx = dout[:, None] * (y @ A.T)
    dy = dout[:, None] * (x @ A)
    dA = np.einsum("n,ni,nj->ij", dout, x, y)
    return dx, dy, dA
