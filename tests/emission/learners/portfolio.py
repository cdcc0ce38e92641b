import numpy as np


def make_inputs():
    draw = np.random.default_rng(0).normal
    return dict(prices=[1.0, 1.1, 0.9, 1.3], weights=[0.5])


def portfolio(prices, weights, fee=0.01):
    value = 1.0
    prev = prices[0]
    for p in prices[1:]:
        r = (p - prev) / prev
        value *= 1 + weights[0] * r - fee * abs(weights[0])
        prev = p
    if value < 0:
        value = 0.0
    return value
