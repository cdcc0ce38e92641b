# zoo: class Swish forward backward | result=x
"""Swish layer object."""
import numpy as np


def make_inputs():
    return dict(x=np.array([[0.7, -0.9, 1.8], [-2.4, 0.2, -0.5]]), grad=np.array([[0.5, -1.2, 0.9], [1.4, -0.3, 2.0]]))


class Swish:
    def forward(self, x):
        self.x = x
        self.sig = 1 / (1 + np.exp(-x))
        return x * self.sig

    def backward(self, grad):
        slope = self.sig + self.x * self.sig * (1 - self.sig)
        return grad * slope
