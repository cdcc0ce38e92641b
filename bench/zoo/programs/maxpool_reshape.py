# zoo: class MaxPool forward backward | result=x
"""Max pooling by reshape and argmax."""
import numpy as np


def make_inputs():
    rng = np.random.RandomState(44)
    return dict(x=rng.randn(2, 4, 4), grad=rng.randn(2, 2, 2))


class MaxPool:
    def forward(self, x):
        C, H, W = x.shape
        self.shape = x.shape
        tiles = x.reshape(C, H // 2, 2, W // 2, 2).transpose(0, 1, 3, 2, 4).reshape(C, H // 2, W // 2, 4)
        self.arg = tiles.argmax(axis=-1)
        return tiles.max(axis=-1)

    def backward(self, grad):
        C, H, W = self.shape
        d_tiles = np.zeros((grad.size, 4))
        d_tiles[np.arange(grad.size), self.arg.ravel()] = grad.ravel()
        d_tiles = d_tiles.reshape(C, H // 2, W // 2, 2, 2).transpose(0, 1, 3, 2, 4)
        return d_tiles.reshape(C, H, W)
