# zoo: script loss_value | dw=w0 db=b0
"""A tensor engine that sums gradients over broadcast axes."""
import numpy as np


class Tensor:
    def __init__(self, data, parents=()):
        self.data = np.asarray(data, dtype=float)
        self.grad = np.zeros_like(self.data)
        self.parents = parents
        self.pull = None

    def __add__(self, other):
        out = Tensor(self.data + other.data, (self, other))

        def pull(g):
            self.grad += unbroadcast(g, self.data.shape)
            other.grad += unbroadcast(g, other.data.shape)
        out.pull = pull
        return out

    def __matmul__(self, other):
        out = Tensor(self.data @ other.data, (self, other))

        def pull(g):
            self.grad += g @ other.data.T
            other.grad += self.data.T @ g
        out.pull = pull
        return out

    def relu(self):
        out = Tensor(np.maximum(self.data, 0), (self,))

        def pull(g):
            self.grad += g * (self.data > 0)
        out.pull = pull
        return out

    def mean(self):
        out = Tensor(self.data.mean(), (self,))

        def pull(g):
            self.grad += g * np.ones_like(self.data) / self.data.size
        out.pull = pull
        return out

    def backward(self):
        order, seen = [], set()

        def walk(node):
            if id(node) not in seen:
                seen.add(id(node))
                for parent in node.parents:
                    walk(parent)
                order.append(node)
        walk(self)
        self.grad = np.ones_like(self.data)
        for node in reversed(order):
            if node.pull is not None:
                node.pull(node.grad)


def unbroadcast(g, shape):
    while g.ndim > len(shape):
        g = g.sum(axis=0)
    for axis, size in enumerate(shape):
        if size == 1:
            g = g.sum(axis=axis, keepdims=True)
    return g


# inputs
rng = np.random.RandomState(68)
x0 = rng.randn(5, 3)
w0 = rng.randn(3, 2)
b0 = rng.randn(2)

# forward
x, w, b = Tensor(x0), Tensor(w0), Tensor(b0)
loss = (x @ w + b).relu().mean()
loss_value = loss.data

# backward
loss.backward()
dw = w.grad
db = b.grad
