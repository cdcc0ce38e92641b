import math


def make_inputs():
    return dict(w=[2.0, -3.0, -3.0], x=[-1.0, -2.0])


def neuron(w, x):
    product = w[0] * x[0] + w[1] * x[1] + w[2]
    activation = 1 / (1 + math.exp(-product))
    return activation
