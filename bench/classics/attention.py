import numpy as np


def grad_attention(x, Wq, Wk, Wv, Wo, dout, heads=2):
    T, D = x.shape
    d = D // heads
    Q = (x @ Wq).reshape(T, heads, d).transpose(1, 0, 2)
    K = (x @ Wk).reshape(T, heads, d).transpose(1, 0, 2)
    V = (x @ Wv).reshape(T, heads, d).transpose(1, 0, 2)
    scores = Q @ K.transpose(0, 2, 1) / np.sqrt(d)
    exps = np.exp(scores - scores.max(axis=-1, keepdims=True))
    weights = exps / exps.sum(axis=-1, keepdims=True)
    mixed = (weights @ V).transpose(1, 0, 2).reshape(T, D)

    dWo = mixed.T @ dout
    dmixed = (dout @ Wo.T).reshape(T, heads, d).transpose(1, 0, 2)
    dweights = dmixed @ V.transpose(0, 2, 1)
    dV = weights.transpose(0, 2, 1) @ dmixed
    total = np.sum(dweights * weights, axis=-1, keepdims=True)
    dscores = weights * (dweights - total) / np.sqrt(d)
    dQ = (dscores @ K).transpose(1, 0, 2).reshape(T, D)
    dK = (dscores.transpose(0, 2, 1) @ Q).transpose(1, 0, 2).reshape(T, D)
    dV = dV.transpose(1, 0, 2).reshape(T, D)
    dWq = x.T @ dQ
    dWk = x.T @ dK
    dWv = x.T @ dV
    dx = dQ @ Wq.T + dK @ Wk.T + dV @ Wv.T
    return dx, dWq, dWk, dWv, dWo
