# zoo: single mf_loss | dP=P dQ=Q
"""Matrix factorisation with missing ratings and a penalty."""
import numpy as np


def make_inputs():
    rng = np.random.RandomState(67)
    return dict(P=rng.randn(4, 2), Q=rng.randn(5, 2), R=rng.randn(4, 5), M=(rng.rand(4, 5) < 0.6) * 1.0, lam=0.3)


def mf_loss(P, Q, R, M, lam):
    E = M * (P @ Q.T - R)
    loss = 0.5 * np.sum(E ** 2) + 0.5 * lam * (np.sum(P ** 2) + np.sum(Q ** 2))
    dP = E @ Q + lam * P
    dQ = E.T @ P + lam * Q
    return loss, dP, dQ
