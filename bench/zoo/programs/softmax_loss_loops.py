# zoo: single softmax_loss_naive | dW=W
"""Softmax loss with loops."""
import numpy as np


def make_inputs():
    rng = np.random.RandomState(9)
    return dict(W=rng.randn(4, 3) * 0.4, X=rng.randn(5, 4), y=np.array([1, 0, 2, 2, 1]), reg=0.2)


def softmax_loss_naive(W, X, y, reg):
    loss = 0.0
    dW = np.zeros_like(W)
    num_train = X.shape[0]
    num_classes = W.shape[1]
    for i in range(num_train):
        scores = X[i].dot(W)
        scores -= np.max(scores)
        p = np.exp(scores) / np.sum(np.exp(scores))
        loss -= np.log(p[y[i]])
        for j in range(num_classes):
            dW[:, j] += X[i] * p[j]
        dW[:, y[i]] -= X[i]
    loss /= num_train
    dW /= num_train
    loss += reg * np.sum(W * W)
    dW += 2 * reg * W
    return loss, dW
