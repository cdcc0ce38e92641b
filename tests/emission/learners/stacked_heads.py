import numpy as np


def make_inputs():
    draw = np.random.default_rng(0).normal
    return dict(x=draw(size=(5, 4)), W=draw(size=(4, 4)), n_heads=2)


def stacked_heads(x, W, n_heads):
    width = x.shape[1] // n_heads
    outs, means = [], []
    for h in range(n_heads):
        part = np.tanh(x @ W[:, h * width : (h + 1) * width])
        outs += [part**2]
        means.extend([part.mean(axis=0)])
    return np.hstack(outs) + np.vstack(means).sum()
