import numpy as np


def make_inputs():
    draw = np.random.default_rng(0).normal
    return dict(
        inputs=[0, 2, 1],
        targets=[2, 1, 0],
        hprev=np.zeros((4, 1)),
        Wxh=draw(size=(4, 3)),
        Whh=draw(size=(4, 4)),
        Why=draw(size=(3, 4)),
        bh=np.zeros((4, 1)),
        by=np.zeros((3, 1)),
    )


def char_rnn(inputs, targets, hprev, Wxh, Whh, Why, bh, by):
    xs, hs, ys, ps = {}, {}, {}, {}
    hs[-1] = np.copy(hprev)
    loss = 0
    for t in range(len(inputs)):
        xs[t] = np.zeros((len(Wxh[0]), 1))
        xs[t][inputs[t]] = 1
        hs[t] = np.tanh(np.dot(Wxh, xs[t]) + np.dot(Whh, hs[t - 1]) + bh)
        ys[t] = np.dot(Why, hs[t]) + by
        ps[t] = np.exp(ys[t]) / np.sum(np.exp(ys[t]))
        loss += -np.log(ps[t][targets[t], 0])
    return loss
