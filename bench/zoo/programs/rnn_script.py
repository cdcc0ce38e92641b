# zoo: script loss | dWxh=Wxh dWhh=Whh dWhy=Why dbh=bh dby=by
"""Character RNN in the manner of min-char-rnn."""
import numpy as np

# inputs
rng = np.random.RandomState(45)
vocab, hidden = 4, 3
inputs = [0, 2, 1, 3]
targets = [2, 1, 3, 0]
Wxh = rng.randn(hidden, vocab) * 0.5
Whh = rng.randn(hidden, hidden) * 0.5
Why = rng.randn(vocab, hidden) * 0.5
bh = rng.randn(hidden, 1) * 0.1
by = rng.randn(vocab, 1) * 0.1

# forward
xs, hs, ys, ps = {}, {}, {}, {}
hs[-1] = np.zeros((hidden, 1))
loss = 0
for t in range(len(inputs)):
    xs[t] = np.zeros((vocab, 1))
    xs[t][inputs[t]] = 1
    hs[t] = np.tanh(np.dot(Wxh, xs[t]) + np.dot(Whh, hs[t - 1]) + bh)
    ys[t] = np.dot(Why, hs[t]) + by
    ps[t] = np.exp(ys[t]) / np.sum(np.exp(ys[t]))
    loss += -np.log(ps[t][targets[t], 0])

# backward
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
    dWhh += np.dot(dhraw, hs[t - 1].T)
    dhnext = np.dot(Whh.T, dhraw)
