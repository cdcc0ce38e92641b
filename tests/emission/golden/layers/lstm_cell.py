import numpy as np


class LSTMCell:
    def __init__(self, n_x, n_h):
        self.W = np.random.default_rng(0).normal(size=(n_x + n_h, 4 * n_h))
        self.b = np.zeros(4 * n_h)

    def forward(self, x, h, c):
        self.inputs = np.concatenate([x, h], axis=1)
        self.c_prev = c
        gates = self.inputs @ self.W + self.b
        i, f, o, g = np.split(gates, 4, axis=1)
        self.i, self.f, self.o = (
            1 / (1 + np.exp(-i)),
            1 / (1 + np.exp(-f)),
            1 / (1 + np.exp(-o)),
        )
        self.g = np.tanh(g)
        self.c = self.f * c + self.i * self.g
        self.h = self.o * np.tanh(self.c)
        return self.h, self.c


n_x, n_h = 3, 2
x = np.random.default_rng(1).normal(size=(4, 3))
h = np.random.default_rng(2).normal(size=(4, 2))
c = np.random.default_rng(3).normal(size=(4, 2))
