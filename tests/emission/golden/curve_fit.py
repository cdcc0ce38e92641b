import numpy as np


def make_inputs():
    draw = np.random.default_rng(0).normal
    return dict(theta=draw(size=(3,)), xs=draw(size=(5,)))


def fit(theta, xs):
    def model(x, k=2):
        a, b, c = theta
        return a * x**k + b * x + c

    preds = np.array([model(x) for x in xs])
    return np.mean((preds - np.sin(xs)) ** 2)
