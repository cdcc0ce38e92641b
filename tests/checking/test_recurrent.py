"""Recurrent networks as they are written: what is only printed, and states, are no business of a gradient."""

import textwrap

from whygrad.checking.evidence import Hints
from whygrad.checking.measurement import measure
from whygrad.diagnosis.files import check_program
from whygrad.source import Source

CHARACTERS = """
import numpy as np
data = "hello world, hello"
chars = sorted(set(data))
V, H, S = len(chars), 5, 4
index = {c: i for i, c in enumerate(chars)}
np.random.seed(0)
Wxh, Whh, Why = np.random.randn(H, V) * .3, np.random.randn(H, H) * .3, np.random.randn(V, H) * .3
bh, by = np.zeros((H, 1)), np.zeros((V, 1))

def lossFun(inputs, targets, hprev):
    xs, hs, ys, ps = {}, {}, {}, {}
    hs[-1] = np.copy(hprev)
    loss = 0
    for t in range(len(inputs)):
        xs[t] = np.zeros((V, 1))
        xs[t][inputs[t]] = 1
        hs[t] = np.tanh(np.dot(Wxh, xs[t]) + np.dot(Whh, hs[t-1]) + bh)
        ys[t] = np.dot(Why, hs[t]) + by
        ps[t] = np.exp(ys[t]) / np.sum(np.exp(ys[t]))
        loss += -np.log(ps[t][targets[t], 0])
    dWxh, dWhh, dWhy = np.zeros_like(Wxh), np.zeros_like(Whh), np.zeros_like(Why)
    dbh, dby = np.zeros_like(bh), np.zeros_like(by)
    dhnext = np.zeros_like(hs[0])
    for t in reversed(range(len(inputs))):
        dy = np.copy(ps[t])
        dy[targets[t]] -= 1
        dWhy += np.dot(dy, hs[t].T)
        dby += dy
        dh = np.dot(Why.T, dy) + dhnext
        dhraw = (1 - hs[t] * hs[t]) * dh
        dbh += dhraw
        dWxh += np.dot(dhraw, xs[t].T)
        dWhh += np.dot(dhraw, hs[t-1].T)
        dhnext = np.dot(Whh.T, dhraw)
    return loss, dWxh, dWhh, dWhy, dbh, dby, hs[len(inputs)-1]
"""
ROUNDS = """
n, p, hprev = 0, 0, np.zeros((H, 1))
smooth_loss = -np.log(1.0 / V) * S
while n < 3:
    inputs = [index[c] for c in data[p:p+S]]
    targets = [index[c] for c in data[p+1:p+S+1]]
    loss, dWxh, dWhh, dWhy, dbh, dby, hprev = lossFun(inputs, targets, hprev)
    smooth_loss = smooth_loss * 0.999 + loss * 0.001
    for param, dparam in zip([Wxh, Whh, Why, bh, by], [dWxh, dWhh, dWhy, dbh, dby]):
        param += -0.1 * dparam
    p += S
    n += 1
"""


def verdicts(text, hints=None):
    evidence = measure(Source("user.py", textwrap.dedent(text).lstrip("\n")), hints or Hints())
    return evidence.output, {c.name: c.verdict for c in evidence.finals}


def test_a_running_mean_of_the_loss_is_not_what_the_gradients_are_of():
    output, found = verdicts(CHARACTERS + ROUNDS)
    assert output == "loss"
    assert set(found.values()) == {"right"} and {"dWxh", "dWhh", "dWhy", "dbh", "dby"} <= set(found)


def test_a_slip_under_a_running_mean_is_seen():
    _, found = verdicts((CHARACTERS + ROUNDS).replace("np.dot(Whh.T, dhraw)", "np.dot(Whh, dhraw)"))
    assert "right" not in (found["dWhh"], found["dWxh"]) and found["dWhy"] == "right"


def test_a_state_that_is_returned_behind_gradients_is_none():
    _, found = verdicts(CHARACTERS + ROUNDS, Hints(forward="lossFun"))
    assert "dhprev" not in found
    assert set(found.values()) == {"right"}


