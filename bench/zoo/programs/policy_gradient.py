# zoo: single pg_loss | dW=W
"""Policy gradient with a softmax policy and returns."""
import numpy as np


def make_inputs():
    rng = np.random.RandomState(80)
    return dict(W=rng.randn(3, 4) * 0.5, states=rng.randn(6, 3), actions=np.array([0, 3, 1, 1, 2, 0]), returns=rng.randn(6))


def pg_loss(W, states, actions, returns):
    logits = states @ W
    e = np.exp(logits - logits.max(axis=1, keepdims=True))
    p = e / e.sum(axis=1, keepdims=True)
    n = len(actions)
    loss = -np.mean(np.log(p[np.arange(n), actions]) * returns)
    dlogits = p.copy()
    dlogits[np.arange(n), actions] -= 1
    dlogits *= returns[:, None] / n
    dW = states.T @ dlogits
    return loss, dW
