"""A small autograd engine on scalars, in the manner of micrograd, with a mistake that hides well.

    whygrad check examples/engine.py

The script at the end prints gradients that look fine; some of them are wrong.
"""

import math


class Value:
    """A number that remembers where it came from."""

    def __init__(self, data, children=(), op=""):
        self.data = data
        self.grad = 0.0
        self._prev = set(children)
        self._op = op
        self._backward = lambda: None

    def __add__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        out = Value(self.data + other.data, (self, other), "+")

        def _backward():
            self.grad += out.grad
            other.grad += out.grad

        out._backward = _backward
        return out

    def __mul__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        out = Value(self.data * other.data, (self, other), "*")

        def _backward():
            self.grad = other.data * out.grad
            other.grad = self.data * out.grad

        out._backward = _backward
        return out

    def __pow__(self, exponent):
        out = Value(self.data**exponent, (self,), f"**{exponent}")

        def _backward():
            self.grad += exponent * self.data ** (exponent - 1) * out.grad

        out._backward = _backward
        return out

    def tanh(self):
        t = math.tanh(self.data)
        out = Value(t, (self,), "tanh")

        def _backward():
            self.grad += (1 - t**2) * out.grad

        out._backward = _backward
        return out

    def __neg__(self):
        return self * -1

    def __sub__(self, other):
        return self + (-other)

    def __radd__(self, other):
        return self + other

    def __rmul__(self, other):
        return self * other

    def backward(self):
        order, seen = [], set()

        def visit(node):
            if node not in seen:
                seen.add(node)
                for child in node._prev:
                    visit(child)
                order.append(node)

        visit(self)
        self.grad = 1.0
        for node in reversed(order):
            node._backward()


# A neuron with two inputs, its output compared with 0.5; w1 is penalised, so it is used twice.
x1, x2 = Value(2.0), Value(-1.5)
w1, w2, b = Value(-0.6), Value(0.4), Value(0.9)
y = (x1 * w1 + x2 * w2 + b).tanh()
loss = (y - 0.5) ** 2 + 0.1 * (w1 * w1)
loss.backward()

print("loss", loss.data)
for name, value in (("w1", w1), ("w2", w2), ("b", b)):
    print(f"d loss / d {name} =", value.grad)
