import numpy as np


def make_inputs():
    draw = np.random.default_rng(0).normal
    return dict(
        xs=[np.random.default_rng(k).normal(size=(3,)) for k in range(4)],
        h=draw(size=(2,)),
        params=dict(Wz=draw(size=(2, 5)), Wr=draw(size=(2, 5)), Wh=draw(size=(2, 5))),
    )


def gru(xs, h, params):
    states = []
    for x in xs:
        xh = np.concatenate([x, h])
        z = 1 / (1 + np.exp(-params["Wz"] @ xh))
        r = 1 / (1 + np.exp(-params["Wr"] @ xh))
        cand = np.tanh(params["Wh"] @ np.concatenate([x, r * h]))
        h = (1 - z) * h + z * cand
        states.append(h)
    return np.array(states)
