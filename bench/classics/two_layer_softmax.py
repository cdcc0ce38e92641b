import numpy as np


def grad_two_layer(X, y, W1, b1, W2, b2):
    N = X.shape[0]
    h = np.maximum(0, X @ W1 + b1)
    scores = h @ W2 + b2
    exps = np.exp(scores - scores.max(axis=1, keepdims=True))
    probs = exps / exps.sum(axis=1, keepdims=True)

    dscores = probs
    dscores[np.arange(N), y] -= 1
    dscores /= N
    dW2 = h.T @ dscores
    db2 = dscores.sum(axis=0)
    dh = dscores @ W2.T * (h > 0)
    dW1 = X.T @ dh
    db1 = dh.sum(axis=0)
    dX = dh @ W1.T
    return dX, dW1, db1, dW2, db2
