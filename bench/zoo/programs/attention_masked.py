# zoo: pair attention_forward attention_backward | dq=q dk=k dv=v
"""Causal attention for a batch."""
import numpy as np


def make_inputs():
    rng = np.random.RandomState(61)
    return dict(q=rng.randn(2, 4, 3), k=rng.randn(2, 4, 3), v=rng.randn(2, 4, 3), dout=rng.randn(2, 4, 3))


def attention_forward(q, k, v):
    T, d = q.shape[1], q.shape[2]
    scores = q @ k.transpose(0, 2, 1) / np.sqrt(d)
    mask = np.tril(np.ones((T, T)))
    scores = np.where(mask == 1, scores, -1e9)
    e = np.exp(scores - scores.max(axis=-1, keepdims=True))
    attn = e / e.sum(axis=-1, keepdims=True)
    out = attn @ v
    return out, (q, k, v, attn)


def attention_backward(dout, cache):
    q, k, v, attn = cache
    d = q.shape[2]
    dv = attn.transpose(0, 2, 1) @ dout
    dattn = dout @ v.transpose(0, 2, 1)
    dscores = attn * (dattn - (dattn * attn).sum(axis=-1, keepdims=True))
    dscores = dscores / np.sqrt(d)
    dq = dscores @ k
    dk = dscores.transpose(0, 2, 1) @ q
    return dq, dk, dv
