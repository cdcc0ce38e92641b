# zoo: pair hinge_forward hinge_backward | dx=x
"""Hinge loss on scores as a layer."""
import numpy as np


def make_inputs():
    rng = np.random.RandomState(12)
    return dict(x=rng.randn(5, 4), y=np.array([3, 0, 1, 2, 1]))


def hinge_forward(x, y):
    N = x.shape[0]
    correct = x[np.arange(N), y]
    margins = np.maximum(0, x - correct[:, np.newaxis] + 1.0)
    margins[np.arange(N), y] = 0
    loss = np.sum(margins) / N
    return loss, (x, y, margins)


def hinge_backward(cache):
    x, y, margins = cache
    N = x.shape[0]
    num_pos = np.sum(margins > 0, axis=1)
    dx = np.zeros_like(x)
    dx[margins > 0] = 1
    dx[np.arange(N), y] -= num_pos
    dx /= N
    return dx
