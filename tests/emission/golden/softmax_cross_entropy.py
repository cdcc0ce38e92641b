import numpy as np


def make_inputs():
    draw = np.random.default_rng(0).normal
    return dict(scores=draw(size=(4, 3)), y=np.array([0, 2, 1, 1]))


def softmax_loss(scores, y):
    N = scores.shape[0]
    shifted = scores - np.max(scores, axis=1, keepdims=True)
    exps = np.exp(shifted)
    probs = exps / np.sum(exps, axis=1, keepdims=True)
    loss = -np.sum(np.log(probs[np.arange(N), y])) / N
    return loss
