# zoo: single svm_loss | dW=W
"""Multiclass hinge loss without loops."""
import numpy as np


def make_inputs():
    rng = np.random.RandomState(11)
    return dict(W=rng.randn(5, 4) * 0.4, X=rng.randn(7, 5), y=np.array([0, 3, 2, 1, 1, 3, 0]), reg=0.05)


def svm_loss(W, X, y, reg):
    N = X.shape[0]
    scores = X @ W
    correct = scores[np.arange(N), y].reshape(-1, 1)
    margins = np.maximum(0, scores - correct + 1.0)
    margins[np.arange(N), y] = 0
    loss = margins.sum() / N + 0.5 * reg * np.sum(W ** 2)
    mask = np.zeros_like(margins)
    mask[margins > 0] = 1
    mask[np.arange(N), y] = -mask.sum(axis=1)
    dW = X.T @ mask / N + reg * W
    return loss, dW
