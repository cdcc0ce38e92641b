# zoo: script total | gx=x0 gy=y0
"""A tape of steps, gone through from the end."""
import math

tape = []


class Var:
    def __init__(self, value):
        self.value = value
        self.grad = 0.0


def mul(a, b):
    out = Var(a.value * b.value)
    tape.append((out, [(a, b.value), (b, a.value)]))
    return out


def add(a, b):
    out = Var(a.value + b.value)
    tape.append((out, [(a, 1.0), (b, 1.0)]))
    return out


def div(a, b):
    out = Var(a.value / b.value)
    tape.append((out, [(a, 1.0 / b.value), (b, -a.value / b.value ** 2)]))
    return out


def sin(a):
    out = Var(math.sin(a.value))
    tape.append((out, [(a, math.cos(a.value))]))
    return out


# inputs
x0 = 1.4
y0 = -0.6

# forward
x, y = Var(x0), Var(y0)
p = mul(x, y)
q = add(sin(p), x)
r = div(q, add(mul(y, y), x))
total = r.value

# backward
r.grad = 1.0
for out, parents in reversed(tape):
    for parent, local in parents:
        parent.grad += local * out.grad
gx = x.grad
gy = y.grad
