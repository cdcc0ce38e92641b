import numpy as np


def make_inputs():
    draw = np.random.default_rng(0).normal
    return dict(scores=draw(size=(4, 3)), y=np.array([0, 2, 1, 1]))


def label_loss(scores, y):
    count = scores.shape[0]
    p = np.exp(scores - np.max(scores, axis=1, keepdims=True))
    p /= np.sum(p, axis=1, keepdims=True)
    return -np.sum(np.log(p[range(len(y)), y])) / count
