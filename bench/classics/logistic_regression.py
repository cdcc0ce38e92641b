import numpy as np


def grad_logistic_loss(w, b, X, y, lam=0.1):
    p = 1 / (1 + np.exp(-(X @ w + b)))

    dz = (p - y) / len(y)
    dw = X.T @ dz + lam * w
    db = dz.sum()
    dX = np.outer(dz, w)
    return dw, db, dX
