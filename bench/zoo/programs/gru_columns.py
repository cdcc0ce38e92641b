# zoo: class GRUCell forward backward | result=x self.dW=W self.dU=U
"""A small gated cell, column vectors, gradients stored."""
import numpy as np


def make_inputs():
    rng = np.random.RandomState(52)
    return dict(W=rng.randn(6, 2) * 0.6, U=rng.randn(3, 3) * 0.6, x=rng.randn(2, 4), h=rng.randn(3, 4), dout=rng.randn(3, 4))


class GRUCell:
    def __init__(self, W, U):
        self.W, self.U = W, U

    def forward(self, x, h):
        self.x, self.h = x, h
        pre = self.W @ x
        self.gate = 1 / (1 + np.exp(-pre[:3]))
        self.cand = np.tanh(pre[3:] + self.U @ h)
        return self.gate * h + (1 - self.gate) * self.cand

    def backward(self, dout):
        dgate = dout * (self.h - self.cand)
        dcand = dout * (1 - self.gate)
        dpre_gate = dgate * self.gate * (1 - self.gate)
        dpre_cand = dcand * (1 - self.cand ** 2)
        dpre = np.concatenate([dpre_gate, dpre_cand], axis=0)
        self.dW = dpre @ self.x.T
        self.dU = dpre_cand @ self.h.T
        return self.W.T @ dpre
