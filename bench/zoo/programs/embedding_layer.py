# zoo: pair word_embedding_forward word_embedding_backward | dW=W
"""Word vectors looked up by repeated ids."""
import numpy as np


def make_inputs():
    rng = np.random.RandomState(62)
    return dict(W=rng.randn(5, 3), x=np.array([[0, 2, 2], [4, 0, 2]]), dout=rng.randn(2, 3, 3))


def word_embedding_forward(x, W):
    out = W[x]
    return out, (x, W)


def word_embedding_backward(dout, cache):
    x, W = cache
    dW = np.zeros_like(W)
    np.add.at(dW, x, dout)
    return dW
