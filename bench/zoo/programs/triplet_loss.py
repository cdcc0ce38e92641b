# zoo: single triplet | da=a dp=p dn=n
"""Triplet loss with a margin."""
import numpy as np


def make_inputs():
    rng = np.random.RandomState(72)
    return dict(a=rng.randn(5, 3), p=rng.randn(5, 3), n=rng.randn(5, 3), margin=0.6)


def triplet(a, p, n, margin):
    dp_ = np.sum((a - p) ** 2, axis=1)
    dn_ = np.sum((a - n) ** 2, axis=1)
    v = dp_ - dn_ + margin
    loss = np.maximum(v, 0).sum()
    on = (v > 0).astype(float)[:, None]
    da = on * 2 * (n - p)
    dp = on * -2 * (a - p)
    dn = on * 2 * (a - n)
    return loss, da, dp, dn
