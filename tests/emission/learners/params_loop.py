import numpy as np


def make_inputs():
    draw = np.random.default_rng(0).normal
    return dict(
        params={
            "W1": draw(size=(3, 4)),
            "b1": draw(size=4),
            "W2": draw(size=(4, 3)),
            "b2": draw(size=3),
        },
        X=draw(size=(5, 3)),
        y=np.array([0, 2, 1, 1, 0]),
    )


def mlp_loss(params, X, y, reg=1e-3):
    caches = {}
    A = X
    L = len(params) // 2
    for l in range(1, L):
        Z = A @ params["W" + str(l)] + params["b" + str(l)]
        A = np.maximum(0, Z)
    scores = A @ params["W" + str(L)] + params["b" + str(L)]
    scores -= np.max(scores, axis=1, keepdims=True)
    probs = np.exp(scores) / np.sum(np.exp(scores), axis=1, keepdims=True)
    loss = -np.sum(np.log(probs[range(len(y)), y])) / len(y)
    for l in range(1, L + 1):
        loss += 0.5 * reg * np.sum(params["W" + str(l)] ** 2)
    return loss
