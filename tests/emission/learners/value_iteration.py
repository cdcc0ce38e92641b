import numpy as np


def make_inputs():
    draw = np.random.default_rng(0).normal
    return dict(R=draw(size=(3, 2)), P=draw(size=(3, 2, 3)) ** 2)


def value_iteration(R, P, gamma=0.9, n=3):
    V = np.zeros(R.shape[0])
    for _ in range(n):
        Q = R + gamma * np.einsum("san,n->sa", P, V)
        V = Q.max(axis=1)
    return V.sum()
