import numpy as np


def make_inputs():
    draw = np.random.default_rng(0).normal
    return dict(rewards=draw(size=5), gamma=0.9)


def discounted_returns(rewards, gamma):
    total = 0
    out = []
    for reward in rewards[::-1]:
        total = reward + gamma * total
        out = out + [total**2]
    return np.array(out[::-1])
