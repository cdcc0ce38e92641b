# zoo: pair lstm_step_forward lstm_step_backward out:dnext_h,dnext_c | dx=x dprev_h=prev_h dprev_c=prev_c dWx=Wx dWh=Wh db=b
"""One LSTM step, gates in one matrix."""
import numpy as np


def make_inputs():
    rng = np.random.RandomState(49)
    return dict(x=rng.randn(2, 3), prev_h=rng.randn(2, 4), prev_c=rng.randn(2, 4), Wx=rng.randn(3, 16) * 0.6, Wh=rng.randn(4, 16) * 0.6,
                b=rng.randn(16) * 0.4, dnext_h=rng.randn(2, 4), dnext_c=rng.randn(2, 4))


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def lstm_step_forward(x, prev_h, prev_c, Wx, Wh, b):
    H = prev_h.shape[1]
    a = x.dot(Wx) + prev_h.dot(Wh) + b
    i = sigmoid(a[:, :H])
    f = sigmoid(a[:, H:2 * H])
    o = sigmoid(a[:, 2 * H:3 * H])
    g = np.tanh(a[:, 3 * H:])
    next_c = f * prev_c + i * g
    next_h = o * np.tanh(next_c)
    cache = (x, prev_h, prev_c, Wx, Wh, i, f, o, g, next_c)
    return next_h, next_c, cache


def lstm_step_backward(dnext_h, dnext_c, cache):
    x, prev_h, prev_c, Wx, Wh, i, f, o, g, next_c = cache
    tanh_c = np.tanh(next_c)
    do = dnext_h * tanh_c
    dc = dnext_c + dnext_h * o * (1 - tanh_c ** 2)
    df = dc * prev_c
    dprev_c = dc * f
    di = dc * g
    dg = dc * i
    dai = di * i * (1 - i)
    daf = df * f * (1 - f)
    dao = do * o * (1 - o)
    dag = dg * (1 - g ** 2)
    da = np.hstack((dai, daf, dao, dag))
    dx = da.dot(Wx.T)
    dprev_h = da.dot(Wh.T)
    dWx = x.T.dot(da)
    dWh = prev_h.T.dot(da)
    db = da.sum(axis=0)
    return dx, dprev_h, dprev_c, dWx, dWh, db
