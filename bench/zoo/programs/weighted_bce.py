# zoo: single bce | dlogits=logits
"""Binary cross-entropy on logits with weights of the positives."""
import numpy as np


def make_inputs():
    return dict(logits=np.array([0.6, -1.3, 2.1, -0.2]), y=np.array([1.0, 0.0, 0.0, 1.0]), pos=2.5)


def bce(logits, y, pos):
    s = 1 / (1 + np.exp(-logits))
    loss = -np.mean(pos * y * np.log(s) + (1 - y) * np.log(1 - s))
    dlogits = (-pos * y * (1 - s) + (1 - y) * s) / len(y)
    return loss, dlogits
