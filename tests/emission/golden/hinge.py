import numpy as np


def make_inputs():
    draw = np.random.default_rng(0).normal
    return dict(w=draw(size=(3,)), X=draw(size=(5, 3)), y=np.array([1, -1, 1, 1, -1]))


def hinge(w, X, y, reg=0.1):
    loss = 0.0
    for i in range(X.shape[0]):
        margin = 1 - y[i] * X[i].dot(w)
        if margin > 0:
            loss += margin
    loss /= X.shape[0]
    loss += reg * np.sum(w * w)
    return loss
