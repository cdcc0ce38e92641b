# zoo: script loss | dW_in=W_in dW_out=W_out
"""CBOW with a full softmax."""
import numpy as np

# inputs
rng = np.random.RandomState(65)
W_in = rng.randn(5, 3)
W_out = rng.randn(3, 5)
context = [0, 3, 3, 1]
target = 2

# forward
hidden = np.mean(W_in[context], axis=0)
u = hidden @ W_out
y = np.exp(u) / np.sum(np.exp(u))
loss = -np.log(y[target])

# backward
e = y.copy()
e[target] -= 1
dW_out = np.outer(hidden, e)
dhidden = W_out @ e
dW_in = np.zeros_like(W_in)
for word in context:
    dW_in[word] += dhidden / len(context)
