import math


def make_inputs():
    return dict(w=[0.3, -0.2, 0.5], x=[1.0, 2.0, -1.0], b=0.1)


def perceptron(w, x, b):
    total = sum(wi * xi for wi, xi in zip(w, x)) + b
    return math.tanh(total)
