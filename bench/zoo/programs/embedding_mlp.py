# zoo: script loss | dC=C dW1=W1 db1=b1
"""Character embedding with one layer, as in the lecture on manual backprop."""
import numpy as np

# inputs
rng = np.random.RandomState(63)
C = rng.randn(6, 2)
Xb = np.array([[1, 3, 1], [0, 5, 1], [2, 2, 4], [1, 0, 3]])
Yb = np.array([0, 2, 1, 1])
W1 = rng.randn(6, 3) * 0.6
b1 = rng.randn(3) * 0.2
n = Xb.shape[0]

# forward
emb = C[Xb]
embcat = emb.reshape(emb.shape[0], -1)
hpreact = embcat @ W1 + b1
logit_maxes = hpreact.max(1, keepdims=True)
norm_logits = hpreact - logit_maxes
counts = np.exp(norm_logits)
counts_sum = counts.sum(1, keepdims=True)
counts_sum_inv = counts_sum ** -1
probs = counts * counts_sum_inv
logprobs = np.log(probs)
loss = -logprobs[range(n), Yb].mean()

# backward
dlogprobs = np.zeros_like(logprobs)
dlogprobs[range(n), Yb] = -1.0 / n
dprobs = (1.0 / probs) * dlogprobs
dcounts_sum_inv = (counts * dprobs).sum(1, keepdims=True)
dcounts = counts_sum_inv * dprobs
dcounts_sum = (-counts_sum ** -2) * dcounts_sum_inv
dcounts += np.ones_like(counts) * dcounts_sum
dnorm_logits = counts * dcounts
dhpreact = dnorm_logits.copy()
dlogit_maxes = (-dnorm_logits).sum(1, keepdims=True)
dhpreact += (hpreact == logit_maxes) * dlogit_maxes
dembcat = dhpreact @ W1.T
dW1 = embcat.T @ dhpreact
db1 = dhpreact.sum(0)
demb = dembcat.reshape(emb.shape)
dC = np.zeros_like(C)
for k in range(Xb.shape[0]):
    for j in range(Xb.shape[1]):
        ix = Xb[k, j]
        dC[ix] += demb[k, j]
