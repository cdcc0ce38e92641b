import numpy as np


def make_inputs():
    draw = np.random.default_rng(0).normal
    return dict(X=draw(size=(5, 3)), y=draw(size=5), lam=0.4)


def ridge_fit(X, y, lam):
    w = np.linalg.solve(X.T @ X + lam * np.eye(X.shape[1]), X.T @ y)
    return np.sum((X @ w - y) ** 2 * np.arange(1, len(y) + 1))
