# zoo: single kmeans_loss | dcenters=centers
"""k-means cost and its gradient for the centres."""
import numpy as np


def make_inputs():
    rng = np.random.RandomState(69)
    return dict(centers=rng.randn(3, 2), X=rng.randn(7, 2) * 1.5)


def kmeans_loss(centers, X):
    d = ((X[:, None, :] - centers[None, :, :]) ** 2).sum(axis=2)
    nearest = d.argmin(axis=1)
    loss = d[np.arange(len(X)), nearest].mean()
    dcenters = np.zeros_like(centers)
    for n in range(len(X)):
        k = nearest[n]
        dcenters[k] += 2 * (centers[k] - X[n])
    dcenters /= len(X)
    return loss, dcenters
