# zoo: single neg_sampling | d_center=center d_outside=outside
"""Skip-gram with negative sampling for one centre word."""
import numpy as np


def make_inputs():
    rng = np.random.RandomState(64)
    return dict(center=rng.randn(4), outside=rng.randn(6, 4), target=2, negatives=[4, 0, 4, 5])


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def neg_sampling(center, outside, target, negatives):
    z = sigmoid(outside[target] @ center)
    loss = -np.log(z)
    d_center = (z - 1) * outside[target]
    d_outside = np.zeros_like(outside)
    d_outside[target] += (z - 1) * center
    for k in negatives:
        s = sigmoid(-outside[k] @ center)
        loss = loss - np.log(s)
        d_center = d_center + (1 - s) * outside[k]
        d_outside[k] += (1 - s) * center
    return loss, d_center, d_outside
