# zoo: script out | grad_x=x_val grad_y=y_val
"""Gates as classes, composed by hand."""
import math


class Multiply:
    def forward(self, x, y):
        self.x, self.y = x, y
        return x * y

    def backward(self, dz):
        return self.y * dz, self.x * dz


class Add:
    def forward(self, x, y):
        return x + y

    def backward(self, dz):
        return dz, dz


class Sigmoid:
    def forward(self, x):
        self.s = 1 / (1 + math.exp(-x))
        return self.s

    def backward(self, dz):
        return self.s * (1 - self.s) * dz


# inputs
x_val = 0.9
y_val = -1.7

# forward
m1, m2, a1, s1 = Multiply(), Multiply(), Add(), Sigmoid()
q = m1.forward(x_val, y_val)
r = a1.forward(q, x_val)
s = s1.forward(r)
out = m2.forward(s, y_val)

# backward
ds, dy2 = m2.backward(1.0)
dr = s1.backward(ds)
dq, dx2 = a1.backward(dr)
dx1, dy1 = m1.backward(dq)
grad_x = dx1 + dx2
grad_y = dy1 + dy2
