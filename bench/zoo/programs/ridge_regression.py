# zoo: single ridge | dtheta=theta
"""Ridge regression, the intercept is not penalised."""
import numpy as np


def make_inputs():
    rng = np.random.RandomState(4)
    return dict(theta=rng.randn(4), X=rng.randn(6, 4), y=rng.randn(6), lam=0.7)


def ridge(theta, X, y, lam):
    m = X.shape[0]
    residual = X @ theta - y
    J = residual @ residual / (2 * m) + lam / (2 * m) * np.sum(theta[1:] ** 2)
    grad = X.T @ residual / m
    grad[1:] += lam / m * theta[1:]
    return J, grad
