import numpy as np


def make_inputs():
    draw = np.random.default_rng(0).normal
    return dict(W=draw(size=(3, 4)), X=draw(size=(5, 3)), y=np.array([0, 3, 1, 1, 2]))


def svm_loss(W, X, y, reg=0.1):
    N = X.shape[0]
    scores = X.dot(W)
    correct = scores[np.arange(N), y].reshape(N, 1)
    margins = np.maximum(0, scores - correct + 1)
    margins[np.arange(N), y] = 0
    loss = np.sum(margins) / N + reg * np.sum(W * W)
    return loss
