import numpy as np


def grad_hinge(w, X, y, reg=0.1):
    dw = 2 * reg * w
    dX = np.zeros_like(X)
    dloss = 1 / X.shape[0]
    for i in range(X.shape[0]):
        margin = 1 - y[i] * X[i].dot(w)
        if margin > 0:
            dw -= dloss * y[i] * X[i]
            dX[i] = -dloss * y[i] * w
    return dw, dX
