import numpy as np


def make_inputs():
    draw = np.random.default_rng(0).normal
    return dict(
        xs=draw(size=(4, 3)),
        h0=draw(size=(5,)),
        Wx=draw(size=(3, 5)),
        Wh=draw(size=(5, 5)),
    )


def rnn(xs, h0, Wx, Wh):
    h = h0
    outs = []
    for x in xs:
        h = np.tanh(x @ Wx + h @ Wh)
        outs.append(h)
    return outs, h
