import numpy as np


def make_inputs():
    draw = np.random.default_rng(0).normal
    return dict(table=draw(size=(6, 3)), ids=np.array([[0, 2, 2], [5, 1, 0]]))


def embedding_forward(table, ids):
    out = table[ids]
    return out, (table, ids)
