# zoo: single svm_loss_naive | dW=W
"""Multiclass hinge loss with loops."""
import numpy as np


def make_inputs():
    rng = np.random.RandomState(10)
    return dict(W=rng.randn(4, 3) * 0.5, X=rng.randn(6, 4), y=np.array([0, 1, 2, 2, 0, 1]), reg=0.1)


def svm_loss_naive(W, X, y, reg):
    dW = np.zeros(W.shape)
    num_classes = W.shape[1]
    num_train = X.shape[0]
    loss = 0.0
    for i in range(num_train):
        scores = X[i].dot(W)
        correct_class_score = scores[y[i]]
        for j in range(num_classes):
            if j == y[i]:
                continue
            margin = scores[j] - correct_class_score + 1
            if margin > 0:
                loss += margin
                dW[:, j] += X[i]
                dW[:, y[i]] -= X[i]
    loss /= num_train
    dW /= num_train
    loss += reg * np.sum(W * W)
    dW += 2 * reg * W
    return loss, dW
