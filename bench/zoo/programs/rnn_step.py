# zoo: pair rnn_step_forward rnn_step_backward | dx=x dprev_h=prev_h dWx=Wx dWh=Wh db=b
"""One step of a vanilla RNN."""
import numpy as np


def make_inputs():
    rng = np.random.RandomState(46)
    return dict(x=rng.randn(3, 4), prev_h=rng.randn(3, 5), Wx=rng.randn(4, 5), Wh=rng.randn(5, 5), b=rng.randn(5), dnext_h=rng.randn(3, 5))


def rnn_step_forward(x, prev_h, Wx, Wh, b):
    next_h = np.tanh(x.dot(Wx) + prev_h.dot(Wh) + b)
    cache = (x, prev_h, Wx, Wh, next_h)
    return next_h, cache


def rnn_step_backward(dnext_h, cache):
    x, prev_h, Wx, Wh, next_h = cache
    da = dnext_h * (1 - next_h ** 2)
    dx = da.dot(Wx.T)
    dprev_h = da.dot(Wh.T)
    dWx = x.T.dot(da)
    dWh = prev_h.T.dot(da)
    db = da.sum(axis=0)
    return dx, dprev_h, dWx, dWh, db
