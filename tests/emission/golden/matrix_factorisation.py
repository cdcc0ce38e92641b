import numpy as np


def make_inputs():
    draw = np.random.default_rng(0).normal
    return dict(
        R=draw(size=(5, 4)),
        mask=(draw(size=(5, 4)) > 0) * 1,
        U=draw(size=(5, 2)),
        V=draw(size=(4, 2)),
    )


def factorisation_loss(R, mask, U, V, lam=0.1):
    error = mask * (R - U @ V.T)
    loss = 0.5 * np.sum(error**2)
    loss += 0.5 * lam * (np.sum(U**2) + np.sum(V**2))
    return loss