TIME = """
import numpy as np

class RNN:
    def __init__(self, Wx, Wh):
        self.params = [Wx, Wh]
        self.grads = [np.zeros_like(Wx), np.zeros_like(Wh)]

    def forward(self, x, h_prev):
        Wx, Wh = self.params
        h_next = np.tanh(np.dot(h_prev, Wh) + np.dot(x, Wx))
        self.cache = (x, h_prev, h_next)
        return h_next

    def backward(self, dh_next):
        Wx, Wh = self.params
        x, h_prev, h_next = self.cache
        dt = dh_next * (1 - h_next ** 2)
        self.grads[1][...] = np.dot(h_prev.T, dt)
        self.grads[0][...] = np.dot(x.T, dt)
        return np.dot(dt, Wx.T), np.dot(dt, Wh.T)

class TimeRNN:
    def __init__(self, Wx, Wh, stateful=False):
        self.params = [Wx, Wh]
        self.grads = [np.zeros_like(Wx), np.zeros_like(Wh)]
        self.layers, self.h, self.dh, self.stateful = None, None, None, stateful

    def forward(self, xs):
        N, T, D = xs.shape
        H = self.params[1].shape[0]
        self.layers, hs = [], np.empty((N, T, H))
        if not self.stateful or self.h is None:
            self.h = np.zeros((N, H))
        for t in range(T):
            layer = RNN(*self.params)
            self.h = layer.forward(xs[:, t, :], self.h)
            hs[:, t, :] = self.h
            self.layers.append(layer)
        return hs

    def backward(self, dhs):
        N, T, H = dhs.shape
        dxs, dh, grads = np.empty((N, T, self.params[0].shape[0])), 0, [0, 0]
        for t in reversed(range(T)):
            layer = self.layers[t]
            dx, dh = layer.backward(dhs[:, t, :] + dh)
            dxs[:, t, :] = dx
            for i, grad in enumerate(layer.grads):
                grads[i] += grad
        for i, grad in enumerate(grads):
            self.grads[i][...] = grad
        self.dh = dh
        return dxs
"""


def test_the_gradient_of_a_state_that_the_forward_pass_begins_is_not_that_of_what_it_ends_with():
    _, found = verdicts(TIME, Hints(forward="TimeRNN.forward", backward="TimeRNN.backward"))
    assert "wrong" not in found.values()
    assert found["dxs"] == "right"


STEP = """
import numpy as np

def sigm(a):
    return 1 / (1 + np.exp(-a))

def step_forward(x, h_prev, c_prev, W, pi, pf, po):
    n = h_prev.shape[0]
    xh = np.concatenate([x, h_prev])
    a = W.dot(xh)
    i = sigm(a[:n] + pi * c_prev)
    f = sigm(a[n:2 * n] + pf * c_prev)
    g = np.tanh(a[2 * n:3 * n])
    c = f * c_prev + i * g
    o = sigm(a[3 * n:] + po * c)
    tc = np.tanh(c)
    h = o * tc
    return (h, c), (xh, i, f, g, o, c, tc, c_prev, W, pi, pf, po)

def step_backward(dh, dc_next, cache):
    xh, i, f, g, o, c, tc, c_prev, W, pi, pf, po = cache
    n = dh.shape[0]
    dao = dh * tc * o * (1 - o)
    dc = dh * o * (1 - tc ** 2) + dc_next + dao * po
    dai = dc * g * i * (1 - i)
    daf = dc * c_prev * f * (1 - f)
    dag = dc * i * (1 - g * g)
    da = np.concatenate([dai, daf, dag, dao])
    dpi, dpf, dpo, dW = dai * c_prev, daf * c_prev, dao * c, np.outer(da, xh)
    dxh = W.T.dot(da)
    dx, dh_prev = dxh[:-n], dxh[-n:]
    dc_prev = dc * f + dai * pi + daf * pf
    return dx, dh_prev, dc_prev, dW, dpi, dpf, dpo

def make_inputs():
    r = np.random.RandomState(4)
    return dict(x=r.randn(3), h_prev=r.randn(4), c_prev=r.randn(4), W=r.randn(16, 7) * .5, pi=r.randn(4),
                pf=r.randn(4), po=r.randn(4), dh=r.randn(4), dc_next=r.randn(4))
"""


def test_two_outputs_in_a_tuple_of_their_own_take_a_gradient_each():
    _, found = verdicts(STEP)
    assert set(found.values()) == {"right"} and {"dx", "dh_prev", "dc_prev", "dW", "dpo"} <= set(found)


def test_a_path_over_a_peephole_that_is_missing_is_found_on_its_line():
    text = STEP.replace("dai * pi + daf * pf", "dai * pi").lstrip("\n")
    result = check_program(Source("user.py", text))
    assert result.findings[0].line == 1 + text.split("\n").index("    dc_prev = dc * f + dai * pi")
    assert result.findings[0].repair is not None and "daf" in result.findings[0].repair.edits[0].after


DISCRIMINATOR = """
import numpy as np
rng = np.random.default_rng(4)
x = rng.normal(size=(12, 2))
t = np.repeat([[1.0], [0.0]], 6, axis=0)
W, w = rng.normal(size=(2, 5)), rng.normal(size=(5, 1))
h = np.tanh(x @ W)
logit = h @ w
d_loss = np.mean(np.logaddexp(0, logit) - t * logit)
dlogit = (1 / (1 + np.exp(-logit)) - t) / len(x)
dw = h.T @ dlogit
dW = x.T @ (dlogit @ w.T * (1 - h ** 2))
"""


def test_the_loss_of_a_discriminator_is_no_gradient() -> None:
    output, found = verdicts(DISCRIMINATOR)
    assert output == "d_loss" and set(found.values()) == {"right"}
    _, found = verdicts(DISCRIMINATOR.replace(" / len(x)", ""))
    assert "right" not in found.values()
