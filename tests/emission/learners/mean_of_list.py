import numpy as np


def make_inputs():
    draw = np.random.default_rng(0).normal
    return dict(x=draw(size=(4, 3)), n=5)


def mean_of_list(x, n):
    losses = []
    for i in range(n):
        losses.append(np.sin(x * i).sum())
    return np.mean(losses) + np.concatenate([np.cos(v) for v in x]).sum()
