import numpy as np


def make_inputs():
    draw = np.random.default_rng(0).normal
    return dict(a=draw(size=4), b=draw(size=4))


def cosine(a, b):
    dot = np.dot(a, b)
    na = np.sqrt(np.dot(a, a))
    nb = np.sqrt(np.dot(b, b))
    return dot / (na * nb)
