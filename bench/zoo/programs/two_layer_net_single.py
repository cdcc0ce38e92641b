# zoo: single loss_and_grads | grads["W1"]=W1 grads["b1"]=b1 grads["W2"]=W2 grads["b2"]=b2
"""Two-layer net, one function with a dictionary of gradients."""
import numpy as np


def make_inputs():
    rng = np.random.RandomState(21)
    return dict(W1=rng.randn(4, 6) * 0.5, b1=rng.randn(6) * 0.1, W2=rng.randn(6, 3) * 0.5, b2=rng.randn(3) * 0.1,
                X=rng.randn(5, 4), y=np.array([0, 1, 2, 2, 1]), reg=0.08)


def loss_and_grads(W1, b1, W2, b2, X, y, reg):
    N = X.shape[0]
    z1 = X @ W1 + b1
    h = np.maximum(z1, 0)
    scores = h @ W2 + b2
    scores = scores - scores.max(axis=1, keepdims=True)
    p = np.exp(scores)
    p = p / p.sum(axis=1, keepdims=True)
    loss = -np.log(p[np.arange(N), y]).mean()
    loss = loss + reg * (np.sum(W1 * W1) + np.sum(W2 * W2))

    grads = {}
    ds = p.copy()
    ds[np.arange(N), y] -= 1
    ds /= N
    grads["W2"] = h.T @ ds + 2 * reg * W2
    grads["b2"] = ds.sum(axis=0)
    dh = ds @ W2.T
    dz1 = dh * (z1 > 0)
    grads["W1"] = X.T @ dz1 + 2 * reg * W1
    grads["b1"] = dz1.sum(axis=0)
    return loss, grads
