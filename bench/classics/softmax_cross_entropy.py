import numpy as np


def grad_softmax_loss(scores, y):
    N = scores.shape[0]
    exps = np.exp(scores - np.max(scores, axis=1, keepdims=True))
    probs = exps / np.sum(exps, axis=1, keepdims=True)

    dscores = probs
    dscores[np.arange(N), y] -= 1
    return dscores / N
