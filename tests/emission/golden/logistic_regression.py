import numpy as np


def make_inputs():
    draw = np.random.default_rng(0).normal
    return dict(w=draw(size=3), b=0.2, X=draw(size=(5, 3)), y=np.array([0, 1, 1, 0, 1]))


def logistic_loss(w, b, X, y, lam=0.1):
    z = X @ w + b
    p = 1 / (1 + np.exp(-z))
    loss = -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))
    return loss + 0.5 * lam * np.sum(w**2)
